import type { ActivityDraft, TranscriptLine } from '../../contract/index.ts'

/** A server may answer with megabytes; a line of the log stays readable and quick. In UTF-16 units. */
const MAX_TEXT = 4096
const MAX_TRANSCRIPT = 65_536

/** The draft with every text at most 4096 and its transcript at most 65536 letters long: beginning and end stay, what was left out is said. */
export function boundDraft<D extends ActivityDraft>(draft: D): D {
  const bounded = boundTexts(draft)
  return bounded.type === 'attempted' ? { ...bounded, transcript: boundTranscript(bounded.transcript) } : bounded
}

function boundTexts<T>(value: T): T
function boundTexts(value: unknown): unknown {
  if (typeof value === 'string') return boundText(value)
  if (Array.isArray(value)) return value.map((item: unknown) => boundTexts(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, boundTexts(item)]))
}

function boundText(text: string): string {
  if (text.length <= MAX_TEXT) return text
  const tail = MAX_TEXT / 4
  const head = MAX_TEXT - tail - 40
  return `${text.slice(0, head)} … (${text.length - head - tail} letters left out) … ${text.slice(-tail)}`
}

function boundTranscript(lines: readonly TranscriptLine[]): TranscriptLine[] {
  const total = lines.reduce((sum, line) => sum + line.text.length, 0)
  if (total <= MAX_TRANSCRIPT) return [...lines]
  const head = takeWithin(lines, (MAX_TRANSCRIPT * 3) / 4)
  const tail = takeWithin([...lines].reverse(), MAX_TRANSCRIPT / 4).reverse()
  const note: TranscriptLine = { at: head.at(-1)?.at ?? 0, by: 'note', text: `${lines.length - head.length - tail.length} lines left out` }
  return [...head, note, ...tail]
}

function takeWithin(lines: readonly TranscriptLine[], letters: number): TranscriptLine[] {
  let sum = 0
  const over = lines.findIndex((line) => (sum += line.text.length) > letters)
  return lines.slice(0, over < 0 ? lines.length : over)
}
