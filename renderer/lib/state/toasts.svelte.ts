import type { Saying } from '../words/words.svelte.ts'

export interface Toast {
  readonly id: number
  readonly said: Saying
  /** Undo, mostly. */
  readonly action: { readonly said: Saying; run(): void } | null
}

/** Long enough to read and to reach; a toast under the pointer or the focus stays. */
const SHOWN_MS = 7000

/** What was done, with the way back. Failures are no toasts: they stay where they belong until they are over. */
class Toasts {
  shown = $state.raw<readonly Toast[]>([])
  #next = 1
  #timers = new Map<number, ReturnType<typeof setTimeout>>()

  show(said: Saying, action: Toast['action'] = null): void {
    const toast = { id: this.#next++, said, action }
    this.shown = [...this.shown, toast].slice(-3)
    this.resume(toast.id)
  }
  dismiss(id: number): void {
    this.pause(id)
    this.shown = this.shown.filter((toast) => toast.id !== id)
  }
  pause(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
  }
  resume(id: number): void {
    this.pause(id)
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), SHOWN_MS),
    )
  }
}
export const toasts = new Toasts()
