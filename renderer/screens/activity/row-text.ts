import type { ActivityRow } from '../../../main/contract/activity.ts'
import { deviceName } from '../../lib/format/device.ts'
import { foreign } from '../../lib/format/foreign.ts'
import { size } from '../../lib/format/size.ts'
import { clockSeconds } from '../../lib/format/time.ts'
import { dayKey } from '../../lib/format/time.ts'
import { say } from '../../lib/words/words.svelte.ts'
import { outcomeOf } from './outcome.ts'

/** A row as one line to paste into a mail or a table: the columns in their order, a tab between them, nothing in it that turns writing. */
export function rowText(row: ActivityRow, now: number, nameOf: (route: string) => string): string {
  const cells = [
    `${dayKey(row.acceptedAt)} ${clockSeconds(row.acceptedAt)}`,
    say(outcomeOf(row, now).said),
    deviceName(row.client),
    row.recipient,
    row.subject,
    row.route === '' ? '' : nameOf(row.route),
    size(row.size),
    row.lastText,
    row.entryId,
  ]
  return cells.map((cell) => foreign(cell, 1000).replace(/[\t\r\n]+/g, ' ')).join('\t')
}
