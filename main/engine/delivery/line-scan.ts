const LF = 10
const CR = 13
const DOT = 46

/**
 * Index of the first byte of `chunk` before which something must be put to make it fit for the wire; its length when nothing must: a LF without CR
 * before it, anything but LF after a CR, and (with `dots`) a dot that begins a line.
 *
 * Large messages are most of the bytes we send and hardly ever need a change, so four bytes are looked at together wherever none of them can be a
 * line end: less than half the time of a loop over bytes.
 * @param before   the byte that stands before the chunk
 */
export function firstChange(chunk: Buffer, before: number, dots: boolean): number {
  const length = chunk.length
  // Words must lie on addresses that four divides; the bytes before and after them are looked at one by one.
  const lead = Math.min(length, (4 - (chunk.byteOffset & 3)) & 3)
  const words = new Int32Array(chunk.buffer, chunk.byteOffset + lead, (length - lead) >> 2)
  let at = scanBytes(chunk, 0, lead, before, dots)
  if (at < lead) return at
  let word = 0
  while (word < words.length) {
    const last = at === 0 ? before : (chunk[at - 1] as number)
    if (last !== CR && last !== LF) {
      while (word < words.length && !hasControl(words[word] as number)) word++
      at = lead + word * 4
      if (word === words.length) break
    }
    word++
    const end = lead + word * 4
    at = scanBytes(chunk, at, end, at === 0 ? before : (chunk[at - 1] as number), dots)
    if (at < end) return at
  }
  return scanBytes(chunk, at, length, at === 0 ? before : (chunk[at - 1] as number), dots)
}

/** Whether one of the four bytes is below 14, so may be CR or LF ("Bit Twiddling Hacks": determine if a word has a byte less than n). */
function hasControl(word: number): boolean {
  return ((word - 0x0e0e0e0e) & ~word & 0x80808080) !== 0
}

function scanBytes(chunk: Buffer, from: number, to: number, before: number, dots: boolean): number {
  let last = before
  for (let at = from; at < to; at++) {
    const byte = chunk[at] as number
    if (byte === LF) {
      if (last !== CR) return at
    } else if (last === CR || (dots && byte === DOT && last === LF)) return at
    last = byte
  }
  return to
}
