import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { InputProblem, isAddress, isRecipient, readInput, readSender, readTextInput } from '../../../main/command/input.ts'
import { tempFolder } from '../../support/temp-folder.ts'

describe('an address', () => {
  test.each([
    'ann@example.org',
    'ann+tag@example',
    'müller@münchen.example',
    '"ann smith"@example.org',
    '"a\\"b"@example.org',
    'x@[192.0.2.1]',
    'x@[IPv6:2001:db8::1]',
    'a@b@example.org',
  ])('%s is one', (text) => {
    expect(isAddress(text)).toBe(true)
  })

  test.each([
    '',
    'ann',
    '@example.org',
    'ann@',
    'ann @example.org',
    'ann@exa mple.org',
    '<ann@example.org>',
    'ann@example.org\n',
    'a\u0007@b',
  ])('%j is none', (text) => {
    expect(isAddress(text)).toBe(false)
  })

  test('postmaster is a recipient without a domain, others are not', () => {
    expect(['postmaster', 'Postmaster', 'ann@example.org', 'ann'].map(isRecipient)).toEqual([true, true, true, false])
  })

  test('a sender may be missing', () => {
    expect(['', '<>', 'ann@example.org'].map(readSender)).toEqual(['', '', 'ann@example.org'])
    expect(() => readSender('ann')).toThrow(InputProblem)
  })
})

describe('a file that was named', () => {
  test('is read', async () => {
    const path = join(await tempFolder(), 'settings.toml')
    await writeFile(path, '\uFEFFmüde')
    expect(await readTextInput(path, 'settings file')).toBe('müde')
  })

  test('is told by name when it is missing, with what to do', async () => {
    const path = join(await tempFolder(), 'none')
    await expect(readInput(path, 'message', ' Name another.')).rejects.toThrow(
      new InputProblem(`The message ${path} cannot be read: there is no such file. Name another.`),
    )
  })

  test('is told when it is a folder, without the remedy for a missing one', async () => {
    const path = await tempFolder()
    await expect(readInput(path, 'message', ' Name another.')).rejects.toThrow(/cannot be read: .+\.$/)
    await expect(readInput(path, 'message', ' Name another.')).rejects.not.toThrow('Name another')
  })

  test('is refused when it is not UTF-8', async () => {
    const path = join(await tempFolder(), 'settings.toml')
    await writeFile(path, Buffer.from([0x61, 0xff]))
    await expect(readTextInput(path, 'settings file')).rejects.toThrow(`The settings file ${path} cannot be read: it is not UTF-8 text.`)
  })
})
