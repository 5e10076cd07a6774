import { boundsOfDay } from '../../../main/contract/activity-view.ts'
import type { ActivityRow } from '../../../main/contract/activity.ts'
import { dayKey } from '../../lib/format/time.ts'

/** A line of the log: a message, or the day that begins. */
export type LogLine = { readonly kind: 'row'; readonly row: ActivityRow } | { readonly kind: 'day'; readonly day: string }

export interface LogHeights {
  readonly row: number
  readonly day: number
}

/** The rows of one day. */
interface Section {
  readonly day: string
  readonly headed: boolean
  readonly firstRow: number
  readonly firstLine: number
  readonly top: number
}

/** Where the lines of the log stand. Worked out from its days alone, so that a hundred thousand rows cost no more than ten. */
export interface LogLayout {
  /** Lines, headings among them. */
  readonly length: number
  readonly height: number
  line(index: number): LogLine | undefined
  top(index: number): number
  /** The line at a height: the last whose top is not below it. */
  at(y: number): number
  /** The line of a row. */
  ofRow(row: number): number
}

/**
 * Puts a heading before each day but today's, which needs none at the top.
 * @param rows   newest first
 * @param today  `2026-11-23`
 */
export function layLog(rows: readonly ActivityRow[], today: string, heights: LogHeights): LogLayout {
  const sections = sectionsOf(rows, today, heights)
  const last = sections.at(-1)
  const length = last === undefined ? 0 : last.firstLine + (last.headed ? 1 : 0) + rows.length - last.firstRow
  const top = (index: number): number => {
    const section = lastOf(sections, (one) => one.firstLine <= index)
    if (section === undefined) return 0
    const within = index - section.firstLine
    if (!section.headed) return section.top + within * heights.row
    return within === 0 ? section.top : section.top + heights.day + (within - 1) * heights.row
  }
  return {
    length,
    height: top(length),
    top,
    line(index) {
      const section = lastOf(sections, (one) => one.firstLine <= index)
      if (section === undefined) return undefined
      const within = index - section.firstLine - (section.headed ? 1 : 0)
      if (within < 0) return { kind: 'day', day: section.day }
      const row = rows[section.firstRow + within]
      return row === undefined ? undefined : { kind: 'row', row }
    },
    at(y) {
      const section = lastOf(sections, (one) => one.top <= y)
      if (section === undefined) return 0
      const below = y - section.top
      const within = section.headed
        ? below < heights.day
          ? 0
          : 1 + Math.floor((below - heights.day) / heights.row)
        : Math.floor(below / heights.row)
      return Math.min(section.firstLine + within, Math.max(length - 1, 0))
    },
    ofRow(row) {
      const section = lastOf(sections, (one) => one.firstRow <= row)
      return section === undefined ? -1 : section.firstLine + (section.headed ? 1 : 0) + row - section.firstRow
    },
  }
}

/**
 * The lines that exist on the page: always as many, so that each one that leaves is the one that comes.
 * @param count  what fills the height, with some to spare on both sides
 * @returns first and one past the last
 */
export function linesSeen(layout: LogLayout, scrollTop: number, count: number, spare: number): readonly [number, number] {
  const first = Math.max(0, Math.min(layout.at(Math.max(0, scrollTop)) - spare, layout.length - count))
  return [first, Math.min(layout.length, first + count)]
}

/**
 * A line on the page, and the element it stands in. Both are counted from the end of the log: a new row at the top leaves all others as they are,
 * and the page only grows above them.
 */
export interface DrawnLine {
  readonly slot: number
  /** 1 for the last line. */
  readonly fromEnd: number
  readonly line: LogLine
}

/**
 * The lines on the page from one moment to the next: those that stay are the very same objects, so that only the elements of those that come
 * are touched.
 */
export class DrawnLines {
  #known = new Map<number, DrawnLine>()

  /** @param slots  how many elements there are */
  update(layout: LogLayout, [from, to]: readonly [number, number], slots: number): readonly DrawnLine[] {
    const drawn: DrawnLine[] = []
    for (let index = from; index < to; index++) {
      const line = layout.line(index)
      if (line === undefined) continue
      const fromEnd = layout.length - index
      const slot = fromEnd % slots
      const known = this.#known.get(slot)
      drawn.push(known?.fromEnd === fromEnd && isSame(known.line, line) ? known : { slot, fromEnd, line })
    }
    this.#known = new Map(drawn.map((one) => [one.slot, one]))
    return drawn
  }
}

function isSame(a: LogLine, b: LogLine): boolean {
  return a.kind === 'row' ? b.kind === 'row' && a.row === b.row : b.kind === 'day' && a.day === b.day
}

/** Where to scroll so that a line is wholly seen; the same place when it is already. `head` is what covers the top. */
export function scrollToSee(layout: LogLayout, index: number, scrollTop: number, height: number, head: number): number {
  const top = layout.top(index)
  const bottom = layout.top(index + 1)
  if (top < scrollTop) return top
  return bottom > scrollTop + height - head ? bottom - height + head : scrollTop
}

function sectionsOf(rows: readonly ActivityRow[], today: string, heights: LogHeights): Section[] {
  const sections: Section[] = []
  let firstRow = 0
  let firstLine = 0
  let top = 0
  while (firstRow < rows.length) {
    const day = dayKey(rows[firstRow]?.acceptedAt ?? 0)
    const headed = !(sections.length === 0 && day === today)
    sections.push({ day, headed, firstRow, firstLine, top })
    const next = firstBefore(rows, boundsOfDay(day)[0], firstRow)
    firstLine += next - firstRow + (headed ? 1 : 0)
    top += (next - firstRow) * heights.row + (headed ? heights.day : 0)
    firstRow = next
  }
  return sections
}

/** The first row at or behind `from` that was accepted before that time; by halving, since the newest come first. */
function firstBefore(rows: readonly ActivityRow[], time: number, from: number): number {
  let low = from + 1
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.acceptedAt ?? 0) < time) high = middle
    else low = middle + 1
  }
  return low
}

function lastOf(sections: readonly Section[], isBefore: (section: Section) => boolean): Section | undefined {
  let low = 0
  let high = sections.length
  while (low < high) {
    const middle = (low + high) >> 1
    const section = sections[middle]
    if (section !== undefined && isBefore(section)) low = middle + 1
    else high = middle
  }
  return sections[low - 1]
}
