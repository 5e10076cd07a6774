import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../../main/contract/activity.ts'
import type { DayCounts, Status } from '../../../../main/contract/channels.ts'
import { say } from '../../../../renderer/lib/words/words.svelte.ts'
import { alertWords } from '../../../../renderer/screens/overview/alert-words.ts'
import { chartOf, niceTop } from '../../../../renderer/screens/overview/chart.ts'
import { sortRack, stackOf } from '../../../../renderer/screens/overview/sorting.ts'
import { alert, NOW } from '../builders.ts'

type Cell = Status['rack'][number]
const cell = (device: string, route: string, more: Partial<Cell> = {}): Cell => ({
  device,
  route,
  delivered: 1,
  waiting: 0,
  held: 0,
  failed: 0,
  lastAt: NOW,
  ...more,
})

describe('the sorting rack', () => {
  test('has the busiest device on top and routes in the settings’ order, unknown ones behind', () => {
    const rack = sortRack([cell('nas', 'gone'), cell('nas', 'm365'), cell('scanner', 'local', { delivered: 5 })], ['local', 'mx', 'm365'])
    expect(rack.routes).toEqual(['local', 'm365', 'gone'])
    expect(rack.lines.map((line) => [line.device, line.total])).toEqual([
      ['scanner', 5],
      ['nas', 2],
    ])
    expect(rack.lines[1]?.holes.map((hole) => hole?.route ?? null)).toEqual([null, 'm365', 'gone'])
  })
  test.each([
    [{ delivered: 0 }, 0],
    [{ delivered: 1 }, 1],
    [{ delivered: 2 }, 2],
    [{ delivered: 3 }, 2],
    [{ delivered: 4 }, 3],
    [{ delivered: 130 }, 8],
  ])('a hole with %j has %d lines', (counts, height) => expect(stackOf(cell('a', 'b', counts))).toHaveLength(height))
  test('exceptions lie on top, one line a kind', () => {
    expect(stackOf(cell('a', 'b', { delivered: 26, waiting: 1, failed: 1 }))).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'waiting',
      'failed',
    ])
    expect(stackOf(cell('a', 'b', { delivered: 0, waiting: 1, held: 1, failed: 1 }))).toEqual(['waiting', 'held', 'failed'])
  })
})

describe('the chart of days', () => {
  const day = (more: Partial<DayCounts>): DayCounts => ({
    day: '2026-11-23',
    accepted: 0,
    delivered: 0,
    waiting: 0,
    held: 0,
    failed: 0,
    ...more,
  })
  test.each([
    [1, 2],
    [2, 2],
    [3, 4],
    [5, 10],
    [11, 20],
    [190, 200],
    [201, 400],
    [5000, 10_000],
  ])('for %d the scale ends at %d', (most, top) => expect(niceTop(most)).toBe(top))
  test('blocks stand on each other without overlap, today in its own colour', () => {
    const chart = chartOf([day({ day: '2026-11-22', delivered: 100 }), day({ delivered: 150, waiting: 4, failed: 1 })])
    expect(chart.bars[0]?.blocks.map((block) => block.tone)).toEqual(['delivered'])
    const blocks = chart.bars[1]?.blocks ?? []
    expect(blocks.map((block) => block.tone)).toEqual(['now', 'waiting', 'failed'])
    for (const [index, block] of blocks.entries()) {
      const below = blocks[index - 1]
      if (below !== undefined) expect(block.y + block.height).toBeLessThan(below.y + 0.001)
      expect(block.height).toBeGreaterThanOrEqual(3)
    }
  })
  test('a day without mail has no block', () => expect(chartOf([day({})]).bars[0]?.blocks).toEqual([]))
  test('the grid names zero, the middle and the top', () => {
    expect(chartOf([day({ delivered: 190 })]).grid.map((line) => line.value)).toEqual([0, 100, 200])
  })
})

describe('what needs a person', () => {
  const nameOf = (route: string): string => (route === 'm365' ? 'Microsoft 365' : route)
  const kinds: Alert['kind'][] = [
    'auth-rejected',
    'route-unknown',
    'rules-failed',
    'config-refused',
    'listener-failed',
    'relay-unreachable',
    'relay-not-found',
    'delivery-failed',
    'double-bounce',
    'disk-low',
    'storage-failed',
    'entry-set-aside',
    'secret-unreadable',
  ]
  test.each(kinds)('%s has a cause and a remedy in whole sentences', (kind) => {
    const words = alertWords(alert(kind, { subject: 'somebody@example.org', detail: '550 no' }), nameOf)
    expect(say(words.title)).not.toMatch(/[{}]|\.$/)
    expect(say(words.text)).toMatch(/^[^{}]+\.$/)
  })
  test('a route is called by its name', () =>
    expect(say(alertWords(alert('auth-rejected'), nameOf).title)).toBe('Microsoft 365 does not let us in'))
  test('a failed message says why and leads to what happened', () => {
    const words = alertWords(
      alert('delivery-failed', { subject: 'r@brandt.example', detail: '550 5.1.1 no such user', entryId: 'E7' }),
      nameOf,
    )
    expect(say(words.text)).toMatch(/^brandt\.example says there is no such mailbox\./)
    expect(words.remedies).toEqual([{ label: 'alert.show', href: '#/activity?message=E7' }])
    expect(words.dismissable).toBe(true)
  })
  test('what is still broken cannot be waved away', () => {
    for (const kind of ['auth-rejected', 'listener-failed', 'disk-low'] as const)
      expect(alertWords(alert(kind), nameOf).dismissable).toBe(false)
  })
})
