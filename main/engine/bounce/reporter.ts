import type { Readable } from 'node:stream'
import type { ActivityDraft, Settings } from '../../contract/index.ts'
import type { Envelope } from '../mail/index.ts'
import type { Entry, Spool } from '../spool/index.ts'
import type { Clock } from '../system/index.ts'
import { buildReport, MOST_HEADER_BYTES, MOST_MESSAGE_BYTES } from './build.ts'
import { usesUtf8 } from './delivery-status.ts'
import type { ReportedRecipient } from './types.ts'

/** What the reporter is given at construction. */
export interface ReporterParts {
  readonly spool: Pick<Spool, 'read' | 'readHeaders' | 'newId'>
  readonly activity: { record(draft: ActivityDraft): unknown }
  readonly clock: Clock
  settings(): Settings
  /** Makes the report a message of its own in the spool, source `dsn`, and hands it to the queue. Resolves with its id when it is durable. @throws when it cannot be kept */
  submit(message: Buffer, envelope: Envelope): Promise<string>
}

/** Builds and submits one report about some recipients of a message, and tells of it. @throws when it cannot be kept: ask again later */
export type Reporter = (entry: Entry, recipients: readonly ReportedRecipient[]) => Promise<void>

/** Reports over their parts. */
export function createReporter(parts: ReporterParts): Reporter {
  return async (entry, recipients) => {
    const { head } = entry
    const { report: from } = parts.settings()
    const full = wantsWhole(entry, recipients)
    const built = buildReport({
      entry,
      recipients,
      original: full ? await wholeOf(parts.spool.read(head.id)) : await parts.spool.readHeaders(head.id, MOST_HEADER_BYTES),
      full,
      now: parts.clock.now(),
      from: { name: from.fromName, address: from.fromAddress },
      reportingMta: from.submitter,
      id: parts.spool.newId(),
    })
    const reportEntryId = await parts.submit(built.message, reportEnvelope(entry, built.to))
    parts.activity.record({ type: 'report-sent', entryId: head.id, reportEntryId, kind: built.kind, to: built.to })
  }
}

/** The whole message goes back only when asked for, for a failure, and when it is small (RFC 3461 §4.3; routing rules 7.3). */
function wantsWhole({ head }: Entry, recipients: readonly ReportedRecipient[]): boolean {
  const asked = head.envelope.parameters.ret === 'FULL' && recipients.some((recipient) => recipient.action === 'failed')
  return asked && head.size <= MOST_MESSAGE_BYTES
}

/** `<>` to the original reverse-path; no RET, and NOTIFY only as NEVER (RFC 3461 §6.1). */
export function reportEnvelope(entry: Entry, to: string): Envelope {
  const parameters = usesUtf8(entry.head) ? { smtputf8: true, body: '8BITMIME' as const } : {}
  return { reversePath: null, parameters, recipients: [{ address: to, notify: 'NEVER' }] }
}

async function wholeOf(message: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
