import { expect, test } from 'vitest'
import { createActivity } from '../../../../main/engine/activity/index.ts'
import type { Activity } from '../../../../main/engine/activity/index.ts'
import { acceptedDraft, ANY } from '../../../support/activity-events.ts'
import { createCrashingDisk } from '../../../support/crashing-disk.ts'
import { createHeldClock } from '../../../support/held-clock.ts'

const NOON = new Date('2026-11-23T12:00:00').getTime()
const DAY = 86_400_000

async function threeDays(): Promise<{
  activity: Activity
  disk: ReturnType<typeof createCrashingDisk>
  clock: ReturnType<typeof createHeldClock>
}> {
  const disk = createCrashingDisk()
  const clock = createHeldClock(NOON)
  const activity = createActivity({ disk, clock, folder: '/data/activity', keepMs: () => 90 * DAY, sizes: { events: 4, rows: 4 } })
  await activity.open()
  for (let day = 0; day < 3; day++) {
    for (let n = 0; n < 10; n++) activity.record(acceptedDraft(`d${day}n${n}`))
    await clock.advance(DAY)
  }
  return { activity, disk, clock }
}

const numbers = async (activity: Activity, seq: number, limit = 100): Promise<number[]> =>
  (await activity.after(seq, limit)).map((event) => event.seq)
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test.each([0, 1, 9, 10, 15, 25, 27, 30, 99])('events after number %i come from memory or from the files, without a gap', async (seq) => {
  const { activity } = await threeDays()
  expect(await numbers(activity, seq)).toEqual(range(seq + 1, 30))
})

test('a page is as long as asked for', async () => {
  const { activity } = await threeDays()
  expect(await numbers(activity, 7, 5)).toEqual(range(8, 12))
})

test('after a restart, when memory is empty, they still come', async () => {
  const { activity, disk, clock } = await threeDays()
  await activity.close()
  const again = createActivity({ disk, clock, folder: '/data/activity', keepMs: () => 90 * DAY })
  await again.open()
  again.record(acceptedDraft('new'))
  expect(await numbers(again, 28)).toEqual([29, 30, 31])
})

test('a day whose file takes long to read is named; asked again, the search goes on', async () => {
  const { activity, disk, clock } = await threeDays()
  await activity.close()
  let letGo: () => void = () => undefined
  const slow = new Promise<void>((resolve) => (letGo = resolve))
  const readStream = disk.readStream.bind(disk)
  let waits = false
  const slowDisk: typeof disk = Object.assign(Object.create(disk) as typeof disk, {
    readStream: (path: string, start?: number, end?: number) => {
      const stream = readStream(path, start, end)
      if (!waits) return stream
      const reading = async function* (): AsyncGenerator<Uint8Array> {
        await slow
        yield* stream as AsyncIterable<Uint8Array>
      }
      return reading()
    },
  })
  const again = createActivity({ disk: slowDisk, clock, folder: '/data/activity', keepMs: () => 90 * DAY, sizes: { rows: 4 } })
  await again.open()
  waits = true
  const query = { filter: { ...ANY, text: 'd0n3' }, before: null, limit: 10 }
  const asked = again.rows(query)
  await clock.advance(400)
  expect(await asked).toMatchObject({ rows: [], more: true, reading: '2026-11-25' })
  const more = again.rows(query)
  await clock.advance(400)
  expect(await more).toMatchObject({ rows: [], more: true, reading: '2026-11-25' })
  letGo()
  let page = await again.rows(query)
  while (page.more) page = await again.rows(query)
  expect(page.rows.map((row) => row.entryId)).toEqual(['d0n3'])
  expect(page.reading).toBeNull()
})
