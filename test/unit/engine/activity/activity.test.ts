import { expect, test } from 'vitest'
import { dayOf } from '../../../../main/contract/index.ts'
import type { ActivityEvent, ActivityRow, RowFilter } from '../../../../main/contract/index.ts'
import { createActivity } from '../../../../main/engine/activity/index.ts'
import type { Activity, ActivitySizes } from '../../../../main/engine/activity/index.ts'
import { createCrashingDisk } from '../../../support/crashing-disk.ts'
import type { CrashingDisk } from '../../../support/crashing-disk.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import type { HeldClock } from '../../../support/held-clock.ts'
import { acceptedDraft, ANY, attemptedDraft, endedDraft, resultOf } from '../../../support/activity-events.ts'

const FOLDER = '/data/activity'
const DAY = 86_400_000
/** Noon, whatever the time zone of the test. */
const NOON = new Date('2026-11-23T12:00:00').getTime()

interface World {
  readonly disk: CrashingDisk
  readonly clock: HeldClock
}

function newWorld(): World {
  return { disk: createCrashingDisk(), clock: createHeldClock(NOON) }
}

async function openActivity({ disk, clock }: World, sizes: Partial<ActivitySizes> = {}, keepMs = 90 * DAY): Promise<Activity> {
  const activity = createActivity({ disk, clock, folder: FOLDER, keepMs: () => keepMs, sizes })
  await activity.open()
  return activity
}

function relay(activity: Activity, entryId: string): void {
  activity.record(acceptedDraft(entryId))
  activity.record(attemptedDraft(entryId, [resultOf('completed')]))
  activity.record(endedDraft(entryId, 'relayed'))
}

/** All pages of a query. */
async function allRows(activity: Activity, filter: Partial<RowFilter> = {}, limit = 7): Promise<ActivityRow[]> {
  const rows: ActivityRow[] = []
  for (let more = true; more;) {
    const last = rows.at(-1)
    const page = await activity.rows({ filter: { ...ANY, ...filter }, before: last === undefined ? null : last, limit })
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    rows.push(...page.rows)
    more = page.more
  }
  return rows
}

async function readEvents(activity: Activity, sinceAt: number | null = null): Promise<ActivityEvent[]> {
  const events: ActivityEvent[] = []
  for await (const event of activity.read({ sinceAt })) events.push(event)
  return events
}

test('events are numbered, handed to listeners with the rows they change, and written within 200 ms', async () => {
  const world = newWorld()
  const activity = await openActivity(world)
  const seen: [number, string[]][] = []
  const stop = activity.onRecord((event, changed) => seen.push([event.seq, changed.map((row) => row.status)]))
  relay(activity, 'e1')
  stop()
  activity.record(acceptedDraft('e2'))
  expect(seen).toEqual([
    [1, ['waiting']],
    [2, ['delivered']],
    [3, ['delivered']],
  ])
  expect(activity.since(2).map((event) => event.seq)).toEqual([3, 4])
  expect(world.disk.files()).toEqual([])
  await world.clock.advance(200)
  expect(world.disk.files()).toEqual([`${FOLDER}/2026-11-23.jsonl`])
  expect((await readEvents(activity)).map((event) => event.seq)).toEqual([1, 2, 3, 4])
})

test('when nothing happens no timer is left', async () => {
  const world = newWorld()
  const activity = await openActivity(world)
  relay(activity, 'e1')
  await world.clock.advance(200)
  expect(world.clock.nextIn).toBeNull()
})

test('after a restart numbers, rows, counts and alerts go on', async () => {
  const world = newWorld()
  const first = await openActivity(world)
  relay(first, 'e1')
  first.record(acceptedDraft('e2'))
  first.raise({ key: 'auth:relay', kind: 'auth-rejected', subject: 'relay', detail: '535', entryId: null })
  const before = { counts: first.counts(), rows: await allRows(first) }
  await first.close()

  const second = await openActivity({ ...world, disk: world.disk.afterCrash(1) })
  expect({ counts: second.counts(), rows: await allRows(second) }).toEqual(before)
  expect(second.alerts).toMatchObject([{ key: 'auth:relay', count: 1, since: NOON }])
  expect(second.record(endedDraft('e2', 'cancelled')).seq).toBe(5)
  expect(second.counts().today).toMatchObject({ accepted: 2, delivered: 1, waiting: 0 })
  expect((await allRows(second)).map((row) => row.status)).toEqual(['cancelled', 'delivered'])
})

test.each([1, 3, 1_000])('after a kill the counts are those of what was written, with counts saved every %i events', async (saveEvery) => {
  const world = newWorld()
  const first = await openActivity(world, { saveEvery })
  for (let i = 0; i < 5; i++) {
    relay(first, `e${i}`)
    first.record(acceptedDraft(`w${i}`))
    await world.clock.advance(300)
  }
  const second = await openActivity({ ...world, disk: world.disk.afterKill() }, { saveEvery })
  expect(second.counts()).toEqual(first.counts())
  expect(second.record(endedDraft('w0', 'bounced')).seq).toBe(21)
  expect(second.counts().today).toMatchObject({ accepted: 10, delivered: 5, waiting: 4, failed: 1 })
})

test('a torn last line is passed over and does not swallow the next one', async () => {
  const world = newWorld()
  const first = await openActivity(world)
  relay(first, 'e1')
  await first.close()
  world.disk.tamper(`${FOLDER}/2026-11-23.jsonl`, (bytes) => Buffer.concat([bytes, Buffer.from('{"seq":4,"at":17')]))
  const second = await openActivity(world)
  second.record(acceptedDraft('e2'))
  expect((await readEvents(second)).map((event) => [event.seq, event.type])).toEqual([
    [1, 'accepted'],
    [2, 'attempted'],
    [3, 'ended'],
    [4, 'accepted'],
  ])
})

test('counts go by the day of acceptance, devices and routes by today, and a change moves a recipient between them', async () => {
  const world = newWorld()
  const activity = await openActivity(world)
  activity.record(acceptedDraft('old'))
  activity.record(attemptedDraft('old', [resultOf('temp_fail')]))
  await world.clock.advance(DAY)
  activity.record(acceptedDraft('new', ['a@x.org', 'b@x.org'], 'S', '10.0.0.5'))
  activity.record({ type: 'held', entryId: 'new', by: 'person' })
  activity.record(endedDraft('old', 'expired'))
  activity.record({ type: 'released', entryId: 'new', nextAttemptAt: 0 })
  activity.record(attemptedDraft('new', [resultOf('completed', 'a@x.org'), resultOf('temp_fail', 'b@x.org')], 'mx'))
  const { today, days, rack, lastDeliveredAt } = activity.counts()
  expect(today).toEqual({ day: '2026-11-24', accepted: 2, delivered: 1, waiting: 1, held: 0, failed: 0 })
  expect(days).toHaveLength(14)
  expect(days.at(-2)).toEqual({ day: '2026-11-23', accepted: 1, delivered: 0, waiting: 0, held: 0, failed: 1 })
  expect(rack).toEqual([{ device: '10.0.0.5', route: 'mx', delivered: 1, waiting: 1, held: 0, failed: 0, lastAt: NOON + DAY }])
  expect(lastDeliveredAt).toBe(NOON + DAY)
  await world.clock.advance(DAY)
  expect(activity.counts().rack).toEqual([])
})

test('rows beyond memory come from the files, each exactly once, with what happened to them since', async () => {
  const world = newWorld()
  const activity = await openActivity(world, { rows: 10, events: 20 })
  const expected: string[] = []
  for (let day = 0; day < 4; day++) {
    for (let i = 0; i < 12; i++) {
      const id = `d${day}-${String(i).padStart(2, '0')}`
      if (i % 4 === 0) activity.record(acceptedDraft(id))
      else relay(activity, id)
      expected.unshift(id)
      await world.clock.advance(1000)
    }
    await world.clock.advance(DAY - 12_000)
  }
  activity.record(endedDraft('d0-00', 'bounced'))
  activity.record(endedDraft('d1-04', 'relayed'))
  const rows = await allRows(activity)
  expect(rows.map((row) => row.entryId)).toEqual(expected)
  const status = (id: string): string | undefined => rows.find((row) => row.entryId === id)?.status
  expect([status('d0-00'), status('d1-04'), status('d2-08'), status('d0-01')]).toEqual(['failed', 'delivered', 'waiting', 'delivered'])
  expect((await allRows(activity, { status: 'failed' })).map((row) => row.entryId)).toEqual(['d0-00'])
  expect((await allRows(activity, { day: '2026-11-24', status: 'waiting' })).map((row) => row.entryId)).toEqual(['d1-08', 'd1-00'])
  const page = await activity.rows({ filter: { ...ANY, day: '2026-11-24' }, before: null, limit: 5 })
  expect(page.counts).toMatchObject({ delivered: 10, waiting: 2 })
})

test('an old row that is on screen still changes live', async () => {
  const world = newWorld()
  const activity = await openActivity(world, { rows: 2 })
  for (const id of ['e1', 'e2', 'e3', 'e4']) {
    activity.record(acceptedDraft(id))
    await world.clock.advance(1000)
  }
  expect(await allRows(activity)).toHaveLength(4)
  const changes: readonly ActivityRow[][] = []
  activity.onRecord((_event, changed) => (changes as ActivityRow[][]).push([...changed]))
  activity.record(endedDraft('e1', 'relayed'))
  expect(changes[0]).toMatchObject([{ entryId: 'e1', status: 'delivered' }])
  expect((await allRows(activity)).find((row) => row.entryId === 'e1')?.status).toBe('delivered')
})

test('a search that takes long says that there is more, and goes on where it stopped', async () => {
  const world = newWorld()
  const first = await openActivity(world)
  for (let day = 0; day < 6; day++) {
    first.record(acceptedDraft(`e${day}`, ['bob@example.org'], day === 0 ? 'needle' : 'hay'))
    await world.clock.advance(DAY)
  }
  await first.close()
  // Each look at the clock costs half a second, so one day fits into a query.
  const slow = { ...world.clock, now: world.clock.now, monotonic: (): number => (tick += 250) }
  let tick = 0
  const activity = await openActivity({ disk: world.disk, clock: slow }, { startBytes: 1 })
  const query = { filter: { ...ANY, text: 'needle' }, before: null, limit: 10 }
  const pages: number[] = []
  for (let more = true; more;) {
    const page = await activity.rows(query)
    pages.push(page.rows.length)
    more = page.more && page.rows.length === 0
  }
  expect(pages.length).toBeGreaterThan(2)
  expect(pages.at(-1)).toBe(1)
})

test('everything about one message is found in memory or in the files, oldest first', async () => {
  const world = newWorld()
  const activity = await openActivity(world, { events: 4, rows: 1 })
  activity.record(acceptedDraft('e1'))
  await world.clock.advance(DAY)
  for (let i = 0; i < 10; i++) relay(activity, `other${i}`)
  activity.record(endedDraft('e1', 'expired'))
  expect((await activity.ofEntry('e1')).map((event) => event.type)).toEqual(['accepted', 'ended'])
  expect(await activity.ofEntry('unknown')).toEqual([])
})

test('files older than they are kept go, at start and as days pass', async () => {
  const world = newWorld()
  const activity = await openActivity(world, {}, 2 * DAY)
  for (let day = 0; day < 5; day++) {
    activity.record(acceptedDraft(`e${day}`))
    await world.clock.advance(DAY)
  }
  const files = world.disk.files().filter((path) => path.endsWith('.jsonl'))
  expect(files).toEqual(['2026-11-25', '2026-11-26', '2026-11-27'].map((day) => `${FOLDER}/${day}.jsonl`))
  await activity.close()
  await world.clock.advance(30 * DAY)
  await openActivity(world, {}, 2 * DAY)
  expect(world.disk.files().filter((path) => path.endsWith('.jsonl'))).toEqual([])
})

test('on a full disk recording goes on, lines are lost, the trouble is told once, and writing resumes on a line of its own', async () => {
  const world = newWorld()
  const troubles: unknown[] = []
  const activity = createActivity({ ...world, folder: FOLDER, keepMs: () => 90 * DAY, onTrouble: (error) => troubles.push(error) })
  await activity.open()
  relay(activity, 'e1')
  await world.clock.advance(200)
  let full = true
  world.disk.failAt(() => full, 'ENOSPC')
  for (const id of ['e2', 'e3']) {
    relay(activity, id)
    await world.clock.advance(200)
  }
  expect(troubles).toHaveLength(1)
  full = false
  relay(activity, 'e4')
  await world.clock.advance(200)
  expect((await readEvents(activity)).map((event) => event.seq)).toEqual(expect.arrayContaining([1, 2, 3, 10, 11, 12]))
  expect(activity.counts().today.delivered).toBe(4)
})

test('hostile text stays one line and comes back as it was; megabytes are cut to their beginning and end', async () => {
  const world = newWorld()
  const activity = await openActivity(world)
  const nasty = 'a\u0000\n\r\u2028<script>\u202Eevil"\\'
  activity.record(acceptedDraft('e1', ['bob@example.org'], nasty))
  const reply = { ...resultOf('perm_fail'), text: `550 begin ${'x'.repeat(1_000_000)} end` }
  const transcript = Array.from({ length: 5000 }, (_, at) => ({ at, by: 'them' as const, text: `250-line ${at} ${'y'.repeat(50)}` }))
  activity.record({ ...attemptedDraft('e1', [reply]), transcript })
  const [first, second] = await readEvents(activity)
  expect(first).toMatchObject({ subject: nasty })
  if (second?.type !== 'attempted') throw new Error('not an attempt')
  expect(second.results[0]!.text).toMatch(/^550 begin x+ … \(\d+ letters left out\) … x+ end$/)
  expect(second.results[0]!.text.length).toBeLessThanOrEqual(4096)
  expect([second.transcript[0]!.text, second.transcript.at(-1)!.text]).toEqual([transcript[0]!.text, transcript.at(-1)!.text])
  expect(second.transcript.filter((line) => line.by === 'note')).toHaveLength(1)
  expect(JSON.stringify(second.transcript).length).toBeLessThan(120_000)
})

test('a listener that throws does not disturb recording', async () => {
  const activity = await openActivity(newWorld())
  activity.onRecord(() => {
    throw new Error('window gone')
  })
  expect(activity.record(acceptedDraft('e1')).seq).toBe(1)
})

test('an alert counts up while it lasts, and is over when cleared', async () => {
  const world = newWorld()
  const activity = await openActivity(world)
  const told: number[] = []
  activity.onAlerts((alerts) => told.push(alerts.length))
  const alert = { key: 'k', kind: 'relay-unreachable', subject: 'relay', detail: 'refused', entryId: null } as const
  activity.raise(alert)
  await world.clock.advance(5000)
  activity.raise({ ...alert, detail: 'timeout' })
  expect(activity.alerts).toEqual([{ ...alert, detail: 'timeout', since: NOON, count: 2 }])
  activity.clear('k')
  activity.clear('k')
  expect(told).toEqual([1, 1, 0])
  await activity.close()
  expect((await openActivity({ ...world, disk: world.disk.afterCrash(1) })).alerts).toEqual([])
})

test('a clock that is set back neither loses nor doubles counts', async () => {
  const world = newWorld()
  const first = await openActivity(world)
  relay(first, 'e1')
  await world.clock.advance(300)
  world.clock.setWall(NOON - 3 * DAY)
  relay(first, 'e2')
  await first.close()
  world.clock.setWall(NOON)
  const second = await openActivity(world)
  const delivered = second.counts().days.filter((day) => day.delivered > 0)
  expect(delivered.map((day) => [day.day, day.delivered])).toEqual([
    [dayOf(NOON - 3 * DAY), 1],
    [dayOf(NOON), 1],
  ])
  expect(second.record(acceptedDraft('e3')).seq).toBe(7)
})
