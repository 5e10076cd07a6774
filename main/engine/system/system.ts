import type { Clock } from './clock.ts'
import type { Disk } from './disk.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'

/** The world the engine is given at construction. */
export interface System {
  readonly clock: Clock
  readonly disk: Disk
  readonly network: Network
  readonly random: Random
  /** An environment variable, for `%{env:NAME}%`. */
  environment(name: string): string | undefined
  /** This process, for locks and unique names. */
  readonly processId: number
  /** For the few things that differ: the Maildir info separator, named pipes. */
  readonly platform: 'windows' | 'macos' | 'linux'
}
