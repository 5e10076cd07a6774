/** An address that a message names: what it shows, and what it means. */
export interface LetterLink {
  readonly text: string
  readonly url: string
}

const MOST = 200
const LONGEST = 2000

/** Only what a browser or a mail program is for. @returns the address as it would be opened; null for everything else */
export function webAddress(value: string): string | null {
  const trimmed = value.trim()
  if (trimmed.length > LONGEST || !/^(https?:\/\/|mailto:)/i.test(trimmed)) return null
  try {
    return new URL(trimmed).href
  } catch {
    return null
  }
}

/** The addresses written out in a text, each once. */
export function linksInText(text: string): readonly LetterLink[] {
  const found = new Map<string, LetterLink>()
  for (const [written] of text.matchAll(/\bhttps?:\/\/[^\s<>"'()[\]{}|\\^`]+/gi)) {
    const shown = written.replace(/[.,;:!?]+$/, '')
    const url = webAddress(shown)
    if (url !== null && !found.has(url)) found.set(url, { text: shown, url })
    if (found.size === MOST) break
  }
  return [...found.values()]
}

/** Each once, at most 200. */
export function distinctLinks(links: readonly LetterLink[]): readonly LetterLink[] {
  return [...new Map(links.map((link) => [`${link.url} ${link.text}`, link])).values()].slice(0, MOST)
}
