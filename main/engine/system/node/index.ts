/** The real world on Node: the only place in the engine that touches clock, disk, network and chance itself. */
import type { System } from '../system.ts'
import { createNodeClock } from './clock.ts'
import { createNodeDisk } from './disk.ts'
import { createNodeNetwork } from './network.ts'
import { createNodeRandom } from './random.ts'

export { createNodeDisk } from './disk.ts'

export function createNodeSystem(): System {
  return {
    clock: createNodeClock(),
    disk: createNodeDisk(),
    network: createNodeNetwork(),
    random: createNodeRandom(),
    environment: (name) => process.env[name],
    processId: process.pid,
    platform: process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'macos' : 'linux',
  }
}
