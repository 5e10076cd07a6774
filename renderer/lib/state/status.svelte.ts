import type { Status } from '../../../main/contract/channels.ts'
import { ask, on } from '../bridge.ts'

/** How the engine is, as Overview, the sidebar and the counts share it. */
class StatusStore {
  /** null until the engine has answered for the first time. */
  now = $state.raw<Status | null>(null)
  /** Why there is none. */
  problem = $state<string | null>(null)

  /** Asks once and is told from then on. @returns a function that ends it */
  start(): () => void {
    const stop = on('status.changed', (status) => this.#take(status))
    void ask('status.get', {}).then((answer) => {
      if (answer.ok) this.#take(answer.value)
      else this.problem = answer.problem.text
    })
    return stop
  }
  #take(status: Status): void {
    this.now = status
    this.problem = null
  }
}
export const status = new StatusStore()
