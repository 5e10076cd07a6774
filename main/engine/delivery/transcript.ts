import type { TranscriptLine } from '../../contract/index.ts'
import type { Clock } from '../system/index.ts'

const MAX_LINES = 400
const MAX_LINE_LENGTH = 1000

/** Both sides' lines of one attempt, with time since its start. Bounded: what goes beyond 400 lines is counted, not kept. */
export class Transcript {
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #onLine: (line: TranscriptLine) => void
  readonly #lines: TranscriptLine[] = []
  #dropped = 0

  /** @param onLine  is told each line that is kept, as it is said */
  constructor(clock: Clock, onLine: (line: TranscriptLine) => void = () => undefined) {
    this.#clock = clock
    this.#startedAt = clock.monotonic()
    this.#onLine = onLine
  }

  us(text: string): void {
    this.#add('us', text)
  }

  them(text: string): void {
    this.#add('them', text)
  }

  note(text: string): void {
    this.#add('note', text)
  }

  /** As it is now: what the peer says later, to QUIT for example, does not change it any more. */
  lines(): TranscriptLine[] {
    if (this.#dropped === 0) return [...this.#lines]
    return [...this.#lines, { at: this.#age(), by: 'note', text: `${this.#dropped} more lines were not kept` }]
  }

  #add(by: TranscriptLine['by'], text: string): void {
    if (this.#lines.length >= MAX_LINES) {
      this.#dropped += 1
      return
    }
    const line = { at: this.#age(), by, text: text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH)}…` : text }
    this.#lines.push(line)
    this.#onLine(line)
  }

  #age(): number {
    return Math.max(0, Math.round((this.#clock.monotonic() - this.#startedAt) * 10) / 10)
  }
}

/** Bytes for people: `8.4 kB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const [value, unit] = bytes < 999_950 ? [bytes / 1000, 'kB'] : [bytes / 1_000_000, 'MB']
  return `${value.toFixed(1)} ${unit}`
}
