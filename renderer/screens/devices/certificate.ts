import type { Certificate } from '../../../main/contract/devices.ts'
import { relative } from '../../lib/format/time.ts'
import { words } from '../../lib/words/words.svelte.ts'
import { saying } from '../../lib/words/words.svelte.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'

/** What is said about the certificate. */

const DAY = 86_400_000
/** Time enough to get a new one from whoever issues them. */
const SOON = 30 * DAY
/** No certificate with its chain is larger; a wrong file should not be read into memory. */
export const LARGEST_FILE = 1_000_000

/** 2 March 2029, in the locale in use. */
export const longDate = (at: number): string => new Intl.DateTimeFormat(words.locale, { dateStyle: 'long' }).format(at)

export function certificateState(
  certificate: Certificate,
  now: number,
): { readonly said: Saying; readonly tone: 'none' | 'waiting' | 'failed' } {
  const date = longDate(certificate.notAfter)
  if (certificate.notAfter <= now) return { said: saying('cert.expired', { date }), tone: 'failed' }
  // One of ours is renewed by itself, so its end is no news.
  if (certificate.source === 'made') return { said: saying('cert.made', { date }), tone: 'none' }
  if (certificate.notAfter - now < SOON)
    return { said: saying('cert.soon', { date, relative: relative(certificate.notAfter, now) }), tone: 'waiting' }
  return { said: saying('cert.own', { date }), tone: 'none' }
}

/** `mailroom.office.lan.crt`, without what no file system likes. */
export function fileName(certificate: Certificate): string {
  const name = (certificate.names[0] ?? '').replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
  return `${name || 'mailroom'}.crt`
}

/** Bytes as base64, in slices that `fromCharCode` can take. */
export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let from = 0; from < bytes.length; from += 8192) text += String.fromCharCode(...bytes.subarray(from, from + 8192))
  return btoa(text)
}
