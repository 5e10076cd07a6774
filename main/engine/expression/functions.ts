import * as addresses from './address-functions.ts'
import { limitArray, limitText } from './limits.ts'
import * as lists from './list-functions.ts'
import * as texts from './text-functions.ts'
import { fromBoolean, valueOf } from './value.ts'
import type { Value } from './value.ts'

export type MaybePromise<T> = T | Promise<T>
export type DnsQueryType = 'ip' | 'ipv4' | 'ipv6' | 'mx' | 'ptr' | 'txt'

/**
 * The functions that ask the outside (directory, stores, DNS); whoever evaluates hands them in. They may answer at once or later.
 * What they throw ends the evaluation and reaches the caller as it is.
 */
export interface WaitingFunctions {
  isLocalDomain: (directory: string, domain: string) => MaybePromise<boolean | number>
  isLocalAddress: (directory: string, address: string) => MaybePromise<boolean | number>
  keyExists: (store: string, key: string) => MaybePromise<boolean | number>
  keyGet: (store: string, key: string) => MaybePromise<string>
  dnsQuery: (name: string, type: DnsQueryType) => MaybePromise<readonly string[] | string>
}

/** A function of the language. `run` gets as many values as `arity` says. */
export type FunctionDefinition =
  | { arity: 1; kind: 'pure'; run: (a: Value) => Value }
  | { arity: 2; kind: 'pure'; run: (a: Value, b: Value) => Value }
  | { arity: 3; kind: 'pure'; run: (a: Value, b: Value, c: Value) => Value }
  | { arity: 2; kind: 'waiting'; run: (functions: WaitingFunctions, a: string, b: string) => MaybePromise<Value> }
  | { arity: 2; kind: 'matches' }
  | { arity: 1; kind: 'config' }

const DNS_TYPES: ReadonlySet<string> = new Set(['ip', 'ipv4', 'ipv6', 'mx', 'ptr', 'txt'])
const isDnsType = (type: string): type is DnsQueryType => DNS_TYPES.has(type)

const one = (run: (a: Value) => Value): FunctionDefinition => ({ arity: 1, kind: 'pure', run })
const two = (run: (a: Value, b: Value) => Value): FunctionDefinition => ({ arity: 2, kind: 'pure', run })
const three = (run: (a: Value, b: Value, c: Value) => Value): FunctionDefinition => ({ arity: 3, kind: 'pure', run })

function waiting(ask: (functions: WaitingFunctions, a: string, b: string) => MaybePromise<unknown>): FunctionDefinition {
  const run = (functions: WaitingFunctions, a: string, b: string): MaybePromise<Value> => {
    const answer = ask(functions, a, b)
    return answer instanceof Promise ? answer.then(limitedValue) : limitedValue(answer)
  }
  return { arity: 2, kind: 'waiting', run }
}

/** An answer from outside as a value; one that is too large ends the evaluation. */
function limitedValue(answer: unknown): Value {
  if (Array.isArray(answer)) return valueOf(limitArray(answer))
  return typeof answer === 'string' ? limitText(answer) : valueOf(answer)
}

/** All functions (2.10) by name. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map([
  ['is_local_domain', waiting((functions, directory, domain) => truth(functions.isLocalDomain(directory, domain)))],
  ['is_local_address', waiting((functions, directory, address) => truth(functions.isLocalAddress(directory, address)))],
  ['key_exists', waiting((functions, store, key) => truth(functions.keyExists(store, key)))],
  ['key_get', waiting((functions, store, key) => functions.keyGet(store, key))],
  ['dns_query', waiting((functions, name, type) => (isDnsType(type) ? functions.dnsQuery(name, type) : ''))],
  ['config_get', { arity: 1, kind: 'config' }],
  ['matches', { arity: 2, kind: 'matches' }],
  ['if_then', three(texts.ifThen)],
  ['is_empty', one(lists.isEmpty)],
  ['is_number', one(lists.isNumber)],
  ['is_ip_addr', one(addresses.isIpAddress)],
  ['is_ipv4_addr', one(addresses.isIpv4Address)],
  ['is_ipv6_addr', one(addresses.isIpv6Address)],
  ['ip_reverse_name', one(addresses.ipReverseName)],
  ['is_email', one(addresses.isEmail)],
  ['email_part', two(addresses.emailPart)],
  ['trim', one(texts.trim)],
  ['trim_start', one(texts.trimStart)],
  ['trim_end', one(texts.trimEnd)],
  ['to_lowercase', one(texts.toLowercase)],
  ['to_uppercase', one(texts.toUppercase)],
  ['is_uppercase', one(texts.isUppercase)],
  ['is_lowercase', one(texts.isLowercase)],
  ['has_digits', one(texts.hasDigits)],
  ['len', one(texts.len)],
  ['count_chars', one(texts.countChars)],
  ['count_spaces', one(texts.countSpaces)],
  ['count_uppercase', one(texts.countUppercase)],
  ['count_lowercase', one(texts.countLowercase)],
  ['contains', two(lists.contains)],
  ['contains_ignore_case', two(lists.containsIgnoreCase)],
  ['eq_ignore_case', two(texts.eqIgnoreCase)],
  ['starts_with', two(texts.startsWith)],
  ['ends_with', two(texts.endsWith)],
  ['lines', one(texts.lines)],
  ['substring', three(texts.substring)],
  ['strip_prefix', two(texts.stripPrefix)],
  ['strip_suffix', two(texts.stripSuffix)],
  ['split', two(texts.split)],
  ['rsplit', two(texts.rsplit)],
  ['split_once', two(texts.splitOnce)],
  ['rsplit_once', two(texts.rsplitOnce)],
  ['split_n', three(texts.splitN)],
  ['split_words', one(texts.splitWords)],
  ['count', one(lists.count)],
  ['sort', two(lists.sort)],
  ['dedup', one(lists.dedup)],
  ['winnow', one(lists.winnow)],
  ['is_intersect', two(lists.isIntersect)],
  ['hash', two(texts.hash)],
])

/** A yes or no from outside as 1 or 0, whatever number it came as. */
function truth(answer: MaybePromise<boolean | number>): MaybePromise<Value> {
  return answer instanceof Promise ? answer.then((value) => fromBoolean(Boolean(value))) : fromBoolean(Boolean(answer))
}
