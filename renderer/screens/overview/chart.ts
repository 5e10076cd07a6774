import type { CountBucket } from '../../../main/contract/figures.ts'
import type { Tone } from '../../lib/tone.ts'

/** Pixels. */
const TOP = 22
const BOTTOM = 150
/** What failed or waits is few beside what was delivered: its line is never thinner than this. */
const LEAST = 3
const GAP = 1

/** Counts of one bar, whatever time it stands for. */
export type Counted = Omit<CountBucket, 'at'>
export const OUTCOMES = ['delivered', 'waiting', 'held', 'failed'] as const

export interface ChartBlock {
  readonly tone: Tone | 'now'
  readonly y: number
  readonly height: number
}
export interface ChartBar {
  readonly blocks: readonly ChartBlock[]
  readonly failed: number
  /** Where the number of failures stands, above the bar. */
  readonly top: number
}
export interface Chart {
  readonly bars: readonly ChartBar[]
  readonly grid: readonly { readonly value: number; readonly y: number }[]
}

/** A top of the scale that is easy to halve: 2, 4, 10, 20, 40, 100, 200 … at least `most`. */
export function niceTop(most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [2, 4, 10]) if (step * power >= most) return step * power
  }
}

/** Where each bar stands: delivered at the bottom, then waiting, held and failed, each with its line. @param now  the bar that is not over yet */
export function chartOf(counted: readonly Counted[], now = counted.length - 1): Chart {
  const { at, grid } = scaleOf(Math.max(2, ...counted.map((one) => OUTCOMES.reduce((sum, outcome) => sum + one[outcome], 0))))
  const barOf = (one: Counted, index: number): ChartBar => {
    let y = BOTTOM
    const blocks: ChartBlock[] = []
    for (const outcome of OUTCOMES) {
      if (one[outcome] === 0) continue
      const height = Math.max(BOTTOM - at(one[outcome]), LEAST)
      y -= height + (blocks.length > 0 ? GAP : 0)
      blocks.push({ tone: outcome === 'delivered' && index === now ? 'now' : outcome, y, height })
    }
    return { blocks, failed: one.failed, top: y }
  }
  return { bars: counted.map(barOf), grid }
}

/** Heights for values up to `most`, and the three lines of the grid. */
export function scaleOf(most: number): { readonly at: (value: number) => number; readonly grid: Chart['grid'] } {
  const top = niceTop(Math.max(2, most))
  const at = (value: number): number => BOTTOM - (value * (BOTTOM - TOP)) / top
  return { at, grid: [0, top / 2, top].map((value) => ({ value, y: at(value) })) }
}
