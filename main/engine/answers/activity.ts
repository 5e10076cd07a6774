import type { ActivityEvent, Args } from '../../contract/index.ts'
import type { Activity } from '../activity/index.ts'
import type { AnswerParts, HandlersOf } from './handlers.ts'

export function activityHandlers({ activity, exports }: AnswerParts): HandlersOf<'activity' | 'alert'> {
  return {
    'alert.dismiss': ({ key }) => activity.clear(key),

    'activity.rows': async (query) => {
      const found = await activity.rows(query)
      return { rows: [...found.rows], more: found.more, counts: { ...found.counts }, reading: found.reading }
    },
    'activity.message': async ({ entryId }) => [...(await activity.ofEntry(entryId))],
    'activity.counts': (query) => activity.countsSince(query),
    'activity.exportTo': (wanted) => exports.rows(wanted),
    'activity.exportStop': ({ id }) => exports.stop(id),
    'activity.events': (query) => eventsOf(activity, query),
  }
}

async function eventsOf(activity: Activity, query: Args<'activity.events'>): Promise<ActivityEvent[]> {
  if (query.afterSeq !== null) return [...(await activity.after(query.afterSeq, query.limit))]
  const events: ActivityEvent[] = []
  for await (const event of activity.read({ sinceAt: query.sinceAt })) {
    events.push(event)
    if (events.length === query.limit) break
  }
  return events
}
