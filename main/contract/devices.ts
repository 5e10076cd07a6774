import { z } from 'zod'
import { clientInfo } from './activity.ts'
import { issue } from './issue.ts'
import { oddity } from './oddity.ts'

/** Who sends here, who knocked, and what a device needs to know: the shapes of the Devices screen. */

export const refusalReason = z.enum([
  'outside-networks',
  'blocked',
  'banned',
  'sign-in-required',
  'sign-in-failed',
  'tls-required',
  'sender-not-allowed',
  'recipient-not-allowed',
  'too-large',
  'too-many-recipients',
  'too-many-messages',
  'too-many-connections',
  'too-many-errors',
  'disk-low',
  'queue-full',
  'loop',
  'syntax',
  'storage',
])
export type RefusalReason = z.infer<typeof refusalReason>

/** A device that handed in mail or was named in the settings. */
export const knownDevice = z.object({
  /** Its address: the same key as `device` of a row filter. A range for a device that the settings name by one and that never sent. */
  key: z.string(),
  /** Id of its `[access.device.ID]`, null when the settings do not name it. */
  id: z.string().nullable(),
  /** What people call it: its `name` in the settings, or what it calls itself. */
  name: z.string(),
  address: z.string(),
  account: z.string().nullable(),
  helo: z.string(),
  listener: z.string(),
  tls: z.string().nullable(),
  /** null when it never sent. Times in ms since 1970. */
  firstAt: z.int().nullable(),
  lastAt: z.int().nullable(),
  messages: z.int(),
  messagesToday: z.int(),
  lastSubject: z.string(),
  lastEntryId: z.string().nullable(),
  oddities: z.array(z.object({ kind: oddity, count: z.int(), lastAt: z.int() })),
  blocked: z.boolean(),
  /** 0: no limit of its own. */
  messagesPerHour: z.int(),
  messagesPerDay: z.int(),
})
export type KnownDevice = z.infer<typeof knownDevice>

/** Somebody who was refused because nobody let it in yet. */
export const knock = z.object({
  key: z.string(),
  client: clientInfo,
  firstAt: z.int(),
  lastAt: z.int(),
  count: z.int(),
  reason: refusalReason,
  /** What it was told, and what it tried. */
  text: z.string(),
  sender: z.string(),
  recipient: z.string(),
})
export type Knock = z.infer<typeof knock>

/** An address that failed to sign in too often and is not heard until `until`. */
export const ban = z.object({ address: z.string(), since: z.int(), until: z.int(), failures: z.int() })
export type Ban = z.infer<typeof ban>

export const certificate = z.object({
  /** `made`: by Mailroom for this computer; `own`: the office's. */
  source: z.enum(['made', 'own']),
  names: z.array(z.string()),
  issuer: z.string(),
  notBefore: z.int(),
  notAfter: z.int(),
  /** SHA-256, `AB:CD:…`; and SHA-1, for old menus. */
  fingerprint: z.string(),
  fingerprintSha1: z.string(),
  /** The certificate alone, never the key. */
  pem: z.string(),
  /** What is wrong with the office's own certificate; null when all is well. */
  problem: z.string().nullable(),
})
export type Certificate = z.infer<typeof certificate>

export const ownNetwork = z.object({
  /** `192.168.1.0/24`. */
  cidr: z.string(),
  /** This computer's address in it. */
  address: z.string(),
  /** Inside the networks that may send now. */
  allowed: z.boolean(),
})

export type OwnNetwork = z.infer<typeof ownNetwork>

export const devicesView = z.object({
  /** Those that sent lately first. */
  devices: z.array(knownDevice),
  knocks: z.array(knock),
  bans: z.array(ban),
  networks: z.array(ownNetwork),
  /** null until the first listener with encryption made one. */
  certificate: certificate.nullable(),
})
export type DevicesView = z.infer<typeof devicesView>

const nothing = z.object({})
const saved = z.object({ saved: z.boolean(), issues: z.array(issue) })

export const deviceRequests = {
  'devices.get': { args: nothing, result: devicesView },
  /** Writes `[access.device.…]` for the address with this name, so that it may send; an address that is named already is let in again. */
  'devices.admit': { args: z.object({ address: z.string(), name: z.string() }), result: saved },
  /** Nothing more is taken from this address. */
  'devices.block': { args: z.object({ address: z.string(), name: z.string() }), result: saved },
  /** Takes its table out of the settings: what the networks say counts again. */
  'devices.forget': { args: z.object({ id: z.string() }), result: saved },
  'devices.limit': {
    args: z.object({ address: z.string(), name: z.string(), messagesPerHour: z.int().min(0), messagesPerDay: z.int().min(0) }),
    result: saved,
  },
  'devices.dismissKnock': { args: z.object({ key: z.string() }), result: z.void() },
  'devices.liftBan': { args: z.object({ address: z.string() }), result: z.void() },
  /** A new login with a password made here. It is told in this one answer and never again. */
  'devices.addAccount': {
    args: z.object({ name: z.string(), senders: z.array(z.string()), recipients: z.array(z.string()) }),
    result: saved.extend({ password: z.string().nullable() }),
  },
  'devices.newPassword': { args: z.object({ name: z.string() }), result: saved.extend({ password: z.string().nullable() }) },
  'devices.removeAccount': { args: z.object({ name: z.string() }), result: saved },
  /** The office's own certificate: PEM text, or PKCS#12 in base64 with its passphrase. Checked before it replaces the one in use. */
  'devices.ownCertificate': {
    args: z.discriminatedUnion('form', [
      z.object({ form: z.literal('pem'), certificate: z.string(), key: z.string(), passphrase: z.string() }),
      z.object({ form: z.literal('pfx'), base64: z.string(), passphrase: z.string() }),
    ]),
    result: certificate,
  },
  /** Back to one that Mailroom makes and renews; a new one is made at once. */
  'devices.newCertificate': { args: nothing, result: certificate },
} as const

/** At most one per 250 ms. */
export const deviceNotices = { 'devices.changed': devicesView } as const
