/** Where rows of known heights stand: `offsets[i]` is the top of row i in pixels, the last value the whole height. */
export function offsetsOf(heights: ArrayLike<number>): Float64Array {
  const offsets = new Float64Array(heights.length + 1)
  for (let index = 0; index < heights.length; index++) offsets[index + 1] = (offsets[index] ?? 0) + (heights[index] ?? 0)
  return offsets
}

/** The row at a height, by halving: the last whose top is not below it. */
export function rowAt(offsets: Float64Array, y: number): number {
  let low = 0
  let high = Math.max(offsets.length - 2, 0)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((offsets[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return low
}

/** The rows that must exist for what is seen, with `spare` more on both sides. @returns first and one past the last */
export function windowOf(offsets: Float64Array, scrollTop: number, height: number, spare: number): readonly [number, number] {
  const count = offsets.length - 1
  if (count <= 0) return [0, 0]
  const first = Math.max(0, rowAt(offsets, Math.max(0, scrollTop)) - spare)
  return [first, Math.min(count, rowAt(offsets, scrollTop + height) + 1 + spare)]
}

/** Where to scroll so that a row is wholly seen; the same place when it is already. `head` is what covers the top. */
export function scrollToShow(offsets: Float64Array, index: number, scrollTop: number, height: number, head: number): number {
  const top = offsets[index] ?? 0
  const bottom = offsets[index + 1] ?? top
  if (top < scrollTop) return top
  return bottom > scrollTop + height - head ? bottom - height + head : scrollTop
}
