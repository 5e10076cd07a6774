import { ask } from '../bridge.ts'
import { saying } from '../words/words.svelte.ts'
import type { Saying } from '../words/words.svelte.ts'
import { toasts } from './toasts.svelte.ts'

/** What a person can do with waiting messages, from the log as from the queue. What can be undone is done at once; cancelling asks first. */
class Handling {
  /** The messages about to be cancelled; empty when nothing is asked. */
  asking = $state.raw<readonly string[]>([])
  /** Why the last thing could not be done; stays until the next one. */
  problem = $state<string | null>(null)

  retry(ids: readonly string[]): void {
    void this.#do(ask('queue.retry', { ids: [...ids] }), saying('queue.retried.toast', { count: ids.length }))
  }
  retryAll(): void {
    void this.#do(ask('queue.retryAll', {}), saying('queue.retryAll.toast'))
  }
  hold(ids: readonly string[]): void {
    void this.#do(ask('queue.hold', { ids: [...ids] }), saying('queue.held.toast', { count: ids.length }), () => this.release(ids))
  }
  release(ids: readonly string[]): void {
    void this.#do(ask('queue.release', { ids: [...ids] }), saying('queue.released.toast', { count: ids.length }), () => this.hold(ids))
  }
  askCancel(ids: readonly string[]): void {
    this.asking = ids
  }
  async cancel(bounce: boolean): Promise<void> {
    const ids = this.asking
    this.asking = []
    await this.#do(ask('queue.cancel', { ids: [...ids], bounce }), saying('queue.cancelled.toast', { count: ids.length }))
  }

  async #do(answering: ReturnType<typeof ask<'queue.retry'>>, done: Saying, undo?: () => void): Promise<void> {
    const answer = await answering
    this.problem = answer.ok ? null : answer.problem.text
    if (answer.ok) toasts.show(done, undo === undefined ? null : { said: saying('undo'), run: undo })
  }
}
export const handling = new Handling()
