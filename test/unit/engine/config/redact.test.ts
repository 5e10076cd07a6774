import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redactText, restoreText } from '../../../../main/engine/config/index.ts'

const TEXT = `# old: secret = "c0mment"
[queue.route.relay] # secret
type = "relay"
auth.username = "u"
auth.secret = "p\\"w0rd" # keep this
[queue.route.b]
auth = { username = 'x', secret = 'l1teral' }
[access.account.a]
secret = """
mult1
line"""
[access.account.stored]
secret = "%{secret:a}%"
[access.account.env]
secret = "%{env:A}%"
description = "secret = 'not one'"
`

test('passwords that stand in the text are hidden, macros and all else stay', () => {
  const shown = redactText(TEXT)
  for (const word of ['c0mment', 'w0rd', 'l1teral', 'mult1']) expect(shown).not.toContain(word)
  expect(shown).toContain('auth.secret = "%{hidden}%" # keep this')
  expect(shown).toContain(`auth = { username = 'x', secret = "%{hidden}%" }`)
  expect(shown).toContain('secret = "%{secret:a}%"')
  expect(shown).toContain('secret = "%{env:A}%"')
  expect(shown).toContain(`description = "secret = 'not one'"`)
})

test('what was hidden comes back, byte for byte', () => {
  expect(restoreText(redactText(TEXT), TEXT)).toBe(TEXT)
})

test('it comes back where the text around it was edited', () => {
  const edited = redactText(TEXT)
    .replace(/\[queue.route.b\]\n.*\n/, '')
    .replace('# old:', '# older:')
    .replace('type = "relay"', 'type = "relay"\nport = 465')
  const restored = restoreText(edited, TEXT)
  expect(restored).toContain('auth.secret = "p\\"w0rd" # keep this')
  expect(restored).toContain('mult1')
})

test('a route that is written under its other spelling keeps its password', () => {
  const original = '[route.a]\nauth.secret = "pw"'
  expect(restoreText(redactText(original).replace('[route', '[queue.route'), original)).toBe('[queue.route.a]\nauth.secret = "pw"')
})

test('a hidden password under a new key is left as it is', () => {
  expect(restoreText('[access.account.new]\nsecret = "%{hidden}%"', TEXT)).toContain('%{hidden}%')
})

test('passwords are hidden also in a text that is not TOML', () => {
  const shown = redactText('[broken\nauth.secret = "abc1"\nauth = { secret = \'abc2\' }\nsecret = abc3\n"secret" = "abc4\npassword="abc5"')
  expect(shown).not.toMatch(/abc\d/)
})

test('any password in any string form is hidden and comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 4 }), fc.boolean(), (word, dotted) => {
      const written = JSON.stringify(word).replaceAll('\u007f', '\\u007f')
      const text = dotted
        ? `# x\n[queue.route.a]\nauth.secret = ${written} # c\n`
        : `access.account.a = { secret = ${written}, senders = [] }\n`
      fc.pre(!word.includes('%{'))
      expect(redactText(text)).not.toContain(`= ${written}`)
      expect(restoreText(redactText(text), text)).toBe(text)
    }),
    { numRuns: 200 },
  )
})
