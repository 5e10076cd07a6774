import type { Letter } from '../../../main/contract/mailboxes.ts'

export const PAGE = 50
/** Rows further away than this from what is seen may be let go. */
const NEAR = 500
const KEPT = 2000

/** Messages by their place in the list, as far as they were read. */
export type Rows = ReadonlyMap<number, Letter>

export function rowsFrom(offset: number, letters: readonly Letter[]): Rows {
  return new Map(letters.map((letter, index) => [offset + index, letter]))
}

/** With another stretch; what is far from `[first, end)` is let go when there are many. */
export function withLetters(rows: Rows, offset: number, letters: readonly Letter[], [first, end]: readonly [number, number]): Rows {
  const all = [...rows, ...rowsFrom(offset, letters)]
  return new Map(all.length <= KEPT ? all : all.filter(([index]) => index > first - NEAR && index < end + NEAR))
}

/** Pages of the stretch that are not wholly here. */
export function missingPages(rows: Rows, [first, end]: readonly [number, number], total: number): readonly number[] {
  const missing: number[] = []
  for (let page = Math.floor(first / PAGE); page * PAGE < Math.min(end, total); page++) {
    const last = Math.min(page * PAGE + PAGE, total) - 1
    if (!rows.has(page * PAGE) || !rows.has(last)) missing.push(page)
  }
  return missing
}
