import type { Status } from '../../../main/contract/channels.ts'
import type { Tone } from '../../lib/tone.ts'

type Cell = Status['rack'][number]

/** One line of the sorting rack: what one device sent today, a hole for each route. */
export interface SortingLine {
  readonly device: string
  /** ms since 1970. */
  readonly lastAt: number
  readonly holes: readonly (Cell | null)[]
  readonly total: number
}

export const inHole = (cell: Cell): number => cell.delivered + cell.waiting + cell.held + cell.failed

/**
 * Sorts cells into lines and columns. The busiest device is on top; routes stand in the order given, those unknown to it behind.
 * @param order  route ids as the settings list them
 */
export function sortRack(
  cells: readonly Cell[],
  order: readonly string[],
): { readonly routes: readonly string[]; readonly lines: readonly SortingLine[] } {
  const used = new Set(cells.map((cell) => cell.route))
  const routes = [...order.filter((route) => used.has(route)), ...[...used].filter((route) => !order.includes(route)).sort()]
  const lines = [...new Set(cells.map((cell) => cell.device))].map((device) => {
    const own = cells.filter((cell) => cell.device === device)
    return {
      device,
      lastAt: Math.max(...own.map((cell) => cell.lastAt)),
      holes: routes.map((route) => own.find((cell) => cell.route === route) ?? null),
      total: own.reduce((sum, cell) => sum + inHole(cell), 0),
    }
  })
  return { routes, lines: lines.sort((a, b) => b.total - a.total || a.device.localeCompare(b.device)) }
}

/** The lines that lie in a hole, from the bottom: one for 1 message and one more for each doubling; exceptions on top, one line a kind. */
export function stackOf(cell: Cell): readonly Tone[] {
  const total = inHole(cell)
  if (total === 0) return []
  const exceptions = (['waiting', 'held', 'failed'] as const).filter((kind) => cell[kind] > 0)
  const height = Math.max(1 + Math.floor(Math.log2(total)), exceptions.length)
  return [...Array<Tone>(height - exceptions.length).fill('delivered'), ...exceptions]
}
