import type { Clock, MxRecord } from '../system/index.ts'

/** DNS answers kept for their TTL (routing rules 4.6). It outlives a change of settings; who changes the resolver or the network flushes it. */
export interface DnsCache {
  readonly mx: AnswerCache<MxRecord>
  readonly a: AnswerCache<string>
  readonly aaaa: AnswerCache<string>
  flush(): void
}

export interface AnswerCache<T> {
  get(name: string): readonly T[] | undefined
  /** What must be asked before the question, so that a flush meanwhile also forgets the answer to it. */
  readonly generation: number
  /** Keeps an answer that is not empty; `ttlSeconds` null when DNS did not say. */
  put(name: string, records: readonly T[], ttlSeconds: number | null, generation: number): void
}

/** Beyond that many names the oldest go first. */
const MAX_NAMES = 5_000
const UNKNOWN_TTL_SECONDS = 5 * 60
const MAX_TTL_SECONDS = 60 * 60

export function createDnsCache(clock: Clock): DnsCache {
  const caches = [createAnswerCache<MxRecord>(clock), createAnswerCache<string>(clock), createAnswerCache<string>(clock)] as const
  const [mx, a, aaaa] = caches
  return { mx, a, aaaa, flush: () => caches.forEach((cache) => cache.flush()) }
}

/** Seconds an answer is kept: its TTL within 1 second and 1 hour, 5 minutes when there is none to know. */
export function keptSeconds(ttlSeconds: number | null): number {
  if (ttlSeconds === null || !Number.isFinite(ttlSeconds)) return UNKNOWN_TTL_SECONDS
  return Math.min(Math.max(ttlSeconds, 1), MAX_TTL_SECONDS)
}

function createAnswerCache<T>(clock: Clock): AnswerCache<T> & { flush(): void } {
  const kept = new Map<string, { readonly records: readonly T[]; readonly until: number }>()
  let generation = 0
  return {
    get(name) {
      const entry = kept.get(name)
      if (entry === undefined) return undefined
      if (entry.until > clock.monotonic()) return entry.records
      kept.delete(name)
      return undefined
    },
    get generation() {
      return generation
    },
    put(name, records, ttlSeconds, asked) {
      if (asked !== generation || records.length === 0) return
      kept.delete(name)
      kept.set(name, { records, until: clock.monotonic() + keptSeconds(ttlSeconds) * 1000 })
      const oldest = kept.size > MAX_NAMES ? kept.keys().next().value : undefined
      if (oldest !== undefined) kept.delete(oldest)
    },
    flush() {
      generation += 1
      kept.clear()
    },
  }
}
