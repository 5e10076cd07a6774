import type { Args, Notice, NoticeName, RequestName, Result, Status } from '../../contract/index.ts'
import type { Activity } from '../activity/index.ts'
import type { ConfigFile } from '../config/index.ts'
import type { Delivery } from '../delivery/index.ts'
import type { DeviceParts } from './device-parts.ts'
import type { Maildir, Mailboxes } from '../maildir/index.ts'
import type { Queue } from '../queue/index.ts'
import type { Router } from '../routing/index.ts'
import type { SecretStore } from '../secrets/index.ts'
import type { Spool } from '../spool/index.ts'
import type { Random } from '../system/index.ts'
import type { Exports } from './exports.ts'
import type { MailboxExports } from './mailbox-files.ts'
import type { SubmitParts } from './submit.ts'

/** What requests are answered from. */
export interface AnswerParts {
  readonly activity: Activity
  readonly queue: Queue
  readonly config: ConfigFile
  readonly configPath: string
  readonly secrets: SecretStore
  readonly random: Random
  readonly spool: Pick<Spool, 'readHeaders' | 'read'>
  readonly exports: Exports
  readonly delivery: Delivery
  readonly maildir: Maildir
  readonly mailboxes: Mailboxes
  readonly mailboxFiles: Pick<MailboxExports, 'cancel'>
  readonly submitting: SubmitParts
  readonly deviceParts: DeviceParts
  router(): Router
  status(): Status
  /** Says it to the windows at once. */
  tell<N extends NoticeName>(this: void, name: N, value: Notice<N>): void
  pause(paused: boolean): void
  /** The port of the first open listener, for questions about a message that a device would send; 0 when there is none. */
  devicePort(): number
}

/** Requests that only the shell can answer. */
export type ShellRequest =
  | Extract<RequestName, `preferences.${string}` | `about.${string}` | `window.${string}`>
  | 'file.open'
  | 'clipboard.write'
  | 'window.openConfigFile'
  | 'file.save'
  | 'link.open'
  | 'mailbox.saveAttachment'
  | 'mailbox.saveMessage'
  | 'mailbox.export'
  | 'activity.export'
  | 'queue.saveSource'
export type EngineRequest = Exclude<RequestName, ShellRequest>
export type Handlers = { readonly [R in EngineRequest]: (args: Args<R>) => Promise<Result<R>> | Result<R> }
/** The requests of one field, `activity.…` for example. */
export type HandlersOf<Field extends string> = Pick<Handlers, Extract<EngineRequest, `${Field}.${string}`>>
