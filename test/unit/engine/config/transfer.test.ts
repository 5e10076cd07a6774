import { describe, expect, test } from 'vitest'
import { freeName, holdsSettings, portableText, renameSecrets, secretsNamedIn } from '../../../../main/engine/config/index.ts'

const TEXT = `# the password was "old": secret = "hunter1"
[queue.route.relay]
type = "relay"
auth.secret = "hunter2" # mine
[access.account."scan ner"]
secret = '%{secret:account-scanner}%'
[access.account.b]
secret = "half-%{env:X}%"
`

describe('a text without its passwords', () => {
  const portable = portableText(TEXT, false)

  test('refers to each by a name, in the file’s own words otherwise', () => {
    expect(portable?.text).toBe(`# the password was "old": secret = "%{hidden}%"
[queue.route.relay]
type = "relay"
auth.secret = "%{secret:route-relay}%" # mine
[access.account."scan ner"]
secret = '%{secret:account-scanner}%'
[access.account.b]
secret = "%{secret:account-b}%"
`)
  })

  test('has none of them left', () => {
    for (const word of ['hunter1', 'hunter2', 'half-']) expect(portable?.text).not.toContain(word)
  })

  test('names each password that has to be typed again', () => {
    expect(secretsNamedIn(portable?.text ?? '')).toEqual([
      { name: 'route-relay', path: 'queue.route.relay.auth.secret' },
      { name: 'account-scanner', path: 'access.account.scan ner.secret' },
      { name: 'account-b', path: 'access.account.b.secret' },
    ])
  })
})

test('sealed, the passwords come along, comments and half macros stay whole', () => {
  const portable = portableText(TEXT, true)
  expect(portable?.text).toContain('secret = "hunter1"')
  expect(portable?.text).toContain('secret = "half-%{env:X}%"')
  expect(portable?.text).not.toContain('hunter2')
  expect([...(portable?.secrets ?? [])]).toEqual([['route-relay', 'hunter2']])
})

test('a name that the file uses already is not taken for a second password', () => {
  const portable = portableText('[queue.route.relay]\nauth.secret = "a"\n[access.account.b]\nsecret = "%{secret:route-relay}%"\n', true)
  expect([...(portable?.secrets.keys() ?? [])]).toEqual(['route-relay-2'])
  expect(freeName('a', (name) => ['a', 'a-2'].includes(name))).toBe('a-3')
})

test('stored passwords can be called otherwise, each where it is referred to', () => {
  const text = 'a.secret = "%{secret:one}%" # %{secret:one}%\nb.secret = \'x%{secret:two}%%{secret:one}%\'\n'
  expect(renameSecrets(text, new Map([['one', 'one-2']]))).toBe(
    'a.secret = "%{secret:one-2}%" # %{secret:one}%\nb.secret = \'x%{secret:two}%%{secret:one-2}%\'\n',
  )
})

test.each([
  ['', null],
  ['[server]\nhostname = "a.test"\n', null],
  ['[route.a]\ntype = "mx"\n', null],
  ['[tool.poetry]\nname = "x"\n', 'This file holds no settings of Mailroom.'],
])('%j is told apart from other files', (text, problem) => {
  expect(holdsSettings(text)).toBe(problem)
})

test('what is no TOML is told with its line', () => {
  expect(holdsSettings('%PDF-1.4\nx')).toMatch(/no settings file.*line 1/)
  expect(portableText('[server', false)).toBeNull()
})
