/**
 * One costly call for everybody who waits: a caller during a run waits for the next one, since the run under way may have begun before what this
 * caller wants to be covered.
 */
export function shareCalls(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null

  function begin(): Promise<void> {
    const current = run().finally(() => {
      if (running === current) running = null
    })
    running = current
    return current
  }

  return () => {
    if (running === null) return begin()
    next ??= running.then(follow, follow)
    return next
  }

  function follow(): Promise<void> {
    next = null
    return begin()
  }
}
