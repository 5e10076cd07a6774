import { DnsError } from '../system/index.ts'
import type { Clock, MxRecord, Resolver } from '../system/index.ts'
import type { AnswerCache, DnsCache } from './dns-cache.ts'
import { LateError, within } from './within.ts'

/** What a question to DNS came to. `found` has at least one record. */
export type Answer<T> =
  | { readonly kind: 'found'; readonly records: readonly T[] }
  | { readonly kind: 'missing' | 'no-such-name' | 'bad-name' }
  | { readonly kind: 'temporary'; readonly reason: string }

/** DNS from the cache where that knows, and always with an answer in bounded time. Never throws. */
export interface Lookups {
  mx(name: string): Promise<Answer<MxRecord>>
  a(name: string): Promise<Answer<string>>
  aaaa(name: string): Promise<Answer<string>>
  txt(name: string): Promise<Answer<string>>
  ptr(address: string): Promise<Answer<string>>
}

/** Most records of one answer that are looked at, whatever a resolver returns; of addresses fewer, since each is parsed. */
const MAX_RECORDS = 1_000
const MAX_ADDRESSES = 100

export interface LookupsWorld {
  readonly resolver: Resolver
  readonly cache: DnsCache
  readonly clock: Clock
}

/**
 * @param endsAt  asked at each question, on the monotonic clock: if it is still open then, that is a temporary failure
 * @param signal  ends every question at once, in the same way
 */
export function createLookups({ resolver, cache, clock }: LookupsWorld, endsAt: () => number, signal?: AbortSignal): Lookups {
  async function ask<T>(question: () => Promise<readonly T[]>): Promise<Answer<T>> {
    try {
      const records = await within(clock, Math.max(0, endsAt() - clock.monotonic()), question, signal)
      return records.length === 0 ? { kind: 'missing' } : { kind: 'found', records: records.slice(0, MAX_RECORDS) }
    } catch (thrown) {
      return failed(thrown)
    }
  }
  async function askCached<T>(
    kept: AnswerCache<T>,
    name: string,
    question: () => Promise<{ readonly records: readonly T[]; readonly ttlSeconds: number | null }>,
  ): Promise<Answer<T>> {
    const known = kept.get(name)
    if (known !== undefined) return { kind: 'found', records: known }
    const { generation } = kept
    let ttl: number | null = null
    const answer = await ask(async () => {
      const { records, ttlSeconds } = await question()
      ttl = ttlSeconds
      return records
    })
    if (answer.kind === 'found') kept.put(name, answer.records, ttl, generation)
    return answer
  }
  return {
    mx: (name) => askCached(cache.mx, name, () => resolver.mx(name)),
    a: (name) => askCached(cache.a, name, async () => asRecords(await resolver.a(name))),
    aaaa: (name) => askCached(cache.aaaa, name, async () => asRecords(await resolver.aaaa(name))),
    txt: (name) => ask(() => resolver.txt(name)),
    ptr: (address) => ask(() => resolver.ptr(address)),
  }
}

function asRecords(answer: { readonly addresses: readonly string[]; readonly ttlSeconds: number | null }): {
  records: readonly string[]
  ttlSeconds: number | null
} {
  return { records: answer.addresses.slice(0, MAX_ADDRESSES), ttlSeconds: answer.ttlSeconds }
}

/** Whatever is not a clear "no" is temporary: mail is never returned because of trouble on our side (RFC 5321 §5.1). */
function failed(thrown: unknown): Exclude<Answer<never>, { kind: 'found' }> {
  if (thrown instanceof DnsError && thrown.kind !== 'temporary') return { kind: thrown.kind }
  if (thrown instanceof DnsError) return { kind: 'temporary', reason: thrown.code }
  if (thrown instanceof LateError) return { kind: 'temporary', reason: 'no answer in time' }
  return { kind: 'temporary', reason: thrown instanceof Error ? thrown.message : String(thrown) }
}
