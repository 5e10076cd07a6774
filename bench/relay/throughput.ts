import { handIn, replyTimes } from './source.ts'
import type { Mailer } from './mailers.ts'
import { median, quantile } from './numbers.ts'
import type { Sink } from './sink.ts'

/** A mailer and where it relays to. */
export interface Side {
  readonly mailer: Mailer
  readonly sink: Sink
}

/** One way of handing in mail. */
export interface Shape {
  readonly bytes: number
  readonly sessions: number
  readonly perConnection: number
  readonly messages: number
}

/** The same measure for both, in every round in turn. */
export interface Pair {
  readonly mailroom: number
  readonly postfix: number
  /** Mailroom beside Postfix. */
  readonly ratio: number
  readonly rounds: readonly { readonly mailroom: number; readonly postfix: number }[]
}

const KIB = 1024
const small = { bytes: 4 * KIB, perConnection: 10 }
const large = { bytes: KIB * KIB, perConnection: 10 }

export const SHAPES: readonly Shape[] = [
  { ...small, sessions: 1, messages: 500 },
  { ...small, sessions: 10, messages: 1000 },
  { ...small, sessions: 50, messages: 1000 },
  { ...small, sessions: 1, perConnection: 1, messages: 400 },
  { ...small, sessions: 10, perConnection: 1, messages: 600 },
  { ...large, sessions: 1, messages: 100 },
  { ...large, sessions: 10, messages: 150 },
  { ...large, sessions: 50, messages: 150 },
]

export function nameOf({ bytes, sessions, perConnection }: Shape): string {
  const size = bytes >= KIB * KIB ? `${bytes / KIB / KIB} MiB` : `${bytes / KIB} KiB`
  return `${size}, ${sessions} ${sessions === 1 ? 'session' : 'sessions'}, ${perConnection} a connection`
}

/** Messages a second from the first connection to the last message at the sink. */
export async function relayedPerSecond({ mailer, sink }: Side, shape: Shape): Promise<number> {
  const before = sink.taken()
  const begun = Date.now()
  const [ended] = await Promise.all([
    sink.until(before + shape.messages),
    handIn({ host: mailer.host, port: mailer.port, to: 'somebody@example.net', ...shape }),
  ])
  return (shape.messages * 1000) / (ended - begun)
}

/** @param quantile p50 or p99 of the final dot's reply, in ms, at one session */
export async function finalDot({ mailer, sink }: Side, messages: number): Promise<{ readonly p50: number; readonly p99: number }> {
  const before = sink.taken()
  const times = await replyTimes(mailer.host, mailer.port, messages, 4 * KIB, 'somebody@example.net')
  await sink.until(before + messages)
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

/** Takes turns, and every round begins with the other one: a machine that slows down slows both. */
export async function inTurn(
  rounds: number,
  sides: { readonly mailroom: Side; readonly postfix: Side },
  measure: (side: Side) => Promise<number>,
): Promise<Pair> {
  const figures: { mailroom: number; postfix: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const figure = { mailroom: NaN, postfix: NaN }
    const order = round % 2 === 0 ? (['mailroom', 'postfix'] as const) : (['postfix', 'mailroom'] as const)
    for (const name of order) figure[name] = await measure(sides[name])
    figures.push(figure)
  }
  return pairOf(figures)
}

export function pairOf(rounds: readonly { readonly mailroom: number; readonly postfix: number }[]): Pair {
  return {
    mailroom: median(rounds.map(({ mailroom }) => mailroom)),
    postfix: median(rounds.map(({ postfix }) => postfix)),
    ratio: median(rounds.map(({ mailroom, postfix }) => mailroom / postfix)),
    rounds,
  }
}
