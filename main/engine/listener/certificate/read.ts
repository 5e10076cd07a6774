import { X509Certificate, createPrivateKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import ipaddr from 'ipaddr.js'
import type { Certificate } from '../../../contract/index.ts'
import type { ServerIdentity } from '../../system/index.ts'
import { leafOf } from './leaf.ts'

/** Why a certificate cannot be used, and what to do about it; words for people. */
export class CertificateProblem extends Error {
  override readonly name = 'CertificateProblem'
}

const WITHOUT_KEY = 'The PKCS#12 file has no certificate with its key. Export both into it.'

/** A certificate that can be used. */
export interface ReadCertificate {
  readonly identity: ServerIdentity
  readonly leaf: X509Certificate
}

/** The office's own certificate as it was handed over. */
export type GivenCertificate =
  | { readonly form: 'pem'; readonly certificate: string; readonly key: string; readonly passphrase: string }
  | { readonly form: 'pfx'; readonly bytes: Buffer; readonly passphrase: string }

/** @throws CertificateProblem when it cannot be read, has ended, or certificate and key do not belong together */
export async function readCertificate(given: GivenCertificate, now: number): Promise<ReadCertificate> {
  const read = given.form === 'pem' ? readPem(given.certificate, given.key, given.passphrase) : await readPfx(given.bytes, given.passphrase)
  const [from, to] = [Date.parse(read.leaf.validFrom), Date.parse(read.leaf.validTo)]
  if (to <= now) throw new CertificateProblem(`The certificate ended on ${dayIn(to)}. Get a new one from whoever issued it.`)
  if (from > now)
    throw new CertificateProblem(`The certificate begins on ${dayIn(from)} only. Check this computer's date, or wait until then.`)
  return read
}

function readPem(certificates: string, keyText: string, passphrase: string): ReadCertificate {
  const blocks = certificates.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0)
    throw new CertificateProblem('There is no certificate in the text. It is to be PEM, with a line -----BEGIN CERTIFICATE-----.')
  const chain = blocks.map((pem, index) => ({ pem, certificate: parsed(pem, index) }))
  const key = readKey(keyText, passphrase)
  const leaf = chain.find(({ certificate }) => certificate.checkPrivateKey(key))
  if (leaf === undefined)
    throw new CertificateProblem(
      'The key does not belong to the certificate. Take the key that was made when the certificate was asked for.',
    )
  // Clients want the server's own certificate first, whatever the order of the file.
  const ordered = [leaf, ...chain.filter((one) => one !== leaf)].map(({ pem }) => pem)
  const identity = { cert: `${ordered.join('\n')}\n`, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
  usable(identity)
  return { identity, leaf: leaf.certificate }
}

function parsed(pem: string, index: number): X509Certificate {
  try {
    return new X509Certificate(pem)
  } catch (thrown) {
    const message = `Certificate ${index + 1} in the text is damaged. Export it anew, and take the whole text.`
    throw new CertificateProblem(message, { cause: thrown })
  }
}

function readKey(pem: string, passphrase: string): KeyObject {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw new CertificateProblem('There is no private key in the text. It is to be PEM, with a line -----BEGIN PRIVATE KEY-----.')
  try {
    return createPrivateKey({ key: pem, passphrase })
  } catch (thrown) {
    const locked = /ENCRYPTED/.test(pem)
    const why = locked ? 'The passphrase of the key is wrong.' : 'The private key is damaged. Export it anew, and take the whole text.'
    throw new CertificateProblem(why, { cause: thrown })
  }
}

async function readPfx(pfx: Buffer, passphrase: string): Promise<ReadCertificate> {
  const identity = { pfx, passphrase }
  usable(identity)
  try {
    return { identity, leaf: await leafOf(identity) }
  } catch (thrown) {
    throw new CertificateProblem(WITHOUT_KEY, { cause: thrown })
  }
}

/** What the TLS of this program says to it is what counts in the end. */
function usable(identity: ServerIdentity): void {
  try {
    createSecureContext(identity)
  } catch (thrown) {
    throw new CertificateProblem(whyUnusable(thrown), { cause: thrown })
  }
}

function whyUnusable(thrown: unknown): string {
  const reason = thrown instanceof Error ? thrown.message : String(thrown)
  if (/mac verify|INCORRECT_PASSWORD|bad decrypt/i.test(reason)) return 'The passphrase of the PKCS#12 file is wrong.'
  if (/unsupported|UNKNOWN_ALGORITHM/i.test(reason))
    return 'The PKCS#12 file is locked in an outdated way that is not read any more. Export it anew with AES-256, or as PEM.'
  if (/key too small|ca md too weak/i.test(reason))
    return 'The key or the signature is too weak for today. Get a certificate with RSA 2048 or better.'
  if (/not enough data|wrong tag|asn1|DECODE/i.test(reason))
    return 'This is no certificate in a form that is known, or it is damaged. PEM and PKCS#12 are.'
  if (/Unable to load (private key|certificate) from PFX/i.test(reason)) return WITHOUT_KEY
  return `The certificate cannot be used: ${reason}.`
}

/** A certificate as the window may see it. */
export function certificateView(leaf: X509Certificate, source: Certificate['source'], problem: string | null): Certificate {
  return {
    source,
    names: namesOf(leaf),
    issuer: nameIn(leaf.issuer),
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    fingerprint: leaf.fingerprint256,
    fingerprintSha1: leaf.fingerprint,
    pem: leaf.toString(),
    problem,
  }
}

/** The names and addresses a certificate is good for. */
export function namesOf(leaf: X509Certificate): string[] {
  const alternatives = (leaf.subjectAltName ?? '').split(', ').flatMap((one) => {
    const name = /^(?:DNS|IP Address):(.+)$/.exec(one)?.[1] ?? []
    return typeof name === 'string' && ipaddr.isValid(name) ? ipaddr.parse(name).toString() : name
  })
  return alternatives.length > 0 ? [...new Set(alternatives)] : [nameIn(leaf.subject)]
}

/** `CN=…` of a distinguished name, or its last line. */
function nameIn(distinguished: string): string {
  const lines = distinguished.split('\n')
  return lines.flatMap((line) => /^CN=(.+)$/.exec(line)?.[1] ?? [])[0] ?? lines.at(-1)?.replace(/^[^=]*=/, '') ?? ''
}

export function dayIn(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
