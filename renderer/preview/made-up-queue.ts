import type { ActivityRow } from '../../main/contract/activity.ts'
import type { Args, Result } from '../../main/contract/channels.ts'
import { hasWords, wordsOf } from '../../main/contract/activity-view.ts'
import type { QueueEntry, QueueFilter } from '../../main/contract/queue.ts'
import { madeUpQueue } from './made-up-status.ts'

function fits(entry: QueueEntry, filter: QueueFilter): boolean {
  const { show, route, olderThanMs } = filter
  if (show !== 'all' && entry.held !== (show === 'held')) return false
  if (route !== null && !entry.recipients.some((one) => one.route === route)) return false
  if (olderThanMs !== null && Date.now() - entry.createdAt < olderThanMs) return false
  return hasWords([entry.sender, entry.subject, entry.id, ...entry.recipients.map((one) => one.address)].join('\n'), wordsOf(filter.text))
}

/** A page of the made-up queue, in the order asked for. */
export function madeUpQueuePage(rows: readonly ActivityRow[], query: Args<'queue.page'>): Result<'queue.page'> {
  const all = madeUpQueue(rows)
  const keys = {
    accepted: (entry: QueueEntry) => entry.createdAt,
    next: (entry: QueueEntry) => entry.recipients[0]?.nextAttemptAt ?? Infinity,
    tries: (entry: QueueEntry) => -(entry.recipients[0]?.retryNum ?? 0),
    size: (entry: QueueEntry) => -entry.size,
  }
  const fitting = all.filter((entry) => fits(entry, query)).sort((a, b) => keys[query.sort](a) - keys[query.sort](b))
  const held = all.filter((entry) => entry.held).length
  const routes = [...new Set(all.flatMap((entry) => entry.recipients.flatMap((one) => one.route ?? [])))]
  return { entries: fitting.slice(0, query.limit), fitting: fitting.length, waiting: all.length - held, held, routes }
}

export function madeUpSource(id: string): Result<'queue.source'> {
  const text = `Received: from scanner-reception ([192.168.1.40])\r\n by mailroom.office.lan with ESMTP id ${id};\r\nFrom: "Scanner" <scans@alderfinch.example>\r\nSubject: \u202Egnp.exe <script>alert(1)</script>\r\nMIME-Version: 1.0\r\n\r\nThe scanned page.\r\n${'W'.repeat(9000)}\r\n`
  return { text, bytes: 820_000, cut: true }
}
