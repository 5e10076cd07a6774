import { tick } from 'svelte'
import { t } from '../../lib/words/words.svelte.ts'

/** A rule in somebody's hand: where it stood and where it would be let go. */
interface Moving {
  readonly from: number
  readonly to: number
}

/** Moving rules by mouse or by keyboard. Nothing is saved until it is let go; Escape puts it back. */
export class RuleOrder {
  moving = $state.raw<Moving | null>(null)
  /** For the screen reader. */
  told = $state('')
  readonly #onmove: (from: number, to: number) => void
  readonly #focus: (index: number) => void
  /** The row is being put elsewhere, or the pointer holds it: losing the focus meanwhile does not mean letting go. */
  #held = false

  /** @param focus  puts the focus on the grip of the row at a place */
  constructor(onmove: (from: number, to: number) => void, focus: (index: number) => void) {
    this.#onmove = onmove
    this.#focus = focus
  }

  /** The place in the saved list of what is shown at `index`. */
  original(index: number): number {
    if (this.moving === null) return index
    const { from, to } = this.moving
    if (index === to) return from
    if (from < to && index >= from && index < to) return index + 1
    return to < from && index > to && index <= from ? index - 1 : index
  }

  /** Follows the pointer from the grip on. @param rows  the rows as they stand at the start */
  drag(event: PointerEvent, from: number, rows: readonly HTMLElement[]): void {
    if (event.button !== 0 || this.moving !== null) return
    event.preventDefault()
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
    const boxes = rows.map((row) => row.getBoundingClientRect())
    const stop = new AbortController()
    const { signal } = stop
    window.addEventListener('pointermove', (move) => this.#to(from, placeAt(boxes, from, move.clientY)), { signal })
    this.#held = true
    const end = (kept: boolean): void => {
      stop.abort()
      this.#held = false
      if (kept) this.settle()
      else this.#cancel()
    }
    window.addEventListener('pointerup', () => end(true), { signal })
    window.addEventListener('pointercancel', () => end(false), { signal })
    const key = (pressed: KeyboardEvent): void => {
      if (pressed.key === 'Escape') end(false)
    }
    window.addEventListener('keydown', key, { signal })
  }

  /** Arrows lift and move, Enter or the space bar lets go, Escape puts back. */
  key(event: KeyboardEvent, index: number, count: number): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      const to = Math.max(0, Math.min(count - 1, index + step))
      void this.#carry(this.original(index), to)
      this.told = t('rules.moved', { number: to + 1, count })
    } else if (event.key === 'Escape' && this.moving !== null) {
      event.preventDefault()
      event.stopPropagation()
      this.#cancel()
    } else if ((event.key === 'Enter' || event.key === ' ') && this.moving !== null) {
      event.preventDefault()
      this.settle()
    }
  }

  /** The focus has gone elsewhere: lets go, unless it is the row itself that goes elsewhere. */
  leave(): void {
    if (!this.#held) this.settle()
  }
  /** Lets go: what moved is saved. */
  settle(): void {
    const moving = this.moving
    if (moving === null) return
    this.moving = null
    if (moving.from !== moving.to) this.#onmove(moving.from, moving.to)
  }
  #cancel(): void {
    const from = this.moving?.from
    this.moving = null
    if (from !== undefined) void tick().then(() => this.#focus(from))
    this.told = t('rules.moved.back')
  }
  /** Moves the row by keyboard, and the focus with it: an element that changes its place loses it. */
  async #carry(from: number, to: number): Promise<void> {
    this.#held = true
    this.#to(from, to)
    await tick()
    this.#focus(to)
    this.#held = false
  }
  #to(from: number, to: number): void {
    if (this.moving !== null || to !== from) this.moving = { from, to }
  }
}

/** The place whose row the pointer is over: past a row's middle is past the row. */
function placeAt(boxes: readonly DOMRect[], from: number, y: number): number {
  const above = boxes.filter((box, index) => index !== from && y > box.top + box.height / 2).length
  return Math.min(above, boxes.length - 1)
}
