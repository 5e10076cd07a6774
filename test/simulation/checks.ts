import { parseLine } from './events.ts'
import type { Event } from './events.ts'
import type { Story } from './story.ts'
import { domainOf, hostsOf, LOCAL_DOMAIN, routeOf } from './plan.ts'
import { tokenOf } from './ledger.ts'
import type { Submission, Taking } from './ledger.ts'

type Attempted = Extract<Event, { type: 'attempted' }>
type Ended = Extract<Event, { type: 'ended' }>

/** What one message's log says. */
interface Told {
  readonly attempts: Attempted[]
  readonly ended: Ended[]
}

/** Compares what the engine says with what really happened. Every promise that was broken goes into the ledger. */
export function check(story: Story): void {
  const events = eventsOf(story)
  const told = new Map<string, Told>()
  for (const event of events) {
    if (event.type !== 'attempted' && event.type !== 'ended') continue
    for (const recipient of event.type === 'ended' ? [event.recipient] : event.results.map(({ address }) => address)) {
      const of = told.get(recipient) ?? { attempts: [], ended: [] }
      told.set(recipient, of)
      if (event.type === 'ended') of.ended.push(event)
      else of.attempts.push(event)
    }
  }
  checkSpoolIsEmpty(story)
  const takings = takingsByRecipient(story)
  for (const submission of story.ledger.submissions.values()) {
    for (const recipient of submission.recipients) {
      const about = told.get(recipient) ?? { attempts: [], ended: [] }
      const taken = takings.get(recipient) ?? []
      const here = story.mailboxFiles.filter((text) => text.includes(`Delivered-To: ${recipient}\r\n`) && !text.includes('report-type='))
      const arrived = taken.length + here.length
      if ((submission.state === 'begun' || submission.state === 'refused') && arrived > 0 && story.diskFailures === 0)
        story.ledger.violation(`${recipient} got what had not been taken from the client: ${submission.state}`)
      if (submission.state === 'accepted') checkEnd(story, submission, recipient, about, taken.length, here.length)
      checkDuplicates(story, recipient, taken)
      checkRoutes(story, submission, recipient, about, taken)
      checkDueTimes(story, recipient, about)
      checkOffline(story, recipient, about)
      checkReported(story, submission, recipient, about, events)
    }
  }
  checkReports(story)
}

function eventsOf(story: Story): Event[] {
  const events: Event[] = []
  for (const [path, bytes] of story.disk.files('/data/activity')) {
    if (!path.endsWith('.jsonl')) continue
    for (const line of bytes.toString('utf8').split('\n')) {
      const event = parseLine(line)
      if (event !== null) events.push(event)
    }
  }
  return events.sort((a, b) => a.seq - b.seq)
}

function checkSpoolIsEmpty({ disk, ledger, diskFailures }: Story): void {
  for (const path of disk.files('/data/spool').keys()) {
    if (path === '/data/spool/version') continue
    // What could not be read for a while may have been set aside; nothing else may be there.
    if (diskFailures === 0 || !path.startsWith('/data/spool/corrupt/')) ledger.violation(`left in the spool: ${path}`)
  }
}

function takingsByRecipient({ ledger }: Story): Map<string, Taking[]> {
  const takings = new Map<string, Taking[]>()
  for (const taking of ledger.takings) {
    if (taking.isReport) continue
    for (const recipient of taking.recipients) takings.set(recipient, [...(takings.get(recipient) ?? []), taking])
  }
  return takings
}

function checkEnd(story: Story, submission: Submission, recipient: string, told: Told, taken: number, here: number): void {
  const { ledger, crashes, clockJumps, diskFailures } = story
  const end = ledger.ends.get(recipient)
  if (end === undefined) return ledger.violation(`${recipient} is lost: it was accepted and has no end`)
  if (told.ended.length > 1 && diskFailures === 0) ledger.violation(`${recipient} ended ${told.ended.length} times in the log`)
  // A message leaves the spool only when the log has its end for good, power cut or not. What is missing is looked for by the clock.
  if (told.ended.length === 0 && diskFailures === 0 && (crashes === 0 || clockJumps === 0))
    ledger.violation(`${recipient} has no end in the log`)
  for (const { disposition } of told.ended) {
    if (disposition !== end.disposition && diskFailures === 0)
      ledger.violation(`${recipient} is told as ${disposition} and kept as ${end.disposition}`)
  }
  switch (end.disposition) {
    case 'relayed':
    case 'delivered':
      if (taken === 0 && here === 0) ledger.violation(`${recipient} is said to be ${end.disposition}, and nobody has it`)
      break
    case 'bounced':
      if (!mayBounce(story, submission, recipient)) ledger.violation(`${recipient} bounced without a cause: ${end.reply}`)
      break
    case 'cancelled':
      if (ledger.cancelled.size === 0) ledger.violation(`${recipient} is said to be cancelled, and nobody did`)
      break
    case 'expired':
      checkExpiry(story, submission, recipient, told)
  }
}

const MINUTE = 60_000
/** The longest that one attempt can take here: two hosts that are silent for a minute at every step. */
const LONGEST_ATTEMPT_MS = 25 * MINUTE

/** Nobody is given up early. Only where the log's clock is that of the world, and no line of it was lost. */
function checkExpiry(story: Story, submission: Submission, recipient: string, told: Told): void {
  const { ledger, plans, world, offline, crashes, clockJumps, diskFailures, restarts } = story
  const [end] = told.ended
  if (end === undefined || clockJumps > 0 || crashes > 0 || diskFailures > 0) return
  const failures = told.attempts.filter(({ results }) =>
    results.some(({ address, outcome }) => address === recipient && outcome === 'temp_fail'),
  )
  const endedAt = end.at - world.wallOffset
  const lived = endedAt - submission.begunAt
  const retryMs = 1_000 * Math.max(...plans.flatMap(({ plan }) => plan.retry))
  // The network is missed at the first attempt that needs it, and found again a minute later.
  const missed = offline.filter(({ from }) => from < endedAt)
  const away = missed.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(to, endedAt) - Math.max(from, submission.begunAt)), 0)
  const unnoticed = missed.length * (1.1 * retryMs + LONGEST_ATTEMPT_MS + 2 * MINUTE)
  const livedThrough = restarts > 0 ? lived : Math.min(lived, lived - away + unnoticed)
  const allowed = plans.some(({ plan: { expireAfter, maxAttempts } }) =>
    expireAfter === null ? failures.length >= (maxAttempts ?? 1) : livedThrough >= expireAfter * 1_000 - 1_000,
  )
  if (!allowed) ledger.violation(`${recipient} was given up after ${Math.round(lived)} ms and ${failures.length} attempts`)
}

function mayBounce({ ledger, plans }: Story, submission: Submission, recipient: string): boolean {
  const domain = domainOf(recipient)
  if (ledger.refusedRecipients.has(recipient) || ledger.refusedSenders.has(submission.sender)) return true
  if (ledger.finalNames.has(domain)) return true
  const routes = plans.flatMap(({ plan }) =>
    [0, 1, 2, 3, 4].map((retryNum) => ({ plan, route: routeOf(plan, { recipient, sender: submission.sender, retryNum }) })),
  )
  // Ours without a mailbox, or nobody's server by MX.
  if (routes.some(({ route }) => route === 'local') && domain !== LOCAL_DOMAIN) return true
  return routes.some(({ plan, route }) =>
    hostsOf(route, recipient).some(
      (host) => ledger.refusingHosts.has(host) || (plan.starttls === 'require' && ledger.withoutTls.has(host)),
    ),
  )
}

/** Twice only where nobody can know: no answer came to the final dot, or the answer was not yet written down when the power went. */
function checkDuplicates({ ledger, diskFailures }: Story, recipient: string, taken: readonly Taking[]): void {
  for (const [i, later] of taken.entries()) {
    for (const earlier of taken.slice(0, i)) {
      if (!earlier.answered) continue
      const writtenAt = ledger.durablyDone.get(recipient) ?? Infinity
      // What the disk has said not to have, and had all the same, may be cut off again.
      if (earlier.life === later.life || (writtenAt <= later.at - 1 && diskFailures === 0)) {
        ledger.violation(`${recipient} was taken by ${earlier.host}, the engine knew, and it went to ${later.host} again`)
      }
    }
  }
}

function checkRoutes(story: Story, submission: Submission, recipient: string, told: Told, taken: readonly Taking[]): void {
  const { ledger, plans } = story
  for (const attempt of told.attempts) {
    if (attempt.route === '') continue
    const candidates = plansDuring(story, attempt.startedAt, attempt.at)
    // The number of the attempt is that of the group's first recipient; the others have their own.
    const first = attempt.results[0]?.address === recipient
    const numbers = first ? [attempt.attempt - 1] : Array.from({ length: 40 }, (_, n) => n)
    const allowed = candidates.flatMap((plan) =>
      numbers.map((retryNum) => routeOf(plan, { recipient, sender: submission.sender, retryNum })),
    )
    if (!allowed.includes(attempt.route as (typeof allowed)[number])) {
      ledger.violation(
        `attempt ${attempt.attempt} for ${recipient} took ${attempt.route}, the rules say ${[...new Set(allowed)].join(' or ')}`,
      )
    }
  }
  const anyNumber = Array.from({ length: 6 }, (_, retryNum) => retryNum)
  for (const taking of taken) {
    const hosts = plans.flatMap(({ plan }) =>
      anyNumber.flatMap((retryNum) => hostsOf(routeOf(plan, { recipient, sender: submission.sender, retryNum }), recipient)),
    )
    if (!hosts.includes(taking.host)) ledger.violation(`${recipient} went to ${taking.host}, which no rule chose`)
  }
}

function plansDuring({ plans, clockJumps }: Story, from: number, to: number): Story['plans'][number]['plan'][] {
  // A changed file is noticed a moment later, and what has been decided by then is good for a second.
  const LATE_MS = 10_000
  const during = plans.filter(({ wall }, i) => wall <= to && (plans[i + 1]?.wall ?? Infinity) >= from - LATE_MS)
  return (clockJumps > 0 ? plans : during).map(({ plan }) => plan)
}

/** No attempt before its time, unless a person wanted it. With the wall clock set back nobody can tell from the log. */
function checkDueTimes({ ledger, clockJumps }: Story, recipient: string, told: Told): void {
  if (clockJumps > 0) return
  for (const [i, attempt] of told.attempts.entries()) {
    const before = told.attempts[i - 1]?.results.find(({ address }) => address === recipient)
    const dueAt = before?.nextAttemptAt ?? 0
    if (attempt.startedAt >= dueAt - 1) continue
    const since = told.attempts[i - 1]?.startedAt ?? 0
    const wanted = ledger.retried.some(
      ({ id, wall }) => (id === null || id === attempt.entryId) && wall >= since && wall <= attempt.startedAt,
    )
    if (!wanted) ledger.violation(`${recipient} was tried ${dueAt - attempt.startedAt} ms before it was due`)
  }
}

/** What fails for want of a network is not counted. */
function checkOffline({ ledger, world, offline, crashes, clockJumps, diskFailures }: Story, recipient: string, told: Told): void {
  if (clockJumps > 0 || crashes > 0 || diskFailures > 0) return
  for (const [i, attempt] of told.attempts.entries()) {
    const next = told.attempts[i + 1]
    if (attempt.results[0]?.address !== recipient || next?.results[0]?.address !== recipient) continue
    const began = attempt.startedAt - world.wallOffset
    const ended = attempt.at - world.wallOffset
    const away = offline.some(({ from, to }) => from < began && ended < to)
    const unreached = ['connect', 'dns-temporary', 'relay-not-found'].includes(attempt.results[0].cause)
    if (away && unreached && next.attempt !== attempt.attempt) {
      ledger.violation(`${recipient}: attempt ${attempt.attempt} failed for want of a network and was counted`)
    }
  }
}

/** Whoever may hear of a failure does, once the recipient has ended. */
function checkReported(story: Story, submission: Submission, recipient: string, told: Told, events: readonly Event[]): void {
  const { ledger, crashes, diskFailures } = story
  const [end] = told.ended
  if (end === undefined || crashes > 0 || diskFailures > 0) return
  const wanted = ledger.submissions.get(submission.token)?.notify.get(recipient)?.includes('FAILURE') ?? true
  if (submission.sender === '' || !wanted || (end.disposition !== 'bounced' && end.disposition !== 'expired')) return
  const isReported = events.some(
    (event) =>
      event.type === 'report-sent' && event.entryId === end.entryId && event.seq > end.seq && ['failure', 'mixed'].includes(event.kind),
  )
  if (!isReported) ledger.violation(`${recipient} ${end.disposition}, and ${submission.sender} was not told`)
}

function checkReports(story: Story): void {
  const { ledger, mailboxFiles, crashes, diskFailures } = story
  const reports = [
    ...ledger.takings.filter(({ isReport }) => isReport).map(({ body }) => body),
    ...mailboxFiles.filter((text) => text.includes('report-type=delivery-status')),
  ]
  const final = new Map<string, Set<string>>()
  for (const body of reports) {
    const messageId = /^Message-ID: (\S+)/im.exec(body)?.[1] ?? ''
    for (const [, recipient = ''] of body.matchAll(/^Final-Recipient: rfc822; (\S+)\r\nAction: failed/gim)) {
      final.set(recipient, (final.get(recipient) ?? new Set()).add(messageId))
      const submission = ledger.submissions.get(tokenOf(recipient))
      const notify = submission?.notify.get(recipient)
      if (notify?.includes('FAILURE') === false)
        ledger.violation(`a report about the failure of ${recipient} went out against NOTIFY=${notify}`)
      if (submission?.sender === '') ledger.violation(`a report about ${recipient} went out although its sender is null`)
    }
  }
  for (const [recipient, ids] of final) {
    // Between the report and the note that it was made there is a moment in which the power may go.
    if (ids.size > 1 && crashes === 0 && diskFailures === 0) ledger.violation(`${recipient} was reported as failed ${ids.size} times`)
  }
}
