import type { Engine } from '../../main/engine/engine.ts'
import type { Chance } from './chance.ts'
import type { Ledger } from './ledger.ts'
import type { World } from './world.ts'

/** A person at the window does something, anything: hold, release, cancel, retry, pause. */
export async function actAtRandom(
  engine: Engine,
  parts: { readonly world: World; readonly chance: Chance; readonly ledger: Ledger; readonly horizonMs: number },
): Promise<void> {
  const { world, chance, ledger, horizonMs } = parts
  const list = await engine.ask('queue.list', {})
  const entries = list.ok ? (list.value as readonly { readonly id: string }[]) : []
  const ids = entries.filter(() => chance.hits(0.3)).map(({ id }) => id)
  switch (chance.below(7)) {
    case 0:
      await engine.ask('queue.hold', { ids })
      break
    case 1:
      await engine.ask('queue.release', { ids })
      break
    case 2: {
      const some = ids.slice(0, 1)
      for (const id of some) ledger.cancelled.add(id)
      await engine.ask('queue.cancel', { ids: some, bounce: chance.hits(0.5) })
      break
    }
    case 3:
      ledger.retried.push({ id: null, wall: Math.floor(world.wall) })
      await engine.ask('queue.retryAll', {})
      break
    case 4:
    case 5:
      for (const id of ids) ledger.retried.push({ id, wall: Math.floor(world.wall) })
      await engine.ask('queue.retry', { ids })
      break
    default:
      await engine.ask('delivery.pause', { paused: true })
      // To an engine that has crashed meanwhile this says nothing: the pause went with it.
      world.after(chance.spread(100, horizonMs / 4), () => void engine.ask('delivery.pause', { paused: false }))
  }
}
