import { expect, test } from 'vitest'
import { lineCount, lineOfTable, markedLines, offsetOf } from '../../../../renderer/lib/config/file-text.ts'

test.each([
  [1, 1, 0],
  [2, 1, 4],
  [2, 3, 7],
  [3, 1, 8],
  [9, 1, 9],
  [1, 99, 3],
])('line %i, column %i is offset %i', (line, column, offset) => {
  // The second line begins with a character of two UTF-16 units: columns count characters.
  expect(offsetOf('abc\n\u{1F4EC}x\nz', line, column)).toBe(offset)
})

test('lines are counted as an editor numbers them', () => {
  expect(lineCount('')).toBe(1)
  expect(lineCount('a\n')).toBe(2)
})

test('a line with an error and a warning is marked as an error', () => {
  const issue = (severity: 'error' | 'warning', line: number) => ({
    severity,
    kind: 'build' as const,
    code: '',
    path: '',
    message: '',
    line,
    column: 1,
  })
  const marks = markedLines([issue('warning', 2), issue('error', 2), issue('warning', 2), issue('warning', 3)])
  expect([...marks]).toEqual([
    [2, 'error'],
    [3, 'warning'],
  ])
})

test('a table is found by the beginning of its name', () => {
  expect(lineOfTable('a = 1\n[queue.schedule.remote]\n', 'queue.schedule')).toBe(2)
  expect(lineOfTable('a = 1', 'queue.schedule')).toBeNull()
})
