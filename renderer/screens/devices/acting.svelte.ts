import type { SaveResult } from '../../../main/contract/channels.ts'
import type { KnownDevice } from '../../../main/contract/devices.ts'
import type { Issue } from '../../../main/contract/issue.ts'
import { ask } from '../../lib/bridge.ts'
import { deviceList } from '../../lib/state/device-list.svelte.ts'
import { toasts } from '../../lib/state/toasts.svelte.ts'
import { saying } from '../../lib/words/words.svelte.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'

type Named = Pick<KnownDevice, 'address' | 'name'>
type Answering = ReturnType<typeof ask<'devices.admit' | 'devices.dismissKnock'>>

/** What a person decides about a device: done at once, with the way back in the toast. */
class Acting {
  busy = $state(false)
  /** Why the last decision could not be carried out; stays until the next one. */
  problems = $state.raw<readonly string[]>([])

  admit({ address, name: given }: Named): Promise<boolean> {
    const before = this.#known(address)
    const name = given || address
    const said = saying('devices.admitted.toast', { name })
    return this.#do(ask('devices.admit', { address, name }), said, () => this.#back(address, before))
  }
  rename(device: KnownDevice, name: string): Promise<boolean> {
    const request = device.blocked ? 'devices.block' : 'devices.admit'
    const said = saying('devices.renamed.toast', { name })
    return this.#do(ask(request, { address: device.address, name }), said, () => this.#back(device.address, device))
  }
  block({ address, name: given }: Named): Promise<boolean> {
    const before = this.#known(address)
    const name = given || address
    const said = saying('devices.blocked.toast', { name })
    return this.#do(ask('devices.block', { address, name }), said, () => this.#back(address, before))
  }
  forget(id: string, name: string): Promise<boolean> {
    return this.#do(ask('devices.forget', { id }), saying('devices.forgotten.toast', { name }))
  }
  limit({ address, name }: Named, messagesPerHour: number, messagesPerDay: number): Promise<boolean> {
    const said = saying('devices.limited.toast', { name: name || address })
    return this.#do(ask('devices.limit', { address, name, messagesPerHour, messagesPerDay }), said)
  }
  dismiss(key: string, address: string): Promise<boolean> {
    return this.#do(ask('devices.dismissKnock', { key }), saying('devices.dismissed.toast', { address }))
  }
  lift(address: string): Promise<boolean> {
    return this.#do(ask('devices.liftBan', { address }), saying('devices.lifted.toast', { address }))
  }

  #known(address: string): KnownDevice | undefined {
    return deviceList.now?.devices.find((device) => device.address === address)
  }
  /** As it was before: blocked, named, or not in the settings at all. */
  async #back(address: string, before: KnownDevice | undefined): Promise<void> {
    const id = this.#known(address)?.id ?? null
    const undone = saying('devices.undone')
    if (before === undefined || before.id === null) {
      if (id !== null) await this.#do(ask('devices.forget', { id }), undone)
    } else await this.#do(ask(before.blocked ? 'devices.block' : 'devices.admit', { address, name: before.name }), undone)
  }
  /** @returns whether it was done */
  async #do(answering: Answering, said: Saying, undo?: () => Promise<void>): Promise<boolean> {
    this.busy = true
    const answer = await answering
    this.problems = answer.ok ? issuesOf(answer.value) : [answer.problem.text]
    if (answer.ok) await deviceList.load()
    this.busy = false
    const done = this.problems.length === 0
    if (done) toasts.show(said, undo === undefined ? null : { said: saying('undo'), run: () => void undo() })
    return done
  }
}
export const acting = new Acting()

/** What stood in the way; nothing when it is saved, or when there was nothing to save. */
function issuesOf(result: SaveResult | void): readonly string[] {
  if (!result || result.saved) return []
  return result.issues.length === 0 ? [''] : result.issues.map((issue: Issue) => issue.message)
}
