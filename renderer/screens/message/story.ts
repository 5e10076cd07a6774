import type { ActivityEvent, Disposition, RecipientResult } from '../../../main/contract/activity.ts'

type Of<T extends ActivityEvent['type']> = Extract<ActivityEvent, { type: T }>
export type Accepted = Of<'accepted'>

/** One try for the recipient in hand, with its own number: the events of others do not count. */
export interface Attempt {
  readonly number: number
  readonly event: Of<'attempted'>
  readonly result: RecipientResult
}

/** One stop on the route line of a message. */
export type StoryStop =
  | { readonly kind: 'accepted'; readonly at: number; readonly event: Accepted }
  | { readonly kind: 'route'; readonly at: number; readonly event: Of<'attempted'> }
  | { readonly kind: 'attempt'; readonly at: number; readonly attempt: Attempt }
  | { readonly kind: 'ended'; readonly at: number; readonly event: Of<'ended'> }
  | { readonly kind: 'done'; readonly at: number; readonly event: Of<'held' | 'released' | 'retried' | 'report-sent' | 'set-aside'> }
  | { readonly kind: 'next'; readonly at: number }

export type Standing = 'sending' | 'waiting' | 'held' | 'delivered' | 'failed' | 'expired' | 'cancelled'

/** What happened to one recipient of one message, told in order. */
export interface Story {
  readonly recipient: string
  readonly accepted: Accepted | null
  readonly stops: readonly StoryStop[]
  readonly attempts: readonly Attempt[]
  readonly standing: Standing
  /** When it came to stand so; ms since 1970. */
  readonly since: number
  readonly nextAttemptAt: number | null
}

const endings: Readonly<Record<Disposition, Standing>> = {
  delivered: 'delivered',
  relayed: 'delivered',
  bounced: 'failed',
  expired: 'expired',
  cancelled: 'cancelled',
}

/**
 * @param events     everything about one message, oldest first
 * @param recipient  whose story; what concerns only others is left out
 */
export function storyOf(events: readonly ActivityEvent[], recipient: string): Story {
  const accepted = events.find((event): event is Accepted => event.type === 'accepted') ?? null
  const attempts: Attempt[] = []
  const stops: StoryStop[] = []
  let now: Pick<Story, 'standing' | 'since' | 'nextAttemptAt'> = {
    standing: 'sending',
    since: accepted?.at ?? events[0]?.at ?? 0,
    nextAttemptAt: null,
  }
  let routed = ''
  const stand = (standing: Standing, since: number, nextAttemptAt: number | null): void => {
    now = { standing, since, nextAttemptAt }
  }

  for (const event of events) {
    switch (event.type) {
      case 'accepted':
        stops.push({ kind: 'accepted', at: event.at, event })
        break
      case 'attempted': {
        const result = event.results.find((one) => one.address === recipient)
        if (result === undefined) break
        const attempt = { number: attempts.length + 1, event, result }
        const way = `${event.route}/${event.rule ?? ''}`
        if (way !== routed) stops.push({ kind: 'route', at: event.startedAt, event })
        routed = way
        attempts.push(attempt)
        stops.push({ kind: 'attempt', at: event.at, attempt })
        stand(
          result.outcome === 'completed' ? 'delivered' : result.outcome === 'perm_fail' ? 'failed' : 'waiting',
          event.at,
          result.nextAttemptAt,
        )
        break
      }
      case 'ended':
        if (event.recipient !== recipient) break
        // The last try has said it already, unless it only put the message off.
        if (['sending', 'waiting', 'held'].includes(now.standing)) stops.push({ kind: 'ended', at: event.at, event })
        stand(endings[event.disposition], event.at, null)
        break
      case 'held':
      case 'released':
      case 'retried':
        stops.push({ kind: 'done', at: event.at, event })
        if (event.type === 'held') stand('held', event.at, null)
        if (event.type === 'released') stand('waiting', event.at, event.nextAttemptAt)
        break
      case 'report-sent':
      case 'set-aside':
        stops.push({ kind: 'done', at: event.at, event })
        break
      case 'refused':
      case 'engine':
      case 'config':
      case 'problem':
        break
    }
  }
  if (now.nextAttemptAt !== null && now.standing === 'waiting') stops.push({ kind: 'next', at: now.nextAttemptAt })
  return { recipient, accepted, stops, attempts, ...now }
}

/** The recipients of a message in the order it named them; those of attempts where the beginning is lost. */
export function recipientsOf(events: readonly ActivityEvent[]): readonly string[] {
  const named = events.flatMap((event) =>
    event.type === 'accepted' ? event.recipients : event.type === 'attempted' ? event.results.map((result) => result.address) : [],
  )
  return [...new Set(named)]
}
