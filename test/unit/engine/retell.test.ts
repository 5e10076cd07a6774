import { expect, test } from 'vitest'
import { createActivity } from '../../../main/engine/activity/index.ts'
import { tellUntold } from '../../../main/engine/retell.ts'
import type { Entry } from '../../../main/engine/spool/index.ts'
import { createNodeSystem } from '../../../main/engine/system/node/index.ts'
import { ANY, acceptedDraft } from '../../support/activity-events.ts'
import { createHeldClock } from '../../support/held-clock.ts'
import { newEntry } from '../../support/spool-entries.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const HOUR = 3_600_000
const entryAt = (id: string, createdAt: number): Entry => {
  const entry = newEntry(id, 100)
  return { ...entry, head: { ...entry.head, createdAt } }
}

test('messages that the log had no time to speak of are told after a crash, and none of them twice', async () => {
  const clock = createHeldClock()
  const begun = clock.now()
  const activity = createActivity({ disk: createNodeSystem().disk, clock, folder: await tempFolder(), keepMs: () => 90 * 24 * HOUR })
  await activity.open()
  activity.record(acceptedDraft('old'))
  await clock.advance(HOUR)
  activity.record(acceptedDraft('new'))
  const entries = [entryAt('old', begun), entryAt('new', clock.now() - 20), entryAt('untold', clock.now() - 5)]
  await tellUntold(activity, entries)
  await tellUntold(activity, entries)
  const { rows } = await activity.rows({ filter: ANY, before: null, limit: 10 })
  expect(rows.map((row) => row.entryId).sort()).toEqual(['new', 'old', 'untold'])
  await activity.close()
})

test('a log that was thrown away speaks of everything that still waits', async () => {
  const clock = createHeldClock()
  const activity = createActivity({ disk: createNodeSystem().disk, clock, folder: await tempFolder(), keepMs: () => 90 * 24 * HOUR })
  await activity.open()
  await tellUntold(activity, [entryAt('one', clock.now() - 48 * HOUR), entryAt('two', clock.now())])
  const { rows } = await activity.rows({ filter: ANY, before: null, limit: 10 })
  expect(rows.map((row) => row.entryId).sort()).toEqual(['one', 'two'])
  await activity.close()
})

test('ends that the log had no time to tell are told after a crash, once, and old ends are left alone', async () => {
  const clock = createHeldClock()
  const activity = createActivity({ disk: createNodeSystem().disk, clock, folder: await tempFolder(), keepMs: () => 90 * 24 * HOUR })
  await activity.open()
  const begun = clock.now()
  activity.record(acceptedDraft('told'))
  activity.record(acceptedDraft('untold'))
  await clock.advance(HOUR)
  activity.record(acceptedDraft('newest'))
  const now = clock.now()
  const told = ended(entryAt('told', begun), now - 10)
  activity.record({ type: 'ended', entryId: 'told', recipient: told.recipients[0]!.address, disposition: 'relayed', text: '250 ok' })
  const entries = [told, ended(entryAt('untold', begun), now - 5), ended(entryAt('old', begun), begun)]
  await tellUntold(activity, entries)
  await tellUntold(activity, entries)
  await activity.flush()
  const ends = []
  for await (const event of activity.read({ sinceAt: 0 })) if (event.type === 'ended') ends.push(event.entryId)
  expect(ends).toEqual(['told', 'untold'])
  await activity.close()
})

test('a second power cut in the midst of the telling: what it left out is told the next time', async () => {
  const clock = createHeldClock()
  const activity = createActivity({ disk: createNodeSystem().disk, clock, folder: await tempFolder(), keepMs: () => 90 * 24 * HOUR })
  await activity.open()
  const entries = ['one', 'two'].map((id) => ended(entryAt(id, clock.now() - 20), clock.now() - 10))
  // The computer was off for an hour; of what was told then, one line remains.
  await clock.advance(HOUR)
  activity.record(acceptedDraft('two'))
  await tellUntold(activity, entries)
  const told: string[] = []
  for await (const event of activity.read({ sinceAt: 0 })) if ('entryId' in event) told.push(`${event.type} ${event.entryId}`)
  expect(told).toEqual(['accepted two', 'accepted one', 'ended one', 'ended two'])
  await activity.close()
})

function ended(entry: Entry, endedAt: number): Entry {
  return {
    ...entry,
    recipients: entry.recipients.map((state) => ({ ...state, status: 'completed', disposition: 'relayed', lastReply: '250 ok', endedAt })),
  }
}
