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
