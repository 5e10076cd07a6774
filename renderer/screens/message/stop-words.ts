import type { HostTry } from '../../../main/contract/activity.ts'
import { ordinal } from '../../lib/format/count.ts'
import { deviceName } from '../../lib/format/device.ts'
import { explainReply } from '../../lib/format/reply.ts'
import { size } from '../../lib/format/size.ts'
import { duration, relative, shortMoment } from '../../lib/format/time.ts'
import type { Tone } from '../../lib/tone.ts'
import { saying, t } from '../../lib/words/words.svelte.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'
import type { Accepted, Attempt, StoryStop } from './story.ts'
import { whoOf } from './summary.ts'

/** One stop of a message's way in words: the same on the page and in the text that is copied. */
export interface StopWords {
  readonly title: string
  readonly tone: Exclude<Tone, 'none'> | undefined
  /** What happened there, line by line. */
  readonly lines: readonly Saying[]
  /** Words of somebody else, to be shown as they are. */
  readonly quote: string | null
  /** Why it went so, below the quote. */
  readonly why: Saying | null
  readonly after: readonly string[]
}

type NameOf = (route: string) => string
const tones = { completed: 'delivered', temp_fail: 'waiting', perm_fail: 'failed' } as const
const endTones = { delivered: 'delivered', relayed: 'delivered', bounced: 'failed', expired: 'failed', cancelled: undefined } as const
const plain = { tone: undefined, lines: [], quote: null, why: null, after: [] } as const

export function stopWords(stop: StoryStop, now: number, nameOf: NameOf): StopWords {
  switch (stop.kind) {
    case 'accepted':
      return { ...plain, title: t('stop.accepted', { device: deviceName(stop.event.client) }), lines: [taken(stop.event)] }
    case 'route': {
      const { route } = stop.event
      const why = decided(stop)
      const title = route === '' ? t('stop.route.none') : t('stop.route', { route: nameOf(route) })
      return { ...plain, title, lines: why === null ? [] : [why] }
    }
    case 'attempt':
      return attemptWords(stop.attempt, now, nameOf)
    case 'ended': {
      const { disposition, text } = stop.event
      return { ...plain, title: t(`stop.ended.${disposition}`), tone: endTones[disposition], after: text === '' ? [] : [text] }
    }
    case 'next': {
      const text =
        stop.at > now ? t('stop.next.text', { time: shortMoment(stop.at, now), relative: relative(stop.at, now) }) : t('queue.now')
      return { ...plain, title: t('stop.next'), after: [text] }
    }
    case 'done':
      return { ...plain, ...done(stop.event) }
  }
}

function attemptWords(attempt: Attempt, now: number, nameOf: NameOf): StopWords {
  const { event, result } = attempt
  const again = result.nextAttemptAt === null ? [] : [t('stop.again', { time: shortMoment(result.nextAttemptAt, now) })]
  const twice = result.mayArriveTwice ? [t('stop.twice')] : []
  const here = event.tries.length === 0 && event.routeType === 'local'
  return {
    title: tryTitle(attempt),
    tone: tones[result.outcome],
    lines: here ? [saying('stop.try.here')] : event.tries.map(placeOfTry),
    quote: isQuoted(attempt) ? result.text : null,
    why: result.outcome === 'completed' ? null : explainReply(result, whoOf(attempt, nameOf)),
    after: result.outcome === 'completed' ? [] : [...again, ...twice],
  }
}

const tlsName = (version: string): string => version.replace(/^TLSv/, 'TLS\u00a0')

/** Our own sentence is not quoted when the host's line has said it. */
function isQuoted({ event, result }: Attempt): boolean {
  return result.text !== '' && (result.cause === 'reply' || !event.tries.some((host) => host.problem === result.text))
}

function taken({ client, size: bytes, storedInMs }: Accepted): Saying {
  const params = { size: size(bytes), duration: duration(storedInMs) }
  if (client.port === 0) return saying('stop.accepted.local', params)
  const encryption = client.tls === null ? t('stop.plain') : tlsName(client.tls)
  return saying('stop.accepted.text', {
    ...params,
    address: client.address,
    greeting: client.helo === '' ? t('stop.greeting.none') : t('stop.greeting', { name: client.helo }),
    encryption: client.account === null ? encryption : t('stop.account', { encryption, name: client.account }),
  })
}

function decided({ event }: Extract<StoryStop, { kind: 'route' }>): Saying | null {
  if (event.rule === null) return event.trace.length > 0 ? saying('stop.route.else') : null
  const step = event.trace.find((one) => one.rule === event.rule)
  const number = String(event.rule + 1)
  return step === undefined ? saying('stop.route.rule', { number }) : saying('stop.route.condition', { number, condition: step.if })
}

function tryTitle(attempt: Attempt): string {
  const number = { try: ordinal(attempt.number) }
  const { outcome } = attempt.result
  if (outcome === 'completed') return t('stop.try.taken', number)
  return outcome === 'temp_fail' ? t('stop.try.deferred', number) : t('stop.try.refused', number)
}

function placeOfTry({ host, address, port: number, problem, tls }: HostTry): Saying {
  const port = String(number)
  if (problem !== null) return saying('stop.try.problem', { host, address, port, problem })
  if (tls === null) return saying('stop.try.where', { host, address, port, encryption: t('stop.plain') })
  const version = tlsName(tls.version)
  return saying('stop.try.where', { host, address, port, encryption: tls.authorized ? version : t('stop.try.tls.unchecked', { version }) })
}

/** The engine says `person` for whoever sits before the window or the command. */
const whoDid = (by: string): string => (by === '' || by === 'person' ? t('who.person') : by)

function done(event: Extract<StoryStop, { kind: 'done' }>['event']): Pick<StopWords, 'title' | 'tone' | 'after'> {
  switch (event.type) {
    case 'held':
      return { title: t('stop.held', { who: whoDid(event.by) }), after: [], tone: 'held' }
    case 'released':
      return { title: t('stop.released'), after: [], tone: undefined }
    case 'retried':
      return { title: t('stop.retried', { who: whoDid(event.by) }), after: [], tone: undefined }
    case 'report-sent':
      return { title: t(`stop.report.${event.kind}`), after: [t('stop.report.text', { to: event.to })], tone: undefined }
    case 'set-aside':
      return { title: t('stop.aside'), after: [event.text], tone: 'failed' }
  }
}
