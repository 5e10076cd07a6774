import { ordinal } from '../../lib/format/count.ts'
import { domainOf, explainReply } from '../../lib/format/reply.ts'
import { duration, shortMoment, stampTime } from '../../lib/format/time.ts'
import type { Tone } from '../../lib/tone.ts'
import { say, saying } from '../../lib/words/words.svelte.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'
import type { Attempt, Story } from './story.ts'

/** Whom an attempt speaks of: the route by its name, or, straight to the recipient, the recipient's own domain. */
export function whoOf(attempt: Attempt, nameOf: (route: string) => string): string {
  const { routeType, route } = attempt.event
  return routeType === 'mx' || route === '' ? domainOf(attempt.result.address) : nameOf(route)
}

/** Why the last try ended as it did, in one sentence. */
function why(story: Story, nameOf: (route: string) => string): string {
  const last = story.attempts.at(-1)
  return last === undefined ? '' : say(explainReply(last.result, whoOf(last, nameOf)))
}

/** The sentence at the head of a message: how it stands, in one breath. */
export function summaryOf(story: Story, now: number, nameOf: (route: string) => string): Saying {
  const first = story.attempts[0]
  const last = story.attempts.at(-1)
  const begun = story.accepted?.at ?? story.since
  const took = duration(Math.max(0, story.since - begun))
  const tries = story.attempts.length
  switch (story.standing) {
    case 'sending':
      return saying('sum.sending')
    case 'waiting':
      if (tries === 0) return saying('sum.first')
      return saying('sum.waiting', { time: shortMoment(begun, now), count: tries, why: why(story, nameOf) })
    case 'held':
      return saying('sum.held', { time: shortMoment(story.since, now) })
    case 'delivered':
      if (first !== undefined && last !== undefined && first.event.route !== last.event.route) {
        const [before, now] = [whoOf(first, nameOf), whoOf(last, nameOf)]
        return saying('sum.delivered.other', { first: before, last: now, try: ordinal(tries), duration: took })
      }
      if (tries > 1) return saying('sum.delivered.tries', { try: ordinal(tries), duration: took, count: tries })
      if (last === undefined || last.event.routeType === 'local') return saying('sum.delivered.local', { duration: took })
      return saying('sum.delivered', { host: whoOf(last, nameOf), duration: took })
    case 'failed':
      return saying('sum.failed', { why: why(story, nameOf) })
    case 'expired':
      return saying('sum.expired', { duration: took, why: why(story, nameOf) })
    case 'cancelled':
      return saying('sum.cancelled')
  }
}

export interface StampWords {
  readonly tone: Tone
  readonly label: Saying
  readonly detail: string
  readonly at: number | undefined
}

export function stampOf(story: Story, now: number): StampWords {
  const when = { detail: stampTime(story.since), at: story.since }
  const none = (said: Saying): Pick<StampWords, 'detail' | 'at'> => ({ detail: say(said), at: undefined })
  switch (story.standing) {
    case 'sending':
      return { tone: 'none', label: saying('outcome.sending'), ...none(saying('stamp.now')) }
    case 'waiting': {
      const due = story.nextAttemptAt
      const said = due === null || due <= now ? saying('stamp.now') : saying('stamp.next', { time: shortMoment(due, now) })
      return { tone: 'waiting', label: saying('outcome.waiting'), ...none(said) }
    }
    case 'held':
      return { tone: 'held', label: saying('outcome.held'), ...when }
    case 'delivered':
      return { tone: 'delivered', label: saying('outcome.delivered'), ...when }
    case 'failed':
      return { tone: 'failed', label: saying('outcome.failed'), ...when }
    case 'expired':
      return { tone: 'failed', label: saying('outcome.expired'), ...when }
    case 'cancelled':
      return { tone: 'none', label: saying('outcome.cancelled'), ...when }
  }
}
