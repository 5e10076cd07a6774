import { describe, expect, test } from 'vitest'
import { layoutOf, sameMessage } from '../../../../renderer/screens/mailboxes/list-layout.ts'

const noon = new Date(2026, 10, 23, 12).getTime() / 1000
const HOUR = 3600

describe('the list of a mailbox', () => {
  test('each day begins with its heading', () => {
    const { lines, lineOf, offsets } = layoutOf([noon, noon - HOUR, noon - 24 * HOUR, noon - 25 * HOUR], 50, 20)
    expect([...lines]).toEqual([-1, 0, 1, -3, 2, 3])
    expect([...lineOf]).toEqual([1, 2, 4, 5])
    expect([...offsets]).toEqual([0, 20, 70, 120, 140, 190, 240])
  })

  test('nothing is no line', () => {
    expect([...layoutOf([], 50, 20).lines]).toEqual([])
  })

  test('a hundred thousand messages are laid out in no time', () => {
    const times = Array.from({ length: 100_000 }, (_, index) => noon - index * 600)
    const begun = performance.now()
    expect(layoutOf(times, 50, 20).lineOf).toHaveLength(100_000)
    expect(performance.now() - begun).toBeLessThan(500)
  })
})

describe('a message keeps its place in the eye', () => {
  const before = [100, 90, 90, 80]
  test.each([
    ['nothing changed', before, [0, 1, 2, 3]],
    ['one came on top', [110, ...before], [1, 2, 3, 4]],
    ['one came in the same second', [100, 90, 90, 90, 80], [0, 2, 3, 4]],
    ['one went', [100, 90, 80], [0, -1, 1, 2]],
    ['all went', [], [-1, -1, -1, -1]],
  ])('%s', (_, after, places) => {
    expect(before.map((_time, index) => sameMessage(before, index, after))).toEqual(places)
  })
})
