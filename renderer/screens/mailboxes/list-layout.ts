import { offsetsOf } from '../../lib/ui/virtual-rows.ts'

/** The list as lines of known heights: messages, and a heading before the first of each day. */
export interface ListLayout {
  /** A message's place in the list, or below 0 the heading of the day of message -1 - n. */
  readonly lines: Int32Array
  /** The line of each message. */
  readonly lineOf: Int32Array
  /** Tops in pixels, the whole height last. */
  readonly offsets: Float64Array
}

/** @param times seconds since 1970, newest first @param row @param day heights in pixels */
export function layoutOf(times: readonly number[], row: number, day: number): ListLayout {
  const lines = new Int32Array(times.length * 2)
  const lineOf = new Int32Array(times.length)
  let count = 0
  let dayBegins = Infinity
  times.forEach((time, index) => {
    if (time * 1000 < dayBegins) {
      dayBegins = new Date(time * 1000).setHours(0, 0, 0, 0)
      lines[count++] = -1 - index
    }
    lineOf[index] = count
    lines[count++] = index
  })
  const used = lines.subarray(0, count)
  return { lines: used, lineOf, offsets: offsetsOf(Float64Array.from(used, (line) => (line < 0 ? day : row))) }
}

/**
 * Where a message stands after the list was read anew, by its time: those of the same second keep their order from the end, since what is new
 * comes before them. @returns -1 when no message has that time any more
 */
export function sameMessage(before: readonly number[], index: number, after: readonly number[]): number {
  const time = before[index]
  if (time === undefined) return -1
  let fromEnd = 0
  while (before[index + fromEnd + 1] === time) fromEnd++
  const last = lastNotOlder(after, time)
  return after[last - fromEnd] === time ? last - fromEnd : -1
}

/** The last place whose time is not before `time`; the times go down. */
function lastNotOlder(times: readonly number[], time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) >= time) low = middle + 1
    else high = middle
  }
  return low - 1
}
