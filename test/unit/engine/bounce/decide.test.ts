import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { buildReport, decideReports, isKnownClient } from '../../../../main/engine/bounce/index.ts'
import { applyOutcome } from '../../../../main/engine/queue/outcomes.ts'
import { completed, DAY, headOf, permanent, settingsWith, temporary } from '../queue/support.ts'
import { bounced, CREATED, delivered, entryOf, NOW, relayed, requestOf, stateOf, waiting } from './support.ts'

const settings = settingsWith()
const planFor = (state: Parameters<typeof stateOf>[1], notify: string | undefined, more: Parameters<typeof entryOf>[1] = {}) => {
  const to = [notify === undefined ? { address: 'x@d.test' } : { address: 'x@d.test', notify }]
  return decideReports(entryOf([stateOf('x@d.test', state)], { ...more, to }), NOW, settings)
}
const actions = (plan: ReturnType<typeof planFor>) => plan.recipients.map(({ action, state }) => `${action} ${state.address}`)

describe('who is reported', () => {
  test.each([
    ['delivered here', delivered, undefined, []],
    ['delivered here', delivered, 'SUCCESS', ['delivered x@d.test']],
    ['delivered here', delivered, 'SUCCESS,FAILURE', ['delivered x@d.test']],
    ['delivered here', delivered, 'FAILURE', []],
    ['delivered here', delivered, 'NEVER', []],
    ['relayed', relayed, undefined, []],
    ['relayed', relayed, 'SUCCESS', ['relayed x@d.test']],
    ['relayed', relayed, 'success,delay', ['relayed x@d.test']],
    ['relayed, and the next hop took the report over', { ...relayed, reported: true }, 'SUCCESS', []],
    ['refused', bounced, undefined, ['failed x@d.test']],
    ['refused', bounced, 'FAILURE', ['failed x@d.test']],
    ['refused', bounced, 'SUCCESS', []],
    ['refused', bounced, 'DELAY', []],
    ['refused', bounced, 'NEVER', []],
    ['refused and reported', { ...bounced, reported: true }, undefined, []],
    ['waiting, notice due', waiting, undefined, ['delayed x@d.test']],
    ['waiting, notice due', waiting, 'DELAY', ['delayed x@d.test']],
    ['waiting, notice due', waiting, 'FAILURE,SUCCESS', []],
    ['waiting, notice due', waiting, 'NEVER', []],
    ['waiting, notice not due', { ...waiting, notifyDueAt: NOW + 1 }, undefined, []],
    ['never tried, notice due', { notifyDueAt: NOW }, undefined, ['delayed x@d.test']],
  ])('%s: %#', (_name, state, notify, expected) => {
    expect(actions(planFor(state, notify))).toEqual(expected)
  })

  test('an end is settled and a notice consumed also when nobody is told', () => {
    expect(planFor(delivered, undefined).settled).toEqual([0])
    expect(planFor(bounced, 'NEVER').settled).toEqual([0])
    expect(planFor(waiting, 'NEVER').noticed).toEqual([0])
    expect(planFor(waiting, undefined, { sender: null }).noticed).toEqual([0])
  })

  test('nothing is ever sent to the null reverse-path; a failure there is for the person in charge, whatever NOTIFY says', () => {
    expect(planFor(bounced, undefined, { sender: null })).toMatchObject({ recipients: [], untold: [{ index: 0, why: 'null-sender' }] })
    expect(planFor(bounced, 'NEVER', { sender: null }).untold).toEqual([{ index: 0, why: 'null-sender' }])
    expect(planFor(delivered, 'SUCCESS', { sender: null })).toMatchObject({ recipients: [], untold: [] })
  })

  test('a stranger is told nothing, unless it was asked for', () => {
    const stranger = { source: 'unauthenticated', client: '203.0.113.9' } as const
    expect(planFor(bounced, undefined, stranger)).toMatchObject({ recipients: [], untold: [{ index: 0, why: 'stranger' }], settled: [0] })
    const all = { ...settings, report: { ...settings.report, toUnauthenticated: true } }
    const entry = entryOf([stateOf('x@d.test', bounced)], stranger)
    expect(decideReports(entry, NOW, all).recipients).toHaveLength(1)
  })

  test.each([
    ['a server that answered', bounced, 'a.d.test'],
    ['a server that could not be reached', waiting, 'a.d.test'],
    ['the local mailboxes', { ...bounced, route: 'local', lastEntity: 'localhost' }, null],
    ['a relay on this computer', { ...bounced, route: 'relay', lastEntity: '127.0.0.1' }, '127.0.0.1'],
    ['DNS', { ...bounced, lastError: 'dns', lastEntity: 'd.test' }, null],
    ['a route that is not defined', { ...bounced, lastError: 'io', lastEntity: 'smarthsot', route: null }, null],
  ] as const)('the remote host of %s', (_name, state, expected) => {
    expect(planFor(state, undefined).recipients[0]?.remoteMta).toBe(expected)
  })
})

describe('who is known', () => {
  test.each([
    ['signed in, from anywhere', { source: 'authenticated', client: '203.0.113.9' }, ['private'], true],
    ['an account, whatever the source says', { source: 'unknown', client: '203.0.113.9', account: 'scanner' }, ['private'], true],
    ['a device in the office', { source: 'unauthenticated', client: '192.168.1.23' }, ['private'], true],
    ['this computer', { source: 'unauthenticated', client: '::1' }, ['private'], true],
    ['a device by IPv6', { source: 'unauthenticated', client: 'fe80::1' }, ['private'], true],
    ['a device by mapped IPv4', { source: 'unauthenticated', client: '::ffff:10.0.0.7' }, ['private'], true],
    ['a public network that was allowed', { source: 'unauthenticated', client: '203.0.113.9' }, ['private', '203.0.113.0/24'], true],
    ['a single public address that was allowed', { source: 'unauthenticated', client: '203.0.113.9' }, ['203.0.113.9'], true],
    ['outside every network', { source: 'unauthenticated', client: '203.0.113.9' }, ['private', '198.51.100.0/24'], false],
    ['everybody is allowed', { source: 'unauthenticated', client: '203.0.113.9' }, ['0.0.0.0/0', '::/0'], false],
    ['a report of ours', { source: 'dsn', client: '' }, ['private'], true],
    ['no address at all', { source: 'unauthenticated', client: '' }, ['private'], false],
  ] as const)('%s', (_name, head, networks, expected) => {
    expect(isKnownClient(headOf({ createdAt: CREATED, to: ['x@d.test'], ...head }), settingsWith({ networks: [...networks] }))).toBe(
      expected,
    )
  })
})

/** Part G of the worked cases. */
interface Case {
  readonly id: string
  readonly notify?: string | null
  readonly result?: 'ok' | 'perm' | 'temp'
  readonly route?: string
  readonly peer_dsn?: boolean
  readonly dsn?: [string, string[]][]
  readonly subject?: string
  readonly envid?: string
  readonly in_report?: string
  readonly reply?: string
  readonly fields?: Record<string, string>
}
const file = new URL('../../../fixtures/routing-cases.json', import.meta.url)
const cases = (JSON.parse(readFileSync(file, 'utf8')) as { G: { cases: Case[] } }).G.cases
const caseOf = (id: string) => cases.find((one) => one.id === id)!

describe('worked cases G', () => {
  test('every public case of part G is checked, here or where it belongs', () => {
    // G10: the queue's tests of delay notices, and below; G19: what delivery passes on, checked in its room.
    expect(cases.map(({ id }) => id)).toEqual(['G01', 'G04', 'G07', 'G10', 'G13', 'G16', 'G19', 'G22'])
  })

  test.each(cases.filter(({ dsn, result }) => dsn !== undefined && result !== undefined))('$id: reports by NOTIFY and result', (one) => {
    const route = one.route ?? 'mx'
    const outcome =
      one.result === 'ok'
        ? completed({ via: route === 'local' ? 'delivered' : 'relayed', dsnPassedOn: one.peer_dsn === true && one.notify !== null })
        : one.result === 'perm'
          ? permanent()
          : temporary()
    const state = applyOutcome(stateOf('x'), outcome, { route, rule: 0 }, NOW)
    const plan = planFor({ ...state, address: 'x' }, one.notify ?? undefined)
    expect(plan.recipients.map(({ action, state: { address } }) => [action, [address]])).toEqual(one.dsn)
  })

  test('G10: delay notices at the schedule’s times', () => {
    const times = (caseOf('G10') as unknown as { delays_at: number[] }).delays_at
    expect(times.map((at) => at * 1000)).toEqual([DAY, 3 * DAY])
    for (const at of times) {
      const state = stateOf('x@d.test', { ...waiting, notifyDueAt: CREATED + at * 1000 })
      expect(decideReports(entryOf([state]), CREATED + at * 1000, settings).recipients.map(({ action }) => action)).toEqual(['delayed'])
      expect(decideReports(entryOf([state]), CREATED + at * 1000 - 1, settings).recipients).toEqual([])
    }
  })

  test('G13: a failure and a delay at one moment are one report', () => {
    const entry = entryOf([stateOf('b@d.test', bounced), stateOf('c@d.test', waiting)])
    const report = buildReport(requestOf(entry, decideReports(entry, NOW, settings).recipients))
    expect(report.subject).toContain(caseOf('G13').subject)
    expect(report.kind).toBe('mixed')
  })

  test('G16: the envelope id, decoded', () => {
    const one = caseOf('G16')
    const entry = entryOf([stateOf('x@d.test', bounced)], { envid: one.envid! })
    expect(buildReport(requestOf(entry, decideReports(entry, NOW, settings).recipients)).message.toString()).toContain(
      `${one.in_report!}\r\n`,
    )
  })

  test('G22: the fields about a refused recipient', () => {
    const one = caseOf('G22')
    const outcome = permanent(one.reply, {})
    const state = applyOutcome(stateOf('x@d.test'), { ...outcome, entity: 'a.d.test' } as typeof outcome, { route: 'mx', rule: 0 }, NOW)
    const entry = entryOf([state])
    const text = buildReport(requestOf(entry, decideReports(entry, NOW, settings).recipients)).message.toString()
    for (const [field, value] of Object.entries(one.fields!)) expect(text).toContain(`\r\n${field}: ${value}\r\n`)
  })
})
