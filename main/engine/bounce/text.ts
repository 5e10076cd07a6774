/** Everything above 7 bits, or a control character that has no business in a message. */
const NOT_PLAIN = /[^\t\n\r\x20-\x7e]/

export const isPlain = (text: string): boolean => !NOT_PLAIN.test(text)

/** Free text as one line of a header or of a status field: no line breaks, no control characters. */
export function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
}

/**
 * Decodes xtext (RFC 3461 §4): `+41` is `A`. Octets are read as UTF-8. A malformed `+` stays as it is: what a client sent wrongly must not
 * break the report about it.
 */
export function decodeXtext(xtext: string): string {
  return Buffer.from(
    xtext.replace(/\+([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')
}

/** An address in ASCII by RFC 6533 §3, `utf-8-addr-xtext`: characters beyond ASCII as `\x{F8}`. */
export function asciiAddress(address: string): string {
  return oneLine(address).replace(/[^\x20-\x7e]/gu, (char) => `\\x{${(char.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`)
}

/** A header value in ASCII: words beyond it as encoded words of at most 75 characters (RFC 2047 §2). */
export function encodeHeaderText(text: string): string {
  const line = oneLine(text)
  if (isPlain(line)) return line
  const words: string[] = []
  let part = ''
  for (const char of line) {
    // 45 octets make 60 characters of base64.
    if (Buffer.byteLength(part + char) > 45) {
      words.push(part)
      part = ''
    }
    part += char
  }
  return [...words, part].map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ')
}

/** A display name for From: quoted, or as encoded words. */
export function encodeName(name: string): string {
  const line = oneLine(name)
  return isPlain(line) ? `"${line.replace(/["\\]/g, '\\$&')}"` : encodeHeaderText(line)
}

/** `field: value` folded at blanks so that no line is longer than 78 characters where that can be had, and none than 998 (RFC 5322 §2.1.1). */
export function foldField(name: string, value: string): string {
  const lines: string[] = []
  let line = `${name}:`
  for (const word of value.split(' ')) {
    if (line.length + 1 + word.length > 78 && line.trim() !== `${name}:`) {
      lines.push(line)
      line = ''
    }
    line += ` ${word}`
    while (line.length > 900) {
      lines.push(line.slice(0, 900))
      line = ` ${line.slice(900)}`
    }
  }
  return [...lines, line].join('\r\n')
}

/** Quoted-printable (RFC 2045 §6.7) of octets whose line ends are CRLF. */
export function quotedPrintable(content: Buffer): string {
  return content
    .toString('latin1')
    .split('\r\n')
    .map((line) => softBreaks([...line].map((char, i) => quoted(char, i === line.length - 1))))
    .join('\r\n')
}

function quoted(char: string, last: boolean): string {
  const plain = char !== '=' && /[\x20-\x7e\t]/.test(char) && !(last && /[ \t]/.test(char))
  return plain ? char : `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

function softBreaks(tokens: readonly string[]): string {
  let out = ''
  let width = 0
  for (const token of tokens) {
    if (width + token.length > 75) {
      out += '=\r\n'
      width = 0
    }
    out += token
    width += token.length
  }
  return out
}

/** `Mon, 23 Nov 2026 12:00:00 +0000` (RFC 5322 §3.3). */
export function dateTime(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000')
}

/** Wraps words at 76 characters; a longer word stays whole. */
export function wrap(text: string, indent: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > 76) {
      lines.push(indent + line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line].join('\r\n')
}
