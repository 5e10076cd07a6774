import * as zlib from 'node:zlib'

const TABLE = makeTable()

/**
 * CRC-32 (ISO 3309, as in gzip) over several pieces: give the former result as `before`. Node's own routine is used where there is one (it is ten
 * times quicker); Electron's older Node has none, and both give the same numbers.
 */
export const crc32: (data: Uint8Array, before?: number) => number = hasNative(zlib) ? zlib.crc32 : crc32InScript

/** The same in plain script. Exported for its test. */
export function crc32InScript(data: Uint8Array, before = 0): number {
  let crc = ~before
  for (const byte of data) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}

function hasNative(library: object): library is { crc32: (data: Uint8Array, before?: number) => number } {
  return 'crc32' in library && typeof library.crc32 === 'function'
}

function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    return value
  })
}
