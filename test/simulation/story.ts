import type { SimulatedDisk } from './disk.ts'
import type { Ledger } from './ledger.ts'
import type { Plan } from './plan.ts'
import type { World } from './world.ts'

/** What the checks look at when all is over. */
export interface Story {
  readonly ledger: Ledger
  readonly disk: SimulatedDisk
  readonly world: World
  /** Good settings in the order in which they were put, with the wall clock of that moment. */
  readonly plans: readonly { readonly plan: Plan; readonly wall: number }[]
  readonly crashes: number
  readonly clockJumps: number
  /** Times the engine was started again before all became calm. */
  readonly restarts: number
  /** Monotonic times between which this computer had no network. */
  readonly offline: readonly { readonly from: number; readonly to: number }[]
  /** Operations of the disk that failed. */
  readonly diskFailures: number
  /** What lies in the local mailboxes. */
  readonly mailboxFiles: readonly string[]
}
