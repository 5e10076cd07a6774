import type { Limits } from '../../../contract/index.ts'
import type { Refusal } from '../gate-types.ts'
import { refusal } from './decide.ts'

/** Open connections, in all and by client; as many entries as there are connections, so it is bounded by the limit itself. */
export interface ConnectionCounts {
  /** @returns null when the connection was counted */
  take(address: string, known: boolean, limits: Pick<Limits, 'maxConnections' | 'maxConnectionsPerClient'>): Refusal | null
  giveBack(address: string): void
}

export function createConnectionCounts(): ConnectionCounts {
  const open = new Map<string, number>()
  let all = 0
  return {
    take(address, known, { maxConnections, maxConnectionsPerClient }) {
      const mine = open.get(address) ?? 0
      if (mine >= maxConnectionsPerClient) return tooMany('from your address')
      // Strangers get half of them, so that there is always room for those who may send.
      if (all >= (known ? maxConnections : Math.ceil(maxConnections / 2))) return tooMany('at the moment')
      open.set(address, mine + 1)
      all++
      return null
    },
    giveBack(address) {
      const mine = open.get(address)
      if (mine === undefined) return
      all--
      if (mine === 1) open.delete(address)
      else open.set(address, mine - 1)
    },
  }
}

function tooMany(where: string): Refusal {
  return { ...refusal(421, '7.0', `Too many connections ${where}, try again later`, 'too-many-connections'), close: true }
}
