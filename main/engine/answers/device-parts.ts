import type { Devices } from '../devices/index.ts'
import type { CertificateKeeper, KeptGate } from '../listener/index.ts'
import type { Random } from '../system/index.ts'

/** What the Devices screen is answered from, beside what all others are. */
export interface DeviceParts {
  readonly devices: Devices
  readonly gate: Pick<KeptGate, 'lift'>
  readonly certificates: CertificateKeeper
  readonly random: Random
}
