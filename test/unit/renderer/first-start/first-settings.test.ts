import { describe, expect, test } from 'vitest'
import { FIRST_CONFIG } from '../../../../main/engine/config/index.ts'
import { applyChanges } from '../../../../main/engine/config/change.ts'
import { emptyForm } from '../../../../renderer/screens/routing/route-form.ts'
import type { RouteForm } from '../../../../renderer/screens/routing/route-form.ts'
import { accessOf, firstChanges, networksOf, splitNetworks } from '../../../../renderer/screens/first-start/first-settings.ts'
import type { FirstPlan } from '../../../../renderer/screens/first-start/first-settings.ts'
import { settingsOf } from './settings-of.ts'

const form: RouteForm = {
  ...emptyForm(),
  name: 'Microsoft 365',
  address: 'smtp.office365.com',
  port: '587',
  encryption: 'starttls',
  username: 'scans@alderfinch.example',
  password: 'secret',
}
const plan = (more: Partial<FirstPlan>): FirstPlan => ({ form, access: { kind: 'private' }, written: null, ...more })

/** The file after it, and what the engine reads in it. */
async function after(text: string, made: FirstPlan) {
  const result = firstChanges(made, await settingsOf(text))
  const written = applyChanges(text, result.changes)
  return { ...result, text: written, settings: await settingsOf(written) }
}

describe('what a first start writes', () => {
  test('a relay, the rule that sends everything else through it, and the password in the key store; comments stay', async () => {
    const { text, settings, secrets, routeId } = await after(FIRST_CONFIG, plan({}))
    expect(routeId).toBe('microsoft-365')
    expect(secrets).toEqual([{ name: 'route-microsoft-365', value: 'secret' }])
    expect(text).not.toMatch(/"secret"/)
    expect(settings.queue.strategy.route).toEqual({
      branches: [{ if: "is_local_domain('', rcpt_domain)", then: "'local'" }],
      else: "'microsoft-365'",
    })
    expect(settings.queue.routes['microsoft-365']).toMatchObject({ type: 'relay', address: 'smtp.office365.com', port: 587 })
    expect(settings.access.networks).toEqual(['private'])
    for (const comment of FIRST_CONFIG.match(/^#.*$/gm) ?? []) expect(text).toContain(comment)
  })
  test('nothing at all when everything stays here and the office’s networks may send', async () => {
    expect((await after(FIRST_CONFIG, plan({ form: null }))).text).toBe(FIRST_CONFIG)
  })
  test('the networks that were chosen', async () => {
    const some = await after(FIRST_CONFIG, plan({ form: null, access: { kind: 'some', networks: ['192.168.1.0/24'] } }))
    expect(some.settings.access.networks).toEqual(['192.168.1.0/24'])
    expect((await after(FIRST_CONFIG, plan({ form: null, access: { kind: 'loopback' } }))).settings.access.networks).toEqual(['loopback'])
  })
  test('another service after a step back takes the place of the first, and nothing of that is left', async () => {
    const first = await after(FIRST_CONFIG, plan({}))
    const other = { ...form, name: 'SMTP2GO', address: 'mail.smtp2go.com', port: '2525', username: 'alder' }
    const second = await after(first.text, plan({ form: other, written: first.settings.queue.routes['microsoft-365'] ?? null }))
    expect(Object.values(second.settings.queue.routes)).toHaveLength(1)
    expect(second.settings.queue.routes[second.routeId ?? '']).toMatchObject({ description: 'SMTP2GO', address: 'mail.smtp2go.com' })
    expect(second.text).not.toContain('office365')
    expect(second.settings.queue.strategy.route).toEqual(first.settings.queue.strategy.route)
  })
  test('keeping everything here after a step back takes the relay and its rules out again', async () => {
    const first = await after(FIRST_CONFIG, plan({}))
    const kept = await after(first.text, plan({ form: null, written: first.settings.queue.routes['microsoft-365'] ?? null }))
    expect(kept.settings.queue.routes).toEqual({})
    expect(kept.settings.queue.strategy.route).toEqual({ branches: [], else: "'local'" })
    expect(kept.settings.queue.strategy.tls).toEqual((await settingsOf(FIRST_CONFIG)).queue.strategy.tls)
  })
})

test.each([
  ['192.168.1.0/24', ['192.168.1.0/24']],
  [' 10.0.0.0/8,192.168.1.0/24 ;\n fd00::/8', ['10.0.0.0/8', '192.168.1.0/24', 'fd00::/8']],
  [' , ', []],
])('networks typed as %j are %j', (typed, networks) => expect(splitNetworks(typed)).toEqual(networks))

test.each([[['private']], [['loopback']], [['10.0.0.0/8', 'loopback']]])('access %j is read back as it is', (networks) =>
  expect(networksOf(accessOf(networks))).toEqual(networks),
)
