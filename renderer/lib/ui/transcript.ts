import type { TranscriptLine } from '../../../main/contract/activity.ts'
import type { Tone } from '../tone.ts'

/** What went wrong has a band: their 4xx in ochre, their 5xx in red. Everything else is none. */
export function toneOfLine(line: TranscriptLine): Tone {
  if (line.by !== 'them') return 'none'
  const last = line.text.trimEnd().split('\n').at(-1) ?? ''
  if (/^4\d\d[ -]?/.test(last)) return 'waiting'
  return /^5\d\d[ -]?/.test(last) ? 'failed' : 'none'
}

/** Cuts a line at the word that stands for a secret, so that it can be shown as what it is. Only the last word of our own AUTH lines is one. */
export function splitHidden(text: string): readonly { readonly text: string; readonly hidden: boolean }[] {
  const found = /^(.*\s|)hidden$/s.exec(text)
  if (found === null) return [{ text, hidden: false }]
  return [
    { text: found[1] ?? '', hidden: false },
    { text: 'hidden', hidden: true },
  ]
}

/** A transcript as text to paste into a mail: seconds, arrow, line. */
export function transcriptText(lines: readonly TranscriptLine[]): string {
  const arrows = { us: '→', them: '←', note: '·' }
  return lines
    .map((line) => `${(line.at / 1000).toFixed(2).padStart(7)} ${arrows[line.by]} ${line.text.replaceAll('\n', '\n          ')}`)
    .join('\n')
}
