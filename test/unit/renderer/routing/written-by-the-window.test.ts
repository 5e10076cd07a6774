import { expect, test } from 'vitest'
import type { ConfigChange } from '../../../../main/contract/channels.ts'
import { applyChanges } from '../../../../main/engine/config/change.ts'
import { FIRST_CONFIG } from '../../../../main/engine/config/first-config.ts'
import { readConfig } from '../../../../main/engine/config/read-config.ts'
import { encryptionOf } from '../../../../renderer/screens/routing/encryption.ts'
import { emptyForm, formChanges, formOf, removalChanges } from '../../../../renderer/screens/routing/route-form.ts'
import { rulesChange } from '../../../../renderer/screens/routing/rule-list.ts'
import { plannedRules, planTemplate } from '../../../../renderer/screens/routing/templates.ts'

/** The window's changes through the engine's own writer and reader, from the file of a first start on. */
const sources = { environment: () => undefined, file: async () => ({ problem: 'there is none' }), secret: () => 's3cret' }
const read = (text: string): ReturnType<typeof readConfig> => readConfig(text, { sources, hostname: 'office', ownAddresses: [] })
const choices = { main: 'provider', other: 'fallback', failed: 2, by: 'device' as const, values: [] }

async function saved(text: string, changes: readonly ConfigChange[]) {
  const next = applyChanges(text, changes)
  const loaded = await read(next)
  expect(loaded.issues.filter((issue) => issue.severity === 'error')).toEqual([])
  return { text: next, queue: loaded.view.queue }
}

test('two relays, the local domain first and a fallback after two tries are read back as they were meant', async () => {
  const first = await read(FIRST_CONFIG)
  const form = { ...emptyForm(), id: 'provider', name: 'Provider', address: 'smtp.example.org', username: 'ann', password: 's3cret' }
  const rules = plannedRules(planTemplate('local-first', choices, first.view.queue.strategy.route))
  const one = await saved(FIRST_CONFIG, [...formChanges(form, null, first.view.queue).changes, rulesChange(rules)])
  const other = { ...emptyForm(), id: 'fallback', name: 'Fallback', address: '127.0.0.2', port: '25', encryption: 'none' as const }
  const two = await saved(one.text, formChanges(other, null, one.queue).changes)
  const three = await saved(two.text, [rulesChange(plannedRules(planTemplate('fallback', choices, two.queue.strategy.route)))])

  expect(three.queue.strategy.route).toEqual({
    branches: [
      { if: "is_local_domain('', rcpt_domain)", then: "'local'" },
      { if: 'retry_num > 1', then: "'fallback'" },
    ],
    else: "'provider'",
  })
  const encryptions = Object.values(three.queue.routes).map((route) => (route.type === 'relay' ? encryptionOf(route, three.queue) : null))
  expect(encryptions).toEqual(['starttls', 'none'])
  expect(three.text).not.toContain('s3cret')
  for (const line of FIRST_CONFIG.split('\n').filter((text) => text.startsWith('#'))) expect(three.text).toContain(line)

  const provider = three.queue.routes['provider']
  if (provider === undefined) throw new Error('the route is not there')
  expect(formChanges(formOf(provider, three.queue), provider, three.queue)).toEqual({ changes: [], secrets: [] })
  const back = [rulesChange({ branches: [], else: "'local'" }), ...removalChanges(provider, three.queue)]
  const four = await saved(three.text, back)
  expect(Object.keys(four.queue.routes)).toEqual(['fallback'])
  expect(four.queue.strategy.tls.branches.map((branch) => branch.if)).toEqual(["mx == '127.0.0.2'"])
})
