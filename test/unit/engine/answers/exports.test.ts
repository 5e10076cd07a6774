import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { ActivityRow, Notice, NoticeName } from '../../../../main/contract/index.ts'
import { createExports } from '../../../../main/engine/answers/exports.ts'
import type { ExportParts } from '../../../../main/engine/answers/exports.ts'
import { csvCell, rowFile } from '../../../../main/engine/answers/row-file.ts'
import { createActivity } from '../../../../main/engine/activity/index.ts'
import { acceptedDraft, ANY, attemptedDraft, resultOf } from '../../../support/activity-events.ts'
import { createCrashingDisk } from '../../../support/crashing-disk.ts'
import { createHeldClock } from '../../../support/held-clock.ts'

const NOON = new Date('2026-11-23T12:00:00').getTime()

async function world(count: number) {
  const disk = createCrashingDisk()
  const clock = createHeldClock(NOON)
  const activity = createActivity({ disk, clock, folder: '/data/activity', keepMs: () => 90 * 86_400_000, sizes: { rows: 100 } })
  await activity.open()
  for (let n = 0; n < count; n++) activity.record(acceptedDraft(`e${n}`, ['bob@example.org'], `Scan ${n}`))
  await disk.makeFolder('/home')
  const told: Notice<'activity.exporting'>[] = []
  const parts: ExportParts = {
    activity,
    queue: { get: () => undefined },
    spool: { read: () => Readable.from([]) },
    disk,
    clock,
    tell<N extends NoticeName>(name: N, value: Notice<N>) {
      if (name === 'activity.exporting') told.push(value as Notice<'activity.exporting'>)
    },
  }
  const read = async (path: string): Promise<string> => (await disk.readFile(path)).toString('utf8')
  return { disk, activity, parts, told, read, exports: createExports(parts) }
}

describe('an export of the log', () => {
  test('has every row that fits, from memory and from the files, newest first', async () => {
    const { exports, read, told } = await world(5000)
    const done = await exports.rows({ id: 'x', filter: ANY, format: 'json', path: '/home/log.json' })
    expect(done).toEqual({ saved: true, name: 'log.json', rows: 5000 })
    const rows = JSON.parse(await read('/home/log.json')) as { message_id: string }[]
    expect(rows).toHaveLength(5000)
    expect(new Set(rows.map((row) => row.message_id)).size).toBe(5000)
    expect(told[0]).toMatchObject({ id: 'x', day: '2026-11-23' })
  })

  test('has only what the filter shows', async () => {
    const { exports, activity, read } = await world(20)
    activity.record(attemptedDraft('e7', [resultOf('perm_fail')]))
    const wanted = { id: 'x', filter: { ...ANY, status: 'failed' as const }, format: 'csv' as const, path: '/home/log.csv' }
    expect(await exports.rows(wanted)).toMatchObject({ rows: 1 })
    const [head, row, ...rest] = (await read('/home/log.csv')).split('\r\n')
    expect(head).toMatch(/^\ufeffaccepted_at,status,disposition,/)
    expect(row).toContain('"550 5.1.1 no such user"')
    expect(rest).toEqual([''])
  })

  test('of nothing is a whole file all the same', async () => {
    const { exports, read } = await world(0)
    await exports.rows({ id: 'x', filter: ANY, format: 'json', path: '/home/log.json' })
    expect(JSON.parse(await read('/home/log.json'))).toEqual([])
  })

  test('that is stopped leaves the old file as it was, and nothing beside it', async () => {
    const { parts, disk, read } = await world(6000)
    await disk.writeFileDurably('/home/log.csv', 'old')
    const exports = createExports({ ...parts, tell: () => exports.stop('x') })
    expect(await exports.rows({ id: 'x', filter: ANY, format: 'csv', path: '/home/log.csv' })).toEqual({ saved: false, name: '', rows: 0 })
    expect(await read('/home/log.csv')).toBe('old')
    expect(disk.files().filter((path) => path.startsWith('/home'))).toEqual(['/home/log.csv'])
  })

  test('to a place that cannot be written is refused in the system’s words', async () => {
    const { exports, disk } = await world(1)
    disk.create = () => Promise.reject(new Error('EACCES: permission denied'))
    const wanted = { id: 'x', filter: ANY, format: 'csv' as const, path: '/home/log.csv' }
    await expect(exports.rows(wanted)).rejects.toMatchObject({ code: 'not-saved', message: 'EACCES: permission denied' })
  })
})

describe('a waiting message as a file', () => {
  test('is octet for octet what was taken', async () => {
    const { parts, disk } = await world(0)
    const octets = Buffer.from([0x53, 0x3a, 0x20, 0xff, 0xfe, 0x0d, 0x0a, 0x00, 0x80])
    const queue = { get: () => ({}) as ReturnType<ExportParts['queue']['get']> }
    const exports = createExports({ ...parts, queue, spool: { read: () => Readable.from([octets.subarray(0, 4), octets.subarray(4)]) } })
    expect(await exports.message({ id: 'e1', path: '/home/e1.eml' })).toEqual({ saved: true, name: 'e1.eml' })
    expect(await disk.readFile('/home/e1.eml')).toEqual(octets)
  })
  test('that waits no more is refused', async () => {
    const { exports } = await world(0)
    await expect(exports.message({ id: 'e1', path: '/home/e1.eml' })).rejects.toMatchObject({ code: 'not-waiting' })
  })
})

describe('a cell of a table', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['+49 30 1', `"'+49 30 1"`],
    ['-2+3+cmd|calc', `"'-2+3+cmd|calc"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['  =1', `"'  =1"`],
    ['\uff1d1', `"'\uff1d1"`],
    ['\u0000=1', `"'\u0000=1"`],
    ['a=b', '"a=b"'],
    ['say "hi", then; go\nhome', '"say ""hi"", then; go\nhome"'],
    ['', '""'],
  ])('%j is written as %j: nothing in it is a formula or a border', (text, cell) => expect(csvCell(text)).toBe(cell))
  test('a number stays one, and nothing stays nothing', () => expect([csvCell(-5), csvCell(null)]).toEqual(['-5', '']))
  test('a row with a hostile subject has as many cells as the head', () => {
    const row: ActivityRow = {
      ...{ key: 'e/x', entryId: 'e', acceptedAt: 0, changedAt: 0, seq: 1, reversePath: null, recipient: 'x', size: 1, status: 'failed' },
      ...{ disposition: null, attempts: 1, route: 'm', rule: null, nextAttemptAt: 5, lastStatus: '', lastCause: '', lastHost: '' },
      client: { address: '::1', port: 25, listener: 'l', helo: 'h,"x"', account: null, tls: null },
      subject: '"\r\n=HYPERLINK("http://x","y"),,,',
      lastText: '550 no',
    }
    const file = rowFile('csv')
    const cells = [...file.row(row, true).matchAll(/("(?:[^"]|"")*"|[^,"\r]*)(,|\r\n$)/g)]
    expect(cells).toHaveLength(file.head.split(',').length)
  })
})
