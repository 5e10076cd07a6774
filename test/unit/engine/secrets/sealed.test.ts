import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { SealProblem, isSealed, openSealed, sealText } from '../../../../main/engine/secrets/index.ts'

const random = { bytes: (count: number) => randomBytes(count), below: () => 0 }
const TEXT = 'password = "ünïcode 📬"\n'.repeat(40)

test('only the passphrase opens what was sealed, and nothing of it shows', async () => {
  const sealed = await sealText(TEXT, 'correct horse', random)
  expect(isSealed(sealed)).toBe(true)
  expect(sealed).not.toContain('password')
  expect(sealed.split('\n').every((line) => line.length <= 76)).toBe(true)
  expect(await openSealed(sealed, 'correct horse')).toBe(TEXT)
  expect(await openSealed(sealed, 'correct hors')).toBeNull()
})

test('it survives a mail program: Windows line ends, blanks at the end of lines, a byte order mark', async () => {
  const sealed = await sealText(TEXT, 'correct horse', random)
  expect(await openSealed(`\uFEFF${sealed.replaceAll('\n', ' \r\n')}`, 'correct horse')).toBe(TEXT)
})

test('the same passphrase opens it however its letters were composed', async () => {
  const sealed = await sealText('x', 'Stra\u00dfe \u00e4', random)
  expect(await openSealed(sealed, 'Stra\u00dfe a\u0308')).toBe('x')
})

test('a changed byte anywhere, head included, keeps it shut', async () => {
  const lines = (await sealText('x', 'correct horse', random)).split('\n')
  const flipped = (line: number): string =>
    lines.map((text, at) => (at === line ? text.replace(/[A-Za-z](?=[^A-Za-z]*$)/, (c) => (c === 'A' ? 'B' : 'A')) : text)).join('\n')
  expect(await openSealed(flipped(2), 'correct horse')).toBeNull()
  expect(await openSealed(flipped(5), 'correct horse')).toBeNull()
  expect(await openSealed(lines.join('\n').replace('N=131072', 'N=65536'), 'correct horse')).toBeNull()
})

test.each([
  ['of another version', 'mailroom-sealed 2\nkey: …\n'],
  ['that is cut off', 'mailroom-sealed 1\nkey: scrypt N=131072 r=8 p=1\n'],
  [
    'that asks for all the memory there is',
    'mailroom-sealed 1\nkey: scrypt N=1073741824 r=64 p=1\nsalt: AAAAAAAAAAAAAAAAAAAAAA==\nnonce: AAAAAAAAAAAAAAAA\n\nAAAAAAAAAAAAAAAAAAAAAAAA',
  ],
])('a file %s is refused in words', async (_what, text) => {
  expect(isSealed(text)).toBe(true)
  await expect(openSealed(text, 'any')).rejects.toThrow(SealProblem)
})

test('a plain settings file is not a sealed one', () => {
  expect(isSealed('[server]\nhostname = "mailroom-sealed 1"\n')).toBe(false)
})
