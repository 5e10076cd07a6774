import type { TranscriptLine } from '../../../main/contract/activity.ts'
import type { RelayTest, RelayTestResult } from '../../../main/contract/channels.ts'

/** What comes before a message can be sent, in the order in which it happens. */
export type StageName = 'found' | 'connected' | 'greeted' | 'encrypted' | 'signedIn'

export interface Stage {
  readonly name: StageName
  readonly state: 'ok' | 'running' | 'bad' | 'todo' | 'skipped'
  /** What was found: an address and port, the server's greeting, the TLS version; '' when there is nothing to say yet. */
  readonly detail: string
  /** Milliseconds since the stage before; null when it has not ended. */
  readonly tookMs: number | null
}

/** How the test is set up, as far as it decides which stages there are. */
export type Tested = Pick<RelayTest, 'encryption' | 'username' | 'password'>

/**
 * How far a relay test is, read from what was said so far.
 * @param lines   of the whole test; where several addresses were tried, the last one counts
 * @param result  null while it runs
 */
export function stagesOf(lines: readonly TranscriptLine[], tested: Tested, result: Pick<RelayTestResult, 'ok'> | null): readonly Stage[] {
  const begun = lines.map((line) => line.by === 'note' && line.text.startsWith('Connecting to ')).lastIndexOf(true)
  const talk = begun < 0 ? [] : lines.slice(begun)
  let before = 0
  let reached = true
  return orderOf(tested).map((name): Stage => {
    const skipped = isSkipped(name, tested, talk)
    const line = skipped ? undefined : lineOf(name, talk)
    if (skipped && (reached || result !== null)) return { name, state: 'skipped', detail: '', tookMs: null }
    if (line !== undefined && reached) {
      // The greeting is how we learn that the connection stands: it took no time of its own.
      const tookMs = line.at === before ? null : line.at - before
      before = line.at
      return { name, state: 'ok', detail: detailOf(name, line), tookMs }
    }
    const first = reached
    reached = false
    return { name, state: first ? (result === null ? 'running' : result.ok ? 'ok' : 'bad') : 'todo', detail: '', tookMs: null }
  })
}

/** A server on a TLS port greets when the connection is encrypted already. */
function orderOf({ encryption }: Tested): readonly StageName[] {
  return encryption === 'implicit'
    ? ['found', 'connected', 'encrypted', 'greeted', 'signedIn']
    : ['found', 'connected', 'greeted', 'encrypted', 'signedIn']
}

function isSkipped(name: StageName, { encryption, username, password }: Tested, talk: readonly TranscriptLine[]): boolean {
  if (name === 'signedIn') return username === '' || password === ''
  if (name !== 'encrypted') return false
  return encryption === 'none' || talk.some((line) => line.by === 'note' && line.text.endsWith('going on in clear text'))
}

const encrypted = (line: TranscriptLine): boolean => line.by === 'note' && /^(TLSv|Encrypted)/.test(line.text)
const greeting = (line: TranscriptLine): boolean => line.by === 'them' && line.text.startsWith('220')

function lineOf(name: StageName, talk: readonly TranscriptLine[]): TranscriptLine | undefined {
  switch (name) {
    case 'found':
      return talk[0]
    case 'connected':
      return talk.find((line) => line.by === 'them' || encrypted(line))
    case 'greeted':
      return talk.find(greeting)
    case 'encrypted':
      return talk.find(encrypted)
    case 'signedIn':
      return talk.find((line) => line.by === 'them' && line.text.startsWith('235'))
  }
}

function detailOf(name: StageName, line: TranscriptLine): string {
  switch (name) {
    case 'found':
      return /\[([^\]]+)\]:\d+/.exec(line.text)?.[1] ?? ''
    case 'connected':
    case 'signedIn':
      return ''
    case 'greeted':
      return (
        line.text
          .replace(/^220[ -]?/, '')
          .split('\n')[0]
          ?.trim() ?? ''
      )
    case 'encrypted':
      return /^(TLSv[\d.]+)/.exec(line.text)?.[1]?.replace('TLSv', 'TLS ') ?? ''
  }
}

/** The server's own words about what went wrong: its last refusal. '' when it said nothing of the kind. */
export function lastRefusal(lines: readonly TranscriptLine[]): string {
  return lines.filter((line) => line.by === 'them' && /^[45]\d\d/.test(line.text)).at(-1)?.text ?? ''
}
