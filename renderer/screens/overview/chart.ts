import type { DayCounts } from '../../../main/contract/channels.ts'
import type { Tone } from '../../lib/tone.ts'

/** Pixels. */
const TOP = 22
const BOTTOM = 150
/** What failed or waits is few beside what was delivered: its line is never thinner than this. */
const LEAST = 3
const GAP = 1

export interface ChartBlock {
  readonly tone: Tone | 'now'
  readonly y: number
  readonly height: number
}
export interface ChartDay {
  readonly day: string
  readonly blocks: readonly ChartBlock[]
  readonly failed: number
  /** Where the number of failures stands, above the bar. */
  readonly top: number
}
export interface Chart {
  readonly days: readonly ChartDay[]
  readonly grid: readonly { readonly value: number; readonly y: number }[]
}

/** A top of the scale that is easy to halve: 2, 4, 10, 20, 40, 100, 200 … at least `most`. */
export function niceTop(most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [2, 4, 10]) if (step * power >= most) return step * power
  }
}

/** Where each day's bar stands: delivered at the bottom (today in its own colour), then waiting, held and failed, each with its line. */
export function chartOf(days: readonly DayCounts[]): Chart {
  const top = niceTop(Math.max(2, ...days.map((day) => day.delivered + day.waiting + day.held + day.failed)))
  const scale = (BOTTOM - TOP) / top
  const at = (day: DayCounts, index: number): ChartDay => {
    let y = BOTTOM
    const blocks: ChartBlock[] = []
    const kinds = [
      [index === days.length - 1 ? 'now' : 'delivered', day.delivered],
      ['waiting', day.waiting],
      ['held', day.held],
      ['failed', day.failed],
    ] as const
    for (const [tone, amount] of kinds) {
      if (amount === 0) continue
      const height = Math.max(amount * scale, LEAST)
      y -= height + (blocks.length > 0 ? GAP : 0)
      blocks.push({ tone, y, height })
    }
    return { day: day.day, blocks, failed: day.failed, top: y }
  }
  return { days: days.map(at), grid: [0, top / 2, top].map((value) => ({ value, y: BOTTOM - value * scale })) }
}
