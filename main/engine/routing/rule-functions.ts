import type { Settings, Store } from '../../contract/index.ts'
import type { DnsQueryType, WaitingFunctions } from '../expression/index.ts'
import { toAsciiDomain } from '../mail/index.ts'
import { createDirectories } from './directories.ts'
import type { Answer, Lookups } from './lookups.ts'
import { byPreference } from './mx-hosts.ts'

/** The functions that rules ask the outside with (routing rules 2.10): directories, stores and DNS. */
export function ruleFunctions(settings: Settings, lookups: Lookups): WaitingFunctions {
  const stores = new Map(Object.entries(settings.stores).map(([id, store]) => [id, valuesOf(store)]))
  const storeNamed = (id: string): ReadonlyMap<string, string> | undefined => stores.get(id) ?? stores.get('default')
  return {
    ...createDirectories(settings.directories),
    keyExists: (store, key) => storeNamed(store)?.has(key) ?? false,
    keyGet: (store, key) => storeNamed(store)?.get(key) ?? '',
    dnsQuery: (name, type) => dnsQuery(lookups, name, type),
  }
}

/** The value of a setting as it is written, for config_get; '' when it is not there. */
export function configGet(settings: Settings): (key: string) => string {
  const { flat } = settings.queue
  return (key) => (Object.hasOwn(flat, key) ? (flat[key] ?? '') : '')
}

function valuesOf(store: Store): ReadonlyMap<string, string> {
  return new Map(Object.entries(store.values))
}

/** What does not exist is an empty answer; only a temporary failure throws. */
async function dnsQuery(lookups: Lookups, name: string, type: DnsQueryType): Promise<readonly string[] | string> {
  const domain = toAsciiDomain(name)
  switch (type) {
    case 'ipv4':
      return recordsOf(name, await lookups.a(domain))
    case 'ipv6':
      return recordsOf(name, await lookups.aaaa(domain))
    case 'ip':
      return bothFamilies(name, await Promise.all([lookups.a(domain), lookups.aaaa(domain)]))
    case 'mx':
      return byPreference(recordsOf(name, await lookups.mx(domain)))
        .map((record) => withoutDot(record.exchange))
        .filter((exchange) => exchange !== '')
    case 'ptr':
      return recordsOf(name, await lookups.ptr(name)).map(withoutDot)
    case 'txt':
      return recordsOf(name, await lookups.txt(domain)).join('\r\n')
  }
}

/** One family that cannot be had does no harm while the other has addresses. */
function bothFamilies(name: string, answers: readonly Answer<string>[]): readonly string[] {
  const found = answers.flatMap((answer) => (answer.kind === 'found' ? answer.records : []))
  return found.length > 0 ? found : answers.flatMap((answer) => recordsOf(name, answer))
}

function recordsOf<T>(name: string, answer: Answer<T>): readonly T[] {
  if (answer.kind === 'temporary') throw new Error(`DNS could not answer for ${name} (${answer.reason})`)
  return answer.kind === 'found' ? answer.records : []
}

const withoutDot = (name: string): string => (name.endsWith('.') ? name.slice(0, -1) : name)
