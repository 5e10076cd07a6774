import { DnsError } from '../../main/engine/system/index.ts'
import type { Resolver } from '../../main/engine/system/index.ts'

export type ZoneWord = 'NODATA' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'TIMEOUT' | 'BADNAME' | 'HANG' | 'BUG'
type Listed<T> = readonly T[] | ZoneWord

/** What DNS holds, as data. A name that is not listed has no such record (NODATA). */
export interface FakeZone {
  readonly MX?: Readonly<Record<string, Listed<readonly [preference: number, exchange: string]>>>
  readonly A?: Readonly<Record<string, Listed<string>>>
  readonly AAAA?: Readonly<Record<string, Listed<string>>>
  readonly TXT?: Readonly<Record<string, Listed<string>>>
  readonly PTR?: Readonly<Record<string, Listed<string>>>
  /** Seconds for A and AAAA; 300 unless given. */
  readonly ttl?: number
}

export interface ZoneResolver extends Resolver {
  /** `MX d.test`, in the order asked. */
  readonly queries: string[]
  zone: FakeZone
}

/** A Resolver that answers from data, as the real one would: '' for the root, errors as DnsError. */
export function createZoneResolver(zone: FakeZone): ZoneResolver {
  const resolver: ZoneResolver = {
    queries: [],
    zone,
    mx: async (name) => {
      const records = await look('MX', name)
      return { records: records.map(([preference, exchange]) => ({ preference, exchange: withoutDot(exchange) })), ttlSeconds: null }
    },
    a: async (name) => ({ addresses: await look('A', name), ttlSeconds: resolver.zone.ttl ?? 300 }),
    aaaa: async (name) => ({ addresses: await look('AAAA', name), ttlSeconds: resolver.zone.ttl ?? 300 }),
    txt: (name) => look('TXT', name),
    ptr: (address) => look('PTR', address),
  }
  async function look<K extends 'MX' | 'A' | 'AAAA' | 'TXT' | 'PTR'>(type: K, name: string): Promise<readonly RecordOf<K>[]> {
    resolver.queries.push(`${type} ${name}`)
    const table: Readonly<Record<string, Listed<RecordOf<K>>>> = (resolver.zone[type] ?? {}) as Record<string, Listed<RecordOf<K>>>
    const found = Object.hasOwn(table, name) ? table[name] : undefined
    if (found === undefined) throw faultOf('NODATA', name)
    if (found === 'HANG') return new Promise(() => undefined)
    if (typeof found === 'string') throw faultOf(found, name)
    return found
  }
  return resolver
}

type RecordOf<K> = K extends 'MX' ? readonly [preference: number, exchange: string] : string

function faultOf(word: ZoneWord, name: string): Error {
  switch (word) {
    case 'NODATA':
      return new DnsError('missing', 'ENODATA', name)
    case 'NXDOMAIN':
      return new DnsError('no-such-name', 'ENOTFOUND', name)
    case 'BADNAME':
      return new DnsError('bad-name', 'EBADNAME', name)
    case 'SERVFAIL':
    case 'REFUSED':
      return new DnsError('temporary', `E${word}`, name)
    case 'TIMEOUT':
      return new DnsError('temporary', 'ETIMEOUT', name)
    default:
      return new TypeError('a resolver gone wrong')
  }
}

const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name)
