import { expect, test } from 'vitest'
import type { Schedule } from '../../../../main/contract/settings.ts'
import { diffLines } from '../../../../renderer/screens/settings/diff-lines.ts'
import { changeWords } from '../../../../renderer/screens/settings/history-words.ts'
import { passphraseProblem } from '../../../../renderer/screens/settings/passphrase.ts'
import { draftOfPart, partChanges } from '../../../../renderer/screens/settings/schedule-edit.ts'

const schedule: Schedule = {
  id: 'remote',
  description: '',
  queueName: 'remote',
  retryMs: [120_000, 3_600_000],
  notifyMs: [86_400_000],
  expiry: { kind: 'time', afterMs: 3 * 86_400_000 },
}
const at = (key: string): string[] => ['queue', 'schedule', 'remote', key]

test('one part of a schedule that stands in the file is one key', () => {
  expect(partChanges(schedule, true, 'retry', { text: '5m, 2h', unit: null })).toEqual([{ path: at('retry'), value: ['5m', '2h'] }])
  expect(partChanges(schedule, true, 'notify', { text: '', unit: null })).toEqual([{ path: at('notify'), value: [] }])
})

test('a schedule that Mailroom brings along is written as a whole, so that the rest of it stays what it was', () => {
  expect(partChanges(schedule, false, 'end', { text: '5', unit: 'd' })).toEqual([
    { path: at('retry'), value: ['2m', '1h'] },
    { path: at('notify'), value: ['1d'] },
    { path: at('expire'), value: '5d' },
  ])
})

test('a time takes the place of a number of tries, and the other way round', () => {
  expect(partChanges(schedule, true, 'end', { text: '10', unit: null })).toEqual([
    { path: at('expire'), value: null },
    { path: at('max-attempts'), value: 10 },
  ])
  expect(partChanges(schedule, true, 'end', { text: '36', unit: 'h' })).toEqual([
    { path: at('max-attempts'), value: null },
    { path: at('expire'), value: '36h' },
  ])
  expect(draftOfPart({ ...schedule, expiry: { kind: 'attempts', count: 7 } }, 'end')).toMatchObject({ text: '7', unit: null })
})

test('what makes no sense goes to the engine as it was typed', () => {
  expect(partChanges(schedule, true, 'end', { text: 'soon', unit: 'd' }).at(-1)).toEqual({ path: at('expire'), value: 'soon' })
})

test('two texts laid over each other show what went, what came and how much is left out', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'].join('\n')
  const lines = diffLines(before, before.replace('e', 'E'))
  expect(lines.map((line) => (line.kind === 'gap' ? `…${line.count}` : `${line.kind[0] ?? ''}${line.number}${line.text}`))).toEqual([
    '…1',
    's2b',
    's3c',
    's4d',
    'r5e',
    'a5E',
    's6f',
    's7g',
    's8h',
    '…2',
  ])
})

test('line ends and a missing last one are no difference', () => {
  expect(diffLines('a\r\nb\r\n', 'a\nb')).toEqual([])
  expect(diffLines('', 'a').map((line) => line.kind)).toEqual(['added'])
})

test('a change is told by its keys, or as comments', () => {
  const change = (path: string) => ({ path, what: 'changed' as const })
  const none = { addedLines: 0, removedLines: 0 }
  expect(changeWords({ changes: [change('a.b')], ...none })).toBe('a.b')
  expect(changeWords({ changes: ['a', 'b', 'c', 'd', 'e'].map(change), ...none })).toBe('a, b, c and 2 more')
  expect(changeWords({ changes: [], addedLines: 2, removedLines: 1 })).toBe('Comments only: 2 lines came, 1 went')
  expect(changeWords({ changes: [], ...none })).toBe('The same text')
})

test('a passphrase is long enough and typed twice', () => {
  expect(passphraseProblem('seven77', 'seven77')?.field).toBe('passphrase')
  expect(passphraseProblem('long enough', 'long enougH')?.field).toBe('again')
  expect(passphraseProblem('long enough', 'long enough')).toBeNull()
})
