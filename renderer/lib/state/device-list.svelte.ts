import type { DevicesView } from '../../../main/contract/devices.ts'
import { ask, on } from '../bridge.ts'

/** Who sends here and who knocked, shared by the Devices screen and the count beside its name. */
class DeviceList {
  /** null until the engine has answered for the first time. */
  now = $state.raw<DevicesView | null>(null)
  /** Why there is none. */
  problem = $state<string | null>(null)

  /** Asks once and is told from then on. @returns a function that ends it */
  start(): () => void {
    const stop = on('devices.changed', (view) => this.#take(view))
    void this.load()
    return stop
  }
  /** Asks anew: what was done in the window is shown without waiting for the notice. */
  async load(): Promise<void> {
    const answer = await ask('devices.get', {})
    if (answer.ok) this.#take(answer.value)
    else this.problem = answer.problem.text
  }
  #take(view: DevicesView): void {
    this.now = view
    this.problem = null
  }
}
export const deviceList = new DeviceList()
