import type { Page } from 'playwright-core'

export interface Frames {
  readonly perSecond: number
  /** Milliseconds between frames. */
  readonly median: number
  readonly p95: number
  readonly p99: number
  readonly longest: number
  /** Share of frames that came later than 50 a second allow. */
  readonly late: number
}

/**
 * Counts the frames of the page for a while.
 * @param pxPerFrame  how far the log is scrolled with each; 0 leaves it where it is
 */
export async function framesOf(window: Page, seconds: number, pxPerFrame: number): Promise<Frames> {
  const deltas = await window.evaluate(
    async ({ ms, px }) => {
      const box = document.querySelector<HTMLElement>('[role=grid]')
      const found: number[] = []
      let way = px
      await new Promise<void>((resolve) => {
        const begun = performance.now()
        let last = begun
        const frame = (): void => {
          const now = performance.now()
          found.push(now - last)
          last = now
          if (box !== null && px !== 0) {
            const before = box.scrollTop
            box.scrollTop = before + way
            // At an end it turns round.
            if (box.scrollTop === before || box.scrollTop < 500) way = box.scrollTop < 1000 ? px : -px
          }
          if (now - begun > ms) resolve()
          else requestAnimationFrame(frame)
        }
        requestAnimationFrame(frame)
      })
      return found.slice(1)
    },
    { ms: seconds * 1000, px: pxPerFrame },
  )
  const sorted = [...deltas].sort((a, b) => a - b)
  const at = (share: number): number => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN)
  const sum = deltas.reduce((all, one) => all + one, 0)
  return {
    perSecond: round((deltas.length * 1000) / sum),
    median: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    longest: at(1),
    late: round(deltas.filter((delta) => delta > 20).length / deltas.length),
  }
}

/** Scrolls to the end again and again until so many rows are there. @returns seconds it took */
export async function loadRows(window: Page, rows: number): Promise<number> {
  return window.evaluate(async (wanted) => {
    const begun = performance.now()
    const box = document.querySelector<HTMLElement>('[role=grid]')
    if (box === null) throw new Error('no log')
    const rowPx = 2 * parseFloat(getComputedStyle(document.documentElement).fontSize)
    while (box.scrollHeight < wanted * rowPx) {
      box.scrollTop = box.scrollHeight
      await new Promise((resolve) => requestAnimationFrame(resolve))
      if (performance.now() - begun > 600_000) throw new Error(`only ${Math.floor(box.scrollHeight / rowPx)} rows after ten minutes`)
    }
    return Math.round(performance.now() - begun) / 1000
  }, rows)
}

/** Bytes that the page's scripts hold after a collection, and elements on the page. */
export async function heapOf(window: Page): Promise<{ readonly bytes: number; readonly nodes: number }> {
  const session = await window.context().newCDPSession(window)
  try {
    await session.send('HeapProfiler.enable')
    await session.send('HeapProfiler.collectGarbage')
    await session.send('Performance.enable')
    const { metrics } = await session.send('Performance.getMetrics')
    const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? NaN
    return { bytes: value('JSHeapUsedSize'), nodes: value('Nodes') }
  } finally {
    await session.detach()
  }
}

export function round(value: number): number {
  return Math.round(value * 100) / 100
}
