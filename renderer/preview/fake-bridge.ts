import type { Answer, Args, MailroomBridge, Notice, NoticeName, RequestName, Result } from '../../main/contract/channels.ts'
import type { ActivityRow, RowStatus } from '../../main/contract/activity.ts'
import { matchesFilter as matches } from '../../main/contract/activity-view.ts'
import { placeOf } from '../screens/activity/merge-rows.ts'
import { freshRow, madeUpRows } from './made-up-mail.ts'
import { madeUpDevices } from './made-up-devices.ts'
import { madeUpMailboxes } from './made-up-mailboxes.ts'
import { madeUpCounts } from './made-up-figures.ts'
import { madeUpRelayTest } from './made-up-first-start.ts'
import { madeUpQueuePage, madeUpSource } from './made-up-queue.ts'
import { madeUpPreferences } from './made-up-preferences.ts'
import { madeUpRouting } from './made-up-routing.ts'
import { firstConfig, madeUpConfig } from './made-up-settings.ts'
import { madeUpQueue, madeUpStatus } from './made-up-status.ts'
import { madeUpStory } from './made-up-story.ts'
import type { FakeOptions } from './options.ts'

type Handlers = { [R in RequestName]?: (args: Args<R>) => Result<R> | Promise<Result<R>> }

/** A bridge with an office behind it that does not exist: it answers, remembers what is held or cancelled, and may bring new mail by itself. */
export function createFakeBridge(options: FakeOptions): MailroomBridge {
  let rows = madeUpRows(options.mail, options.now)
  let status = madeUpStatus(options, rows)
  let seq = 2_000_000
  const listeners = new Map<NoticeName, Set<(value: never) => void>>()

  function tell<N extends NoticeName>(notice: N, value: Notice<N>): void {
    // Only handlers of this very notice are kept under its name.
    for (const handler of listeners.get(notice) ?? []) (handler as (value: Notice<N>) => void)(value)
  }
  function recount(): void {
    const waits = rows.filter((row) => row.status === 'waiting').length
    status = { ...status, waiting: waits, held: rows.filter((row) => row.status === 'held').length }
    tell('status.changed', status)
    tell('queue.changed', { waiting: waits, held: status.held })
  }
  function change(ids: readonly string[], how: (row: ActivityRow) => ActivityRow): void {
    const changed: ActivityRow[] = []
    rows = rows.map((row) => {
      if (!ids.includes(row.entryId) || !['waiting', 'held', 'sending'].includes(row.status)) return row
      const next = { ...how(row), seq: seq++, changedAt: Date.now() }
      changed.push(next)
      return next
    })
    tell('activity.changed', { rows: changed, seq })
    recount()
  }
  const routing = madeUpRouting(
    options.mail === 'first' ? { ...firstConfig, untouched: true } : options.mail === 'none' ? firstConfig : madeUpConfig,
    (state) => tell('config.changed', state),
  )
  const handlers: Handlers = {
    'status.get': () => status,
    'delivery.pause': ({ paused }) => {
      status = { ...status, deliveryPaused: paused ? 'by-person' : 'no' }
      tell('status.changed', status)
    },
    'alert.dismiss': ({ key }) => {
      status = { ...status, alerts: status.alerts.filter((alert) => alert.key !== key) }
      tell('status.changed', status)
    },
    'activity.rows': ({ filter, before, limit }) => {
      const fitting = rows.filter((row) => matches(row, { ...filter, status: null }))
      const counts = { sending: 0, waiting: 0, held: 0, delivered: 0, failed: 0, cancelled: 0 } satisfies Record<RowStatus, number>
      for (const row of fitting) counts[row.status]++
      const shown = filter.status === null ? fitting : fitting.filter((row) => row.status === filter.status)
      const from = before === null ? 0 : placeOf(shown, before) + (shown[placeOf(shown, before)]?.key === before.key ? 1 : 0)
      return { rows: shown.slice(from, from + limit), more: shown.length > from + limit, counts, reading: null }
    },
    'activity.message': ({ entryId }) => {
      const row = rows.find((one) => one.entryId === entryId)
      return row === undefined ? [] : madeUpStory(row)
    },
    'queue.list': () => madeUpQueue(rows),
    'queue.page': (query) => madeUpQueuePage(rows, query),
    'queue.ids': () => madeUpQueue(rows).map((entry) => entry.id),
    'queue.source': ({ id }) => madeUpSource(id),
    'queue.saveSource': ({ id }) => ({ saved: true, name: `${id}.eml` }),
    'activity.export': () => ({ saved: true, name: 'mailroom-activity.csv', rows: rows.length }),
    'activity.exportStop': () => undefined,
    'queue.retry': ({ ids }) => change(ids, (row) => ({ ...row, nextAttemptAt: Date.now() })),
    'queue.retryAll': () => undefined,
    'queue.hold': ({ ids }) => change(ids, (row) => ({ ...row, status: 'held', nextAttemptAt: null })),
    'queue.release': ({ ids }) => change(ids, (row) => ({ ...row, status: 'waiting', nextAttemptAt: Date.now() + 1000 })),
    'queue.cancel': ({ ids }) => change(ids, (row) => ({ ...row, status: 'cancelled', disposition: 'cancelled', nextAttemptAt: null })),
    'queue.headers': ({ id }) =>
      `Received: from scanner-reception ([192.168.1.40])\r\n by mailroom.office.lan with ESMTP id ${id};\r\n Mon, 23 Nov 2026 14:38:40 +0000\r\nFrom: "Scanner reception" <scans@alderfinch.example>\r\nTo: claims@northgate-insurance.example\r\nSubject: Scan from reception, 2 pages\r\nX-Strange: <b onmouseover=alert(1)>\u202Ehostile</b>\r\n`,
    ...routing,
    ...madeUpDevices(options, {
      changed: (view) => tell('devices.changed', view),
      change: (changes) => void routing['config.change']({ changes: [...changes], secrets: [] }),
    }),
    ...madeUpCounts(() => status),
    ...madeUpRelayTest((line) => tell('relay.testLine', line)),
    ...madeUpPreferences(
      () => routing['config.get'](),
      (view) => tell('preferences.changed', view),
    ),
    'clipboard.write': () => undefined,
    'window.openConfigFile': () => undefined,
    ...madeUpMailboxes(options, tell),
    'link.open': () => undefined,
  }

  if (options.live > 0) {
    let number = 0
    setInterval(() => {
      const row = freshRow(number++, Date.now())
      rows = [row, ...rows]
      tell('activity.changed', { rows: [row], seq: seq++ })
    }, 1000 / options.live)
  }

  return {
    platform: 'linux',
    version: '0.1.0',
    async ask<R extends RequestName>(request: R, args: Args<R>): Promise<Answer<Result<R>>> {
      const handler = handlers[request]
      if (handler === undefined) return { ok: false, problem: { code: 'preview', text: `the preview does not know ${request}` } }
      return { ok: true, value: await handler(args) }
    },
    on(notice, handler) {
      const handlers = listeners.get(notice) ?? new Set()
      listeners.set(notice, handlers.add(handler))
      return () => void handlers.delete(handler)
    },
  }
}
