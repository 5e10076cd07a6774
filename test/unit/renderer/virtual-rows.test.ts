import { describe, expect, test } from 'vitest'
import { offsetsOf, rowAt, scrollToShow, windowOf } from '../../../renderer/lib/ui/virtual-rows.ts'

describe('of many rows only those that are seen exist', () => {
  const offsets = offsetsOf([32, 28, 32, 32, 32])
  test('the row at a height', () => {
    expect([0, 31, 32, 59, 60, 1000].map((y) => rowAt(offsets, y))).toEqual([0, 0, 1, 1, 2, 4])
    expect(rowAt(offsetsOf([]), 10)).toBe(0)
  })
  test('the window has a few spare rows on both sides', () => {
    expect(windowOf(offsets, 40, 30, 0)).toEqual([1, 3])
    expect(windowOf(offsets, 40, 30, 1)).toEqual([0, 4])
    expect(windowOf(offsets, 0, 10_000, 5)).toEqual([0, 5])
    expect(windowOf(offsetsOf([]), 0, 100, 5)).toEqual([0, 0])
  })
  test('a row is brought wholly into sight, and nothing moves when it is there', () => {
    expect(scrollToShow(offsets, 0, 40, 64, 28)).toBe(0)
    expect(scrollToShow(offsets, 4, 0, 64, 28)).toBe(156 - 64 + 28)
    expect(scrollToShow(offsets, 2, 40, 100, 28)).toBe(40)
  })
  test('the row of a hundred thousand is found at once', () => {
    const many = offsetsOf(new Float64Array(100_000).fill(32))
    expect(rowAt(many, 32 * 77_777 + 5)).toBe(77_777)
  })
})
