/** A stored message as text that can be looked at: nothing in it turns, hides or hangs. */

const LONGEST_LINE = 2000
const MOST_LINES = 5000
/** Marks that turn or hide writing, and control characters but the tab. */
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]/g // eslint-disable-line no-control-regex -- they are what is looked for

/** One line at a time: what cannot be seen stands as its number, `⟨U+202E⟩`, and a line without end is cut. */
export function sourceLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|\n|\r/)
  const shown = lines.slice(0, MOST_LINES).map((line) => {
    const cut = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}… (${line.length - LONGEST_LINE})` : line
    return cut.replace(unseen, numbered)
  })
  return lines.length > MOST_LINES ? [...shown, '…'] : shown
}

function numbered(character: string): string {
  return `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`
}
