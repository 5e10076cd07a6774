import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { settings } from '../../../../main/contract/index.ts'
import type { LoadedConfig } from '../../../../main/engine/config/index.ts'
import { codes, errors, read, warnings } from './read.ts'

const loading = z.object({
  id: z.string(),
  toml: z.string(),
  errors: z.array(z.string()),
  warnings: z.array(z.string()).optional(),
  effective: z.record(z.string(), z.unknown()).optional(),
  hint: z.string().optional(),
})
const macro = z.object({
  id: z.string(),
  key: z.string().optional(),
  value: z.string(),
  result: z.string().optional(),
  error: z.string().optional(),
})
const fixtures = join(import.meta.dirname, '../../../fixtures')
const file = z
  .object({ H: z.object({ cases: z.array(loading) }), I: z.object({ cases: z.array(macro) }) })
  .parse(JSON.parse(readFileSync(join(fixtures, 'routing-cases.json'), 'utf8')))

/** What is in force, under the names the cases use. */
function effective({ settings: { queue } }: LoadedConfig, key: string): unknown {
  const route = Object.values(queue.routes)[0]
  switch (key) {
    case 'queue.route.local.type':
      return queue.routes['local']?.type
    case 'queue.route.relay.address':
      return route?.type === 'relay' ? route.address : undefined
    case 'queue.route.relay.tls.implicit':
    case 'tls.implicit':
      return route?.type === 'relay' ? route.tls.implicit : undefined
    case 'ip-lookup':
      return route?.type === 'mx' ? route.ipLookup : undefined
    case 'queue.schedule.s':
      return queue.schedules['s'] === undefined ? 'undefined' : 'defined'
    case 'starttls':
      return Object.values(queue.tls)[0]?.starttls
    default:
      throw new Error(`the test knows no ${key}`)
  }
}

describe('configuration loading', () => {
  test.each(file.H.cases)('$id', async (one) => {
    const loaded = await read(one.toml)
    expect(errors(loaded)).toEqual(one.errors)
    if (one.warnings) expect(warnings(loaded)).toEqual(one.warnings)
    for (const [key, wanted] of Object.entries(one.effective ?? {})) expect(effective(loaded, key), key).toEqual(wanted)
    if (one.hint !== undefined) expect(loaded.issues.map(({ suggestion }) => suggestion)).toContain(one.hint)
    for (const issue of loaded.issues) {
      expect(issue.path).not.toBe('')
      expect(issue.line).toBeGreaterThan(0)
      expect(issue.column).toBeGreaterThan(0)
    }
    expect(settings.safeParse(loaded.settings).error).toBeUndefined()
  })
})

describe('macros', () => {
  test.each(file.I.cases)('$id', async ({ key = 'queue.route.r.auth.secret', value, result, error }) => {
    const written = JSON.stringify(value)
    const relay = key.endsWith('secret')
      ? `queue.route.r = { type = "relay", address = "a.test", port = 465, auth = { username = "u", secret = ${written} } }`
      : ''
    const loaded = await read(`report.domain = "example.org"\n${relay === '' ? `${key} = ${written}` : relay}`)
    const route = loaded.settings.queue.routes['r']
    const got = relay === '' ? loaded.settings.server.hostname : route?.type === 'relay' ? route.auth?.secret : undefined
    expect(codes(loaded, 'error')).toEqual(error === undefined ? [] : [error])
    expect(got).toBe(result)
  })
})

describe('the complete examples of the routing page load', () => {
  const examples = readFileSync(join(fixtures, 'routing-page-examples.toml.txt'), 'utf8')
    .split(/^---.*\n/m)
    .slice(1)
  test.each([
    ['relay host', 0, ['alias-used']],
    ['failover', 1, ['alias-used', 'implicit-tls-on-clear-port']],
    ['LMTP', 2, ['alias-used', 'plain-secret']],
  ] as const)('%s', async (_name, index, warned) => {
    const loaded = await read(examples[index] ?? '')
    expect(errors(loaded)).toEqual([])
    expect(warnings(loaded)).toEqual(warned)
    expect(loaded.routingBroken).toBe(false)
    expect(Object.keys(loaded.settings.queue.routes)).toContain(['relay', 'fallback', 'lmtp'][index])
  })
})
