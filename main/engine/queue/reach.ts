import type { DeliveryReport } from '../delivery/index.ts'
import type { FailureCause } from '../mail/index.ts'
import type { QueueTime } from './queue-time.ts'

/** Without a network it is looked for one this often. */
export const LOOK_AGAIN_MS = 60_000

/** What a computer without a network sees of the others. */
const UNREACHED: readonly FailureCause[] = ['connect', 'dns-temporary', 'relay-not-found']

/**
 * Whether the network can be reached at all. What fails because this computer has none is nobody's failed attempt: it is not counted, nothing more is
 * tried that way until there is a network again, and the time until then is no part of a message's life.
 * It is only asked after an attempt has failed, so that a way that works without a network (a relay on this very computer) goes on being used.
 */
export class Reach {
  private readonly time: QueueTime
  private readonly hasNetwork: () => boolean
  private since: { readonly now: number; readonly stoppedMs: number } | null = null
  private readonly ways = new Set<string>()

  /** @param hasNetwork  an address of this computer that others can reach */
  constructor(time: QueueTime, hasNetwork: () => boolean) {
    this.time = time
    this.hasNetwork = hasNetwork
  }

  /**
   * An attempt in this lane has ended. @returns true when all of it failed for want of a network: then the lane is closed until there is one
   */
  explains(lane: string, report: DeliveryReport): boolean {
    const { outcomes, tries } = report
    const unreached = outcomes.every((outcome) => outcome.kind === 'temp_fail' && UNREACHED.includes(outcome.failure.cause))
    // A host on this computer needs no network; what it refuses it has refused.
    if (!unreached || tries.some(({ address }) => isOurselves(address)) || this.hasNetwork()) return false
    this.since ??= { now: this.time.now(), stoppedMs: this.time.stoppedMs }
    this.ways.add(lane)
    return true
  }

  /** Time in which nothing could be reached is added to what messages need not live through. Call it before a life is judged. */
  catchUp(): void {
    if (this.since === null) return
    this.time.addStopped(this.since)
    this.since = null
    if (this.hasNetwork()) this.ways.clear()
    else this.since = { now: this.time.now(), stoppedMs: this.time.stoppedMs }
  }

  /** Nothing can be reached in this lane; look again later. */
  isClosed(lane: string): boolean {
    this.catchUp()
    return this.ways.has(lane)
  }

  /** The network may be back. @returns the lanes that were closed and are not any more */
  lookNow(): string[] {
    const closed = [...this.ways]
    this.catchUp()
    return closed.filter((lane) => !this.ways.has(lane))
  }

  /** A person wants it tried all the same. */
  open(lane: string): void {
    this.ways.delete(lane)
  }
}

function isOurselves(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
