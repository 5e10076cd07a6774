import type { Reply } from './reply.ts'

/** What kind of thing went wrong; rules see it as `last_error` (routing rules 2.8). */
export type ErrorClass = 'dns' | 'unexpected-reply' | 'connection' | 'tls' | 'dane' | 'mta-sts' | 'rate' | 'concurrency' | 'io'

/** Why a recipient did not get the message at one attempt. */
export interface DeliveryFailure {
  readonly class: ErrorClass
  /** Enhanced status for reports and people (RFC 3463): the server's own, or ours when no server spoke. */
  readonly status: string
  /** One sentence in plain words for logs and reports; holds no secret. */
  readonly text: string
  /** What the server said, when one did. */
  readonly reply: Reply | null
  /** Stable name of the cause for the window's wording, for example `auth-rejected`, `no-route`, `mailbox-missing`; see FailureCause. */
  readonly cause: FailureCause
  /** True when the final dot was sent and no answer came: the message may arrive twice. */
  readonly outcomeUnknown?: boolean
}

export type FailureCause =
  | 'reply' // the server's reply says it all
  | 'connect' // refused, unreachable, timeout before the greeting
  | 'greeting' // no greeting, or not 220
  | 'connection-lost' // closed or reset later in the conversation
  | 'timeout'
  | 'bad-reply' // not SMTP
  | 'tls-handshake'
  | 'tls-certificate'
  | 'tls-required' // required and not offered
  | 'auth-rejected'
  | 'auth-unavailable' // no mechanism in common
  | 'auth-needs-tls' // credentials are not sent in clear text
  | 'dns-temporary'
  | 'dns-missing' // no such domain, no address
  | 'null-mx'
  | 'routing-loop'
  | 'relay-not-found' // the relay's own name does not resolve
  | 'route-unknown' // the rules chose a name that is not defined
  | 'route-paused'
  | 'rules-failed' // the route expression failed at run time
  | 'mailbox-missing'
  | 'storage' // local disk
  | 'feature-missing' // SMTPUTF8 or REQUIRETLS not offered
  | 'expired'
  | 'cancelled'
  | 'internal'

/** What one attempt did for one recipient. */
export type Outcome =
  | {
      readonly kind: 'completed'
      readonly host: string
      readonly reply: Reply
      readonly via: 'relayed' | 'delivered'
      readonly dsnPassedOn: boolean
    }
  | {
      readonly kind: 'temp_fail' | 'perm_fail'
      /** the host, or us, that said so */ readonly entity: string
      readonly failure: DeliveryFailure
    }
