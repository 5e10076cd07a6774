import fc from 'fast-check'
import { parse } from 'smol-toml'
import { describe, expect, test } from 'vitest'
import { ChangeError, applyChanges, withRoutesInQueue } from '../../../../main/engine/config/change.ts'
import { FIRST_CONFIG } from '../../../../main/engine/config/index.ts'
import { read } from './read.ts'

const BASE = `# top

[queue.strategy]
route = "'mx'" # why

# about the relay
[queue.route."relay"]
type   = "relay" # t
address = "a.test"
auth.username = "u"
[queue.route.relay.tls]
implicit = false # STARTTLS

# the end
`

test('a value changes in its place, with its comment and blanks', () => {
  expect(applyChanges(BASE, [{ path: ['queue', 'strategy', 'route'], value: "'relay'" }])).toBe(BASE.replace(`"'mx'"`, `"'relay'"`))
  expect(applyChanges(BASE, [{ path: ['queue', 'route', 'relay', 'tls', 'implicit'], value: true }])).toBe(
    BASE.replace('= false', '= true'),
  )
})

test('a new key goes into its table', () => {
  const text = applyChanges(BASE, [
    { path: ['queue', 'route', 'relay', 'port'], value: 587 },
    { path: ['queue', 'route', 'relay', 'auth', 'secret'], value: '%{secret:relay}%' },
  ])
  expect(parse(text)).toMatchObject({ queue: { route: { relay: { port: 587, auth: { username: 'u', secret: '%{secret:relay}%' } } } } })
  for (const comment of ['# top', '# why', '# about the relay', '# t', '# STARTTLS', '# the end']) expect(text).toContain(comment)
})

test('a new route becomes a table of its own behind the other routes', () => {
  const value = { type: 'relay', address: 'b.test', port: 465, tls: { implicit: true }, auth: { username: 'x', secret: '%{secret:b}%' } }
  expect(applyChanges(BASE, [{ path: ['queue', 'route', 'b'], value }])).toBe(
    BASE.replace(
      'implicit = false # STARTTLS\n',
      `implicit = false # STARTTLS

[queue.route.b]
type = "relay"
address = "b.test"
port = 465
tls.implicit = true
auth.username = "x"
auth.secret = "%{secret:b}%"
`,
    ),
  )
})

test('a first table of its kind goes to the end', () => {
  const text = applyChanges(BASE, [
    { path: ['access', 'account', 'scan@office'], value: { secret: '%{secret:a}%', senders: ['*@a.test'] } },
  ])
  expect(text).toBe(`${BASE}\n[access.account."scan@office"]\nsecret = "%{secret:a}%"\nsenders = [ "*@a.test" ]\n`)
})

test('a list of rules is written and read back', async () => {
  const rules = [{ if: "is_local_domain('', rcpt_domain)", then: "'local'" }, { if: 'retry_num > 1', then: "'relay'" }, { else: "'mx'" }]
  const text = applyChanges(BASE, [{ path: ['queue', 'strategy', 'route'], value: rules }])
  expect((await read(text)).settings.queue.strategy.route).toEqual({ branches: rules.slice(0, 2), else: "'mx'" })
  expect(text).toContain('# why')
})

test('a removed key takes the table it leaves empty with it, and nothing else', () => {
  const text = applyChanges(BASE, [{ path: ['queue', 'route', 'relay'], value: null }])
  expect(parse(text)).toEqual(parse('[queue.strategy]\nroute = "\'mx\'"'))
  expect(text).toContain('# why')
  const other = applyChanges(BASE, [{ path: ['queue', 'route', 'relay', 'tls', 'implicit'], value: null }])
  expect(parse(other)).toEqual(
    parse('[queue.strategy]\nroute = "\'mx\'"\n[queue.route.relay]\ntype="relay"\naddress="a.test"\nauth.username="u"'),
  )
  expect(applyChanges(BASE, [{ path: ['no', 'such', 'key'], value: null }])).toBe(BASE)
})

test('a relay is set up in the file of a first start, which keeps its explanations', async () => {
  const text = applyChanges(FIRST_CONFIG, [
    {
      path: ['queue', 'route', 'relay'],
      value: { type: 'relay', address: 'smtp.test', port: 465, auth: { username: 'u', secret: '%{secret:route-relay}%' } },
    },
    { path: ['queue', 'strategy', 'route'], value: [{ if: "is_local_domain('', rcpt_domain)", then: "'local'" }, { else: "'relay'" }] },
    { path: ['server', 'hostname'], value: 'mailroom.office.lan' },
  ])
  const loaded = await read(text)
  expect(loaded.issues).toEqual([])
  expect(loaded.settings.queue.routes['relay']).toMatchObject({ address: 'smtp.test', auth: { secret: 'stored pass' } })
  for (const line of FIRST_CONFIG.split('\n').filter((one) => one.startsWith('#'))) expect(text).toContain(line)
})

describe('routes are written as queue.route', () => {
  test.each([
    ['[route."mx"] # keep\ntype = "mx"\n', '[queue.route."mx"] # keep\ntype = "mx"\n'],
    [
      '[route.a]\ntype = "relay"\n  [ route . a . tls ]\nimplicit = false',
      '[queue.route.a]\ntype = "relay"\n  [ queue.route . a . tls ]\nimplicit = false',
    ],
    ['route.a.type = "mx" # keep\n', 'queue.route.a.type = "mx" # keep\n'],
    ['route = { a = { type = "mx" } }\n', 'queue.route = { a = { type = "mx" } }\n'],
    ['[server]\nhostname = "route"\n', '[server]\nhostname = "route"\n'],
    ['route = "x"', 'route = "x"'],
  ])('%j', (text, wanted) => {
    expect(withRoutesInQueue(text)).toBe(wanted)
  })

  test('when a change is saved, and the change may use either name', () => {
    const text = applyChanges('[route.a]\ntype = "mx" # c', [{ path: ['route', 'a', 'limits', 'mx'], value: 3 }])
    expect(parse(text)).toEqual({ queue: { route: { a: { type: 'mx', limits: { mx: 3 } } } } })
    expect(text).toContain('# c')
  })

  test('and a second definition with the same content goes', () => {
    const text = withRoutesInQueue('[queue.route.a]\ntype = "mx"\n\n[route.a]\ntype = "mx"\n\n[route.b]\ntype = "local"\n')
    expect(parse(text)).toEqual({ queue: { route: { a: { type: 'mx' }, b: { type: 'local' } } } })
  })

  test('but two that differ are left for their writer', () => {
    const text = '[queue.route.a]\ntype = "mx"\n[route.a]\ntype = "local"\n'
    expect(withRoutesInQueue(text)).toBe(text)
  })
})

test('a change that does not fit is refused with a reason', () => {
  expect(() => applyChanges('[queue', [{ path: ['a'], value: 1 }])).toThrow(ChangeError)
  expect(() => applyChanges('server = 5', [{ path: ['server', 'hostname'], value: 'a.test' }])).toThrow(/server is not a table/)
})

test('Windows line ends stay', () => {
  const text = applyChanges(BASE.replaceAll('\n', '\r\n'), [
    { path: ['queue', 'route', 'b'], value: { type: 'mx' } },
    { path: ['store', 'default'], value: { keys: ['a'] } },
    { path: ['queue', 'strategy', 'route'], value: "'relay'" },
  ])
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
})

const id = fc.constantFrom('a', 'relay', 'b-c', 'x.y', 'ä', 'scan@office')
const change = fc.oneof(
  fc.record({
    path: fc.tuple(fc.constant('queue'), fc.constant('route'), id),
    value: fc.record({
      type: fc.constant('relay'),
      address: fc.constantFrom('x.test', 'y.test'),
      tls: fc.record({ implicit: fc.boolean() }),
    }),
  }),
  fc.record({
    path: fc.tuple(fc.constant('queue'), fc.constant('route'), id, fc.constantFrom('port', 'address', 'description')),
    value: fc.oneof(fc.nat(), fc.string()),
  }),
  fc.record({ path: fc.tuple(fc.constant('server'), fc.constant('hostname')), value: fc.constantFrom('a.test', 'b.test') }),
  fc.record({
    path: fc.tuple(fc.constant('queue'), fc.constant('strategy'), fc.constantFrom('route', 'tls')),
    value: fc.oneof(fc.constant("'mx'"), fc.array(fc.record({ if: fc.string(), then: fc.string() }))),
  }),
  fc.record({
    path: fc.tuple(fc.constant('access'), fc.constant('account'), id, fc.constant('senders')),
    value: fc.array(fc.constantFrom('*@a.test', 'b@b.test')),
  }),
)
const commentedBase = `# one\n\n[server] # two\n# three\n\nhostname = "x.test" # four\n\n# five\n\n[queue.strategy] # six\nroute = "'mx'" # seven\n\n# eight\n\n[limits]\nconnections = 5 # nine\n# ten\n`

test('whatever is set, every comment survives and the file says exactly what was asked', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      const text = applyChanges(commentedBase, changes)
      for (const word of ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'])
        expect(text).toMatch(new RegExp(`# ${word}\\b`))
      for (const [index, { path, value }] of changes.entries()) {
        if (
          changes
            .slice(index + 1)
            .some((later) => later.path.every((key, at) => path[at] === key) || path.every((key, at) => later.path[at] === key))
        )
          continue
        const got = path.reduce<unknown>((table, key) => (table as Record<string, unknown>)[key], parse(text))
        expect(got).toEqual(value)
      }
      expect(text).toContain('connections = 5 # nine\n# ten\n')
    }),
    { numRuns: 100 },
  )
}, 60_000)
