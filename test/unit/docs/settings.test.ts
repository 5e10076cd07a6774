import { readFileSync } from 'node:fs'
import { parse } from 'smol-toml'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import type * as Reader from '../../../main/engine/config/reader.ts'
import { asked, askForEverything, load, noteTable } from './loader-keys.ts'
import { documentedKeys, examples, occursIn } from './settings-page.ts'

// What the loader knows stands nowhere in one list: it is overheard while it reads.
vi.mock('../../../main/engine/config/reader.ts', async (importOriginal) => {
  const original = await importOriginal<typeof Reader>()
  const readTable: typeof Reader.readTable = (table, fields, problems, ownTables) => {
    noteTable(table.path, fields, ownTables)
    return original.readTable(table, fields, problems, ownTables)
  }
  return { ...original, readTable }
})

const page = readFileSync('docs/settings.md', 'utf8')
const documented = documentedKeys(page)
const pages = { 'docs/settings.md': page, 'README.md': readFileSync('README.md', 'utf8') }

/** Every key the loader knows, and where: `queue.route.<id>` and `port`. */
function knownKeys(): { table: string; key: string }[] {
  return [...asked].flatMap(([table, { fields, own }]) => [...fields.keys(), ...own].map((key) => ({ table, key })))
}

beforeAll(askForEverything)

test('the loader is overheard to the last table', () => {
  expect([...asked.keys()]).toEqual(expect.arrayContaining(['server.listener.<id>', 'directory.<id>.mailbox.<id>', 'queue.source-ip.<id>']))
  expect(knownKeys().length).toBeGreaterThan(100)
})

test('every key that the loader knows is explained', () => {
  const missing = knownKeys().filter(({ table, key }) => {
    const path = table === '' ? key : `${table}.${key}`
    const row = documented.some((one) => one.table === table && one.key === key)
    return !row && !documented.some((one) => one.table === path || one.table.startsWith(`${path}.`))
  })
  expect(missing).toEqual([])
})

test('every key that is explained is known to the loader', () => {
  const invented = documented.filter(({ table, key }) => {
    const known = asked.get(table)
    return known?.fields.has(key) !== true && known?.own.has(key) !== true
  })
  expect(invented).toEqual([])
})

test('every default that is told is the one in force', () => {
  let compared = 0
  for (const { table, key, default: cell } of documented) {
    const field = asked.get(table)?.fields.get(key)
    const written = /^`([^`]+)`$/.exec(cell)?.[1]
    if (field === undefined) continue
    if (field.fallback === undefined || (field.fallback === '' && cell === 'required')) {
      expect(written, `${table}.${key} has no default of its own`).toBeOneOf([undefined, 'server.hostname'])
      continue
    }
    const value = parse(`value = ${written ?? ''}`)['value']
    expect(field.schema.parse(value), `${table}.${key}`).toEqual(field.fallback)
    compared += 1
  }
  expect(compared).toBeGreaterThan(50)
})

test('every key occurs in an example', () => {
  const parsed = examples(page).map(({ text }) => parse(text))
  const without = documented.filter(({ table, key }) => !parsed.some((one) => occursIn(one, [...table.split('.'), ...key.split('.')])))
  expect(without).toEqual([])
})

describe('an example loads without errors', () => {
  // Warnings that the text beside the example speaks of.
  const expected = ['not-in-effect-yet', 'clear-auth']
  const all = Object.entries(pages).flatMap(([file, content]) => examples(content).map((one) => ({ ...one, file })))

  test.each(all)('$file:$line $heading', async ({ text }) => {
    const { issues } = await load(text)
    expect(issues.filter(({ severity, code }) => severity === 'error' || !expected.includes(code))).toEqual([])
  })
})

describe('a whole example does what it says', () => {
  const whole = (heading: string): string => examples(page).find((one) => one.heading === heading)?.text ?? ''

  test.each([
    ['A relay host, and another one when it fails', ['local', 'fallback', 'relay']],
    ['Local mail first, the rest to the recipients’ own servers', ['local', 'mx']],
    ['Hand local mail to another program by LMTP', ['dovecot', 'relay']],
  ])('%s', async (heading, routes) => {
    const { settings } = await load(whole(heading.replace('’', "'")))
    const { branches, else: otherwise } = settings.queue.strategy.route
    expect([...branches.map(({ then }) => then), otherwise]).toEqual(routes.map((route) => `'${route}'`))
    const builtIn = ['local', 'mx']
    for (const route of routes) expect(builtIn.includes(route) || Object.hasOwn(settings.queue.routes, route), route).toBe(true)
  })
})

test('every link within the page leads somewhere', () => {
  const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
  expect(links.length).toBeGreaterThan(20)
  expect(links.filter((anchor) => anchor === undefined || !anchors.includes(anchor))).toEqual([])
})
