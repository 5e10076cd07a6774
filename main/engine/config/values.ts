import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'

/** Why a value cannot be taken. */
export interface Refusal {
  readonly refused: string
  readonly message: string
  readonly suggestion?: string
}

export function refuse(code: string, message: string, suggestion?: string): Refusal {
  return suggestion === undefined ? { refused: code, message } : { refused: code, message, suggestion }
}

/** A schema from a function that reads a value or says, with a code of ours, why it cannot. */
export function value<T>(read: (raw: unknown) => T | Refusal): z.ZodType<T> {
  return z.unknown().transform((raw, context) => {
    const result = read(raw)
    if (!isRefusal(result)) return result
    context.addIssue({ code: 'custom', message: result.message, params: { code: result.refused, suggestion: result.suggestion } })
    return z.NEVER
  })
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && 'refused' in result
}

/** A list, or one element in place of a list of one. */
export function listOf<T>(element: z.ZodType<T>): z.ZodType<T[]> {
  return z.preprocess((raw) => (Array.isArray(raw) ? (raw as unknown[]) : [raw]), z.array(element))
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
const LONGEST_DAYS = 10_000
const UNITS = 'a whole number with d, h, m, s or ms, for example "5m"'

/** A duration in milliseconds (routing rules 1.0). */
export const duration = value<number>((raw) => {
  if (typeof raw === 'number' || typeof raw === 'bigint' || (typeof raw === 'string' && /^\s*[+-]?\d+(\.\d+)?\s*$/.test(raw))) {
    return refuse('duration-without-unit', `${String(raw).trim()} has no unit; write ${UNITS}`)
  }
  const match = typeof raw === 'string' ? /^\s*(\d+)\s*(ms|d|h|m|s)\s*$/i.exec(raw) : null
  if (!match) return refuse('duration-invalid', `${shown(raw)} is no duration; write ${UNITS}`)
  const milliseconds = Number(match[1]) * (UNIT_MS[(match[2] ?? '').toLowerCase()] ?? 0)
  if (milliseconds === 0) return refuse('duration-invalid', `${shown(raw)} is no time at all; a duration has to be longer than 0`)
  if (milliseconds > LONGEST_DAYS * 86_400_000)
    return refuse('duration-invalid', `${shown(raw)} is longer than ${LONGEST_DAYS} days, the most there is`)
  return milliseconds
})

/** A duration for schedules, which work in whole seconds: what is beyond is cut off. */
export const wholeSeconds = value<number>((raw) => {
  const result = duration.safeParse(raw)
  if (!result.success) return refusalOf(result.error)
  if (result.data < 1000) return refuse('duration-too-short', `${shown(raw)} is less than a second; a schedule works in whole seconds`)
  return result.data - (result.data % 1000)
})

function refusalOf(error: z.ZodError): Refusal {
  return refuse(codeOf(error), error.issues[0]?.message ?? 'this cannot be read')
}

/** The code of the first refusal in a schema's error. */
export function codeOf(error: z.ZodError): string {
  const found = error.issues[0]
  const code: unknown = found?.code === 'custom' ? found.params?.['code'] : undefined
  return typeof code === 'string' ? code : 'value-invalid'
}

/** A whole number from `least` to `most`, as TOML integer or the same digits as text. */
export function integer(least: number, most: number, code = 'integer-invalid'): z.ZodType<number> {
  return value((raw) => {
    const allowed = `a whole number from ${least} to ${most}`
    const digits = typeof raw === 'number' || typeof raw === 'bigint' ? String(raw) : typeof raw === 'string' ? raw.trim() : ''
    if (!/^-?\d{1,19}$/.test(digits)) return refuse(code, `${shown(raw)} is not ${allowed}`)
    const number = Number(digits)
    return number < least || number > most ? refuse(code, `${digits} is not ${allowed}`) : number
  })
}

/** `true` or `false`, also as text. */
export const boolean = value<boolean>((raw) => {
  if (raw === true || raw === 'true') return true
  if (raw === false || raw === 'false') return false
  return refuse('boolean-invalid', `${shown(raw)} is neither true nor false`)
})

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** Bytes; ours also takes `"50 MB"`, where K, M, G and T count in steps of 1024. */
export function size(least = 0): z.ZodType<number> {
  return value((raw) => {
    const text = typeof raw === 'number' || typeof raw === 'bigint' ? String(raw) : typeof raw === 'string' ? raw.trim() : ''
    const match = /^(\d[\d_]{0,18})\s*(?:([kmgt])(?:i?b)?|b)?$/i.exec(text)
    const bytes = match ? Number((match[1] ?? '').replaceAll('_', '')) * (SIZE_UNITS[(match[2] ?? '').toLowerCase()] ?? 1) : Number.NaN
    if (!Number.isSafeInteger(bytes)) return refuse('size-invalid', `${shown(raw)} is no size; write bytes (52428800) or "50 MB"`)
    return bytes < least ? refuse('size-invalid', `${shown(raw)} is too small; at least ${least} bytes are needed`) : bytes
  })
}

export const text = value<string>((raw) =>
  typeof raw === 'string' ? raw : refuse('text-expected', `${shown(raw)} is not a text; put it in quotes`),
)

/** One of some words, in any case; answers the word in lower case, or what an alias stands for. */
export function choice<const T extends string>(words: readonly T[], code: string, aliases: Readonly<Record<string, T>> = {}): z.ZodType<T> {
  return value((raw) => {
    const word = typeof raw === 'string' ? raw.trim().toLowerCase() : raw === false ? 'false' : ''
    const found = words.find((known) => known === word) ?? (Object.hasOwn(aliases, word) ? aliases[word] : undefined)
    return found ?? refuse(code, `${shown(raw)} is not known here; there are ${words.join(', ')}`)
  })
}

const HOST_LABEL = /^(?!-)[\p{L}\p{N}\p{M}-]{1,63}(?<!-)$/u

/** Letters, digits, `-`, `.` and an optional final dot; letters of any script, since domains may be international. */
export function isHostName(name: string): boolean {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name
  return bare.length > 0 && bare.length <= 253 && bare.split('.').every((label) => HOST_LABEL.test(label))
}

/** A host name; answered without the final dot. */
export function hostName(code = 'host-name-invalid'): z.ZodType<string> {
  return value((raw) => {
    const name = typeof raw === 'string' ? raw : ''
    if (isIP(name) !== 0) return refuse(code, `${name} is an address; a name is needed here`)
    return isHostName(name) ? name.replace(/\.$/, '') : refuse(code, hostProblem(raw))
  })
}

/** A host name, an IPv4 or IPv6 address, or an IPv6 address in brackets; answered bare. */
export function hostOrAddress(code: string): z.ZodType<string> {
  return value((raw) => {
    const name = typeof raw === 'string' ? raw.replace(/^\[(.*)\]$/, '$1') : ''
    if (isIP(name) !== 0) return name === raw || isIP(name) === 6 ? name : refuse(code, hostProblem(raw))
    if (/^[\d.]+$/.test(name)) return refuse(code, `${shown(raw)} is neither a complete IPv4 address nor a name`)
    return name === raw && isHostName(name) ? name.replace(/\.$/, '') : refuse(code, hostProblem(raw))
  })
}

function hostProblem(raw: unknown): string {
  if (raw === '') return 'the name is empty; write the host name, for example smtp.example.org'
  if (typeof raw === 'string' && raw.includes('://')) return `${shown(raw)} is a web address; write the host name alone`
  if (typeof raw === 'string' && /:\d+$/.test(raw)) return `${shown(raw)} has a port in it; write the name alone and the number under port`
  return `${shown(raw)} is no host name; it has letters, digits, "-" and "." only`
}

export const ipAddress = value<string>((raw) => {
  const address = typeof raw === 'string' ? raw.trim() : ''
  return isIP(address) === 0 ? refuse('address-invalid', `${shown(raw)} is no IP address`) : address
})

/** A network: CIDR, an address alone, or one of the words. */
export const network = value<string>((raw) => {
  const written = typeof raw === 'string' ? raw.trim().toLowerCase() : ''
  if (written === 'private' || written === 'loopback') return written
  if (isIP(written) !== 0 || (written.includes('/') && ipaddr.isValidCIDR(written))) return written
  return refuse('network-invalid', `${shown(raw)} is no network; write "private", "loopback", or for example "192.168.1.0/24"`)
})

/** `address:port` of a listener; IPv6 in brackets, port 0 for any free one. */
export const bindAddress = value<{ address: string; port: number }>((raw) => {
  const match = typeof raw === 'string' ? /^\s*(?:\[([^\]]*)\]|([^:\s]*)):(\d{1,5})\s*$/.exec(raw) : null
  const address = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3])
  const family = isIP(address)
  if (!match || family === 0 || port > 65_535 || (match[1] !== undefined) !== (family === 6)) {
    return refuse('bind-invalid', `${shown(raw)} is no address with a port; write for example "0.0.0.0:2525" or "[::]:2525"`)
  }
  return { address, port }
})

/** A value as a message may show it. */
export function shown(raw: unknown): string {
  if (typeof raw === 'string') return JSON.stringify(raw.length > 60 ? `${raw.slice(0, 60)}…` : raw)
  if (Array.isArray(raw)) return 'a list'
  if (typeof raw === 'object' && raw !== null) return 'a table'
  return String(raw)
}
