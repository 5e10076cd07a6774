import { foreign } from '../../lib/format/foreign.ts'

/** One header field, unfolded. */
export interface HeaderField {
  readonly name: string
  readonly value: string
}

const MOST_FIELDS = 200
const LONGEST = 4000

/**
 * Cuts a header block (RFC 5322 §2.2) into fields to be shown: folded lines joined, encoded words (RFC 2047) decoded, what would turn or
 * hide writing made visible, endless values cut. Lines that are no field are shown as they are, without a name.
 */
export function headerFields(block: string): readonly HeaderField[] {
  const unfolded = block.replace(/\r?\n[ \t]+/g, ' ')
  return unfolded
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .slice(0, MOST_FIELDS)
    .map((line) => {
      const colon = line.indexOf(':')
      const isField = colon > 0 && /^[\x21-\x39\x3b-\x7e]+$/.test(line.slice(0, colon))
      return isField ? { name: line.slice(0, colon), value: shown(line.slice(colon + 1).trim()) } : { name: '', value: shown(line) }
    })
}

function shown(value: string): string {
  return foreign(decodeWords(value.slice(0, 4 * LONGEST)), LONGEST)
}

function decodeWords(text: string): string {
  // White space between two encoded words is not part of the text (RFC 2047 §6.2).
  return text
    .replace(/(=\?[^?\s]+\?[bq]\?[^?\s]*\?=)\s+(?==\?)/gi, '$1')
    .replace(/=\?([^?\s*]+)(?:\*[^?]*)?\?([bq])\?([^?\s]*)\?=/gi, decodeWord)
}
function decodeWord(whole: string, charset: string, encoding: string, data: string): string {
  try {
    const binary =
      encoding.toLowerCase() === 'b'
        ? atob(data)
        : data.replaceAll('_', ' ').replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    return new TextDecoder(charset).decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
  } catch (thrown) {
    // An unknown charset or broken base64: what was sent is still better than nothing.
    if (thrown instanceof RangeError || thrown instanceof DOMException) return whole
    throw thrown
  }
}
