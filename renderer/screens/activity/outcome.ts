import type { ActivityRow } from '../../../main/contract/activity.ts'
import { ordinal } from '../../lib/format/count.ts'
import { shortMoment } from '../../lib/format/time.ts'
import type { Tone } from '../../lib/tone.ts'
import { saying } from '../../lib/words/words.svelte.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'

export interface ShownOutcome {
  readonly tone: Tone
  readonly said: Saying
  readonly busy: boolean
}

/**
 * How a row of the log says where its message stands.
 * @param paused  nothing is being sent: what has not been tried yet waits instead of being in hand
 */
export function outcomeOf(
  row: Pick<ActivityRow, 'status' | 'disposition' | 'nextAttemptAt' | 'attempts'>,
  now: number,
  paused = false,
): ShownOutcome {
  const shown = (tone: Tone, said: Saying, busy = false): ShownOutcome => ({ tone, said, busy })
  switch (row.status) {
    case 'sending':
      return shown('none', saying('outcome.sending'), true)
    case 'waiting':
      if (row.attempts === 0 && row.nextAttemptAt === null && !paused) return shown('none', saying('outcome.sending'), true)
      return row.nextAttemptAt !== null && row.nextAttemptAt > now
        ? shown('waiting', saying('outcome.waiting.until', { time: shortMoment(row.nextAttemptAt, now) }))
        : shown('waiting', saying('outcome.waiting'))
    case 'held':
      return shown('held', saying('outcome.held'))
    case 'delivered':
      return shown(
        'delivered',
        row.attempts > 1 ? saying('outcome.delivered.try', { try: ordinal(row.attempts) }) : saying('outcome.delivered'),
      )
    case 'failed':
      return shown('failed', row.disposition === 'expired' ? saying('outcome.expired') : saying('outcome.failed'))
    case 'cancelled':
      return shown('none', saying('outcome.cancelled'))
  }
}
