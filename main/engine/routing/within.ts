import type { Clock } from '../system/index.ts'

/** Work that did not end in the time it was given. It may still go on; nobody waits for it. */
export class LateError extends Error {
  override readonly name = 'LateError'
}

/**
 * The work's own end, or a LateError after `ms` or when `signal` says that nobody waits any more. What a synchronous start throws comes as a
 * rejection too.
 */
export function within<T>(clock: Clock, ms: number, start: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => settle(() => reject(new LateError('no answer in time')))
    const timer = clock.after(ms, late)
    const settle = (end: () => void): void => {
      timer.cancel()
      signal?.removeEventListener('abort', late)
      end()
    }
    if (signal?.aborted === true) {
      late()
      return
    }
    signal?.addEventListener('abort', late)
    const run = async (): Promise<T> => start()
    run().then(
      (value) => settle(() => resolve(value)),
      (thrown: unknown) => settle(() => reject(thrown instanceof Error ? thrown : new Error(String(thrown)))),
    )
  })
}
