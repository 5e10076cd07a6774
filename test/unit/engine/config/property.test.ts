import fc from 'fast-check'
import { parse, stringify } from 'smol-toml'
import { expect, test, vi } from 'vitest'
import { settings } from '../../../../main/contract/index.ts'
import { redactText } from '../../../../main/engine/config/index.ts'
import { read } from './read.ts'

// These do much work on purpose; a busy machine gets the time for it.
vi.setConfig({ testTimeout: 60_000 })

async function staysWhole(text: string): Promise<void> {
  const loaded = await read(text)
  for (const issue of loaded.issues) {
    expect(issue.message).not.toBe('')
    expect(issue.line).toBeGreaterThan(0)
    expect(issue.column).toBeGreaterThan(0)
    if (issue.code !== 'toml-syntax' && issue.code !== 'file-too-large') expect(issue.path).not.toBe('')
  }
  expect(settings.safeParse(loaded.settings).error).toBeUndefined()
  expect(loaded.usable).toBe(!loaded.issues.some(({ severity }) => severity === 'error'))
}

const word = fc.constantFrom(
  ...[
    'queue',
    'route',
    'strategy',
    'schedule',
    'connection',
    'tls',
    'virtual',
    'limiter',
    'outbound',
    'quota',
    'source-ip',
    'server',
    'listener',
  ],
  ...[
    'access',
    'account',
    'networks',
    'limits',
    'directory',
    'mailbox',
    'store',
    'values',
    'resolver',
    'report',
    'dsn',
    'activity',
    'session',
  ],
  ...[
    'type',
    'address',
    'port',
    'auth',
    'secret',
    'retry',
    'expire',
    'bind',
    'if',
    'then',
    'else',
    'keys',
    'file',
    'domains',
    'mx',
    'default',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'a b',
    'ä',
    '0001',
    'remote',
    'key',
    'match',
    'rate',
    'timeout',
    'hostname',
  ],
)
const scalar = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constantFrom(
    'relay',
    'mx',
    'local',
    "'mx'",
    '5m',
    '1h',
    '0s',
    'require',
    '%{env:X}%',
    '%{cfg:server.hostname}%',
    '%{file:/s.txt}%',
    '%{secret:',
    '100/1h',
    'retry_num > 1',
  ),
)
const { tree } = fc.letrec<{ tree: Record<string, unknown>; node: unknown }>((tie) => ({
  tree: fc.dictionary(word, tie('node'), { maxKeys: 6 }),
  node: fc.oneof({ depthSize: 'medium', maxDepth: 6 }, scalar, fc.array(fc.oneof(scalar, tie('tree')), { maxLength: 4 }), tie('tree')),
}))

/** undefined for what the writer cannot write, for example arrays of mixed tables. */
function written(values: Record<string, unknown>): string | undefined {
  try {
    const text = stringify(values)
    parse(text)
    return text
  } catch {
    return undefined
  }
}

test('any tree of settings, known keys with any values among them, is read without an exception and every problem has its place', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (values) => {
      const text = written(values)
      fc.pre(text !== undefined)
      await staysWhole(text)
    }),
    { numRuns: 200 },
  )
})

const tokens = fc.array(
  fc.oneof(
    word,
    fc.constantFrom(
      ' = ',
      '\n',
      '[',
      ']',
      '[[',
      ']]',
      '.',
      ',',
      '{',
      '}',
      '"',
      "'",
      '"""',
      "'''",
      '\\',
      '#',
      '\r\n',
      ' ',
      'true',
      '12',
      '1979-05-27',
      '\t',
      '\u0000',
      '\uFEFF',
      '%{env:',
    ),
  ),
  { maxLength: 60 },
)
test('any soup of TOML tokens is read, or refused with a place, and can be shown', async () => {
  await fc.assert(
    fc.asyncProperty(tokens, async (parts) => {
      const text = parts.join('')
      await staysWhole(text)
      expect(typeof redactText(text)).toBe('string')
    }),
    { numRuns: 500 },
  )
})

test('any text at all is read or refused', async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), staysWhole), { numRuns: 500 })
})

test.each([
  ['arrays in arrays', `a = ${'['.repeat(100_000)}`],
  ['closed arrays in arrays', `a = ${'['.repeat(5000)}${']'.repeat(5000)}`],
  ['tables in tables', `[${Array.from({ length: 20_000 }, () => 'a').join('.')}]`],
  ['inline tables', 'a = {'.repeat(5000)],
  ['dotted keys', `${Array.from({ length: 20_000 }, () => 'a').join('.')} = 1`],
  ['a file that is too large', `# ${'x'.repeat(2_000_000)}`],
  ['a rule of brackets', `queue.strategy.route = "${'('.repeat(50_000)}"`],
  ['ten thousand routes', Array.from({ length: 10_000 }, (_, index) => `[queue.route.r${index}]\ntype = "mx"\n`).join('')],
])('%s cannot stop it', async (_name, text) => {
  await staysWhole(text)
})
