import { describe, expect, test } from 'vitest'
import { errors, read } from './read.ts'
import type { LoadedConfig } from '../../../../main/engine/config/index.ts'

/** A relay whose password is the given text. */
const relay = (secret: string): string =>
  `report.domain = "example.org"\n[queue.route.r]\ntype = "relay"\naddress = "a.test"\nport = 465\nauth.username = "u"\nauth.secret = ${JSON.stringify(secret)}`

function secretOf({ settings }: LoadedConfig): string | undefined {
  const route = settings.queue.routes['r']
  return route?.type === 'relay' ? route.auth?.secret : undefined
}

describe('a macro is replaced', () => {
  test.each([
    ['%{env:RELAY_SECRET}%', 's3cr3t'],
    ['a-%{env:RELAY_SECRET}%-%{env:RELAY_SECRET}%-b', 'a-s3cr3t-s3cr3t-b'],
    ['%{file:/s.txt}%', 'filepw'],
    ['%{file:///s.txt}%', 'filepw'],
    ['%{secret:route-relay}%', 'stored pass'],
    ['%{env:REF}%', 'example.org'],
    ['%{cfg:report.domain}%', 'example.org'],
    ['%{cfg:queue.route.r.port}%', '465'],
    ['100% {sure} %{', '100% {sure} %{'],
  ])('%s', async (written, result) => {
    const loaded = await read(relay(written))
    expect(loaded.issues.filter(({ code }) => code !== 'plain-secret')).toEqual([])
    expect(secretOf(loaded)).toBe(result)
  })

  test('exactly one trailing line break of a file is removed from a password, none from other settings', async () => {
    const file = (): Promise<{ text: string }> => Promise.resolve({ text: 'pw\r\n\n' })
    expect(secretOf(await read(relay('%{file:x}%'), { sources: { file } }))).toBe('pw\r\n')
    const store = await read('[store.default.values]\nk = "%{file:x}%"', { sources: { file } })
    expect(store.settings.stores['default']?.values['k']).toBe('pw\r\n\n')
  })

  test('a file may hold a reference, an environment value a file; nothing is expanded twice', async () => {
    const sources = {
      environment: (name: string) => ({ A: '%{file:f}%', B: '%{env:A}%' })[name],
      file: () => Promise.resolve({ text: '%{cfg:report.domain}%' }),
    }
    expect(secretOf(await read(relay('%{env:A}%'), { sources }))).toBe('example.org')
    expect(secretOf(await read(relay('%{env:B}%'), { sources }))).toBe('%{env:A}%')
  })

  test('a reference sees what is replaced for a key that sorts earlier, and the raw text of one that sorts later', async () => {
    const loaded = await read(
      '[store.default.values]\na = "%{cfg:store.default.values.b}%"\nb = "%{cfg:report.domain}%"\nc = "%{cfg:store.default.values.b}%"\n[report]\ndomain = "x.test"',
    )
    expect(loaded.settings.stores['default']?.values).toMatchObject({ a: '%{cfg:report.domain}%', b: 'x.test', c: 'x.test' })
  })

  test('names with colons and backslashes reach the source as they are', async () => {
    const asked: string[] = []
    await read(relay('%{file:C:\\secrets\\a b.txt}%'), { sources: { file: (path) => (asked.push(path), Promise.resolve({ text: 'x' })) } })
    expect(asked).toEqual(['C:\\secrets\\a b.txt'])
  })
})

describe('a macro that fails makes the whole value invalid', () => {
  test.each([
    ['%{env:NOWHERE}%', 'macro-env-missing'],
    ['abc%{env:NOWHERE}%def', 'macro-env-missing'],
    ['%{file:/none}%', 'macro-file-unreadable'],
    ['%{file:/bin.dat}%', 'macro-file-unreadable'],
    ['%{cfg:no.such.key}%', 'macro-cfg-unknown'],
    ['%{secret:none}%', 'macro-secret-missing'],
    ['abc%{env:RELAY_SECRET', 'macro-unterminated'],
    ['}% x %{env:RELAY_SECRET', 'macro-unterminated'],
    ['%{environment:X}%', 'macro-unknown'],
    ['%{hidden}%', 'secret-hidden'],
  ])('%s', async (written, code) => {
    const loaded = await read(relay(written))
    expect(errors(loaded)).toEqual([code])
    expect(loaded.issues[0]).toMatchObject({ kind: 'macro', path: 'queue.route.r.auth.secret', line: 7, column: 15 })
    expect(loaded.issues[0]).not.toHaveProperty('value')
    expect(secretOf(loaded)).toBeUndefined()
  })

  test('a file larger than 64 KiB is refused', async () => {
    const loaded = await read(relay('%{file:big}%'), { sources: { file: () => Promise.resolve({ text: 'x'.repeat(65_537) }) } })
    expect(errors(loaded)).toEqual(['macro-file-too-large'])
  })

  test('also where another setting refers to it', async () => {
    const loaded = await read('[report]\ndomain = "%{env:NOWHERE}%"\n[server]\nhostname = "mail.%{cfg:report.domain}%"')
    expect(errors(loaded)).toEqual(['macro-env-missing', 'macro-cfg-broken'])
    expect(loaded.settings.server.hostname).toBe('mx.example.org')
  })

  test('an unusable default is not filled in silently: the route waits', async () => {
    const loaded = await read(`${relay('%{env:NOWHERE}%')}\n[queue.strategy]\nroute = "'r'"`)
    expect(loaded.routingBroken).toBe(true)
  })
})

test('what a macro stands for is not told, wherever it stands', async () => {
  const loaded = await read(
    '[queue.route.r]\ntype = "relay"\naddress = "%{env:RELAY_SECRET}% x"\nport = "%{env:RELAY_SECRET}%"\n[access]\nnetworks = ["%{env:RELAY_SECRET}%"]',
  )
  expect(errors(loaded)).toEqual(['address-invalid', 'port-invalid', 'network-invalid'])
  expect(JSON.stringify(loaded.issues)).not.toContain('s3cr3t')
  const digits = await read(
    '[queue.route.r]\ntype = "relay"\naddress = "a.test"\nport = "%{env:PIN}%"\n[activity]\nkeep = "%{env:PIN}%"\n[queue.strategy]\nroute = "%{secret:PIN}%"',
    {
      sources: { environment: () => '987654321', secret: () => 'b4dword' },
    },
  )
  expect(errors(digits)).toEqual(['port-invalid', 'duration-without-unit', 'unknown-identifier'])
  expect(JSON.stringify([digits.issues, digits.settings.queue.flat])).not.toMatch(/b4dword|"message":"[^"]*987654321/)
})

test('no password is in an issue, in the flat settings or in the view', async () => {
  const text = [
    relay('pl41n-word'),
    '[access.account.a]\nsecret = "%{secret:route-relay}%"',
    '[access.account.b]\nsecret = 9876543',
    '[server]\nhostname = "h %{cfg:access.account.a.secret}%"',
    '[limits]\nconnections = "%{secret:route-relay}%"',
    '[store.default.values]\nk = "%{secret:route-relay}%"',
    '[queue.route.q]\ntype = "relay"\naddress = "a.test"\nport = 465\npassword = "wr0ng-key"',
  ].join('\n')
  const loaded = await read(text)
  const shown = JSON.stringify([loaded.issues, loaded.settings.queue.flat, { ...loaded.view, stores: {} }])
  for (const word of ['pl41n-word', 'stored pass', '9876543', 'wr0ng-key']) expect(shown).not.toContain(word)
  expect(loaded.view.access.accounts).toMatchObject([{ name: 'a', secret: 'stored', senders: [] }])
  expect(loaded.view.queue.routes['r']).toMatchObject({ auth: { username: 'u', secret: 'plain' } })
})

test.each([
  ['%{secret:a}%', 'stored'],
  ['%{env:RELAY_SECRET}%', 'macro'],
  ['%{file:/s.txt}%%{env:RELAY_SECRET}%', 'macro'],
  ['pre%{env:RELAY_SECRET}%', 'plain'],
  ['word', 'plain'],
])('a password written as %s is told as %s', async (written, state) => {
  const loaded = await read(relay(written), { sources: { secret: () => 'x' } })
  expect(loaded.view.queue.routes['r']).toMatchObject({ auth: { secret: state } })
  expect(loaded.issues.some(({ code }) => code === 'plain-secret')).toBe(state === 'plain')
})

test('a list with one long text of macros that does not end as one is told apart quickly', async () => {
  const loaded = await read(relay(`${'%{env:RELAY_SECRET}%'.repeat(2000)}x`))
  expect(errors(loaded)).toEqual([])
})
