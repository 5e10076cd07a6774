/** Who sends here and who knocked: devices by their address, what was odd about them, and the changes of the settings that admit, block or limit one. */
export { accountChanges, blockChanges, admitChanges, limitChanges, secretNameOf } from './changes.ts'
export { createDevices } from './devices.ts'
export { findDevice, plainAddress } from './named-device.ts'
export { makePassword } from './password.ts'
export type { Devices, DevicesParts } from './types.ts'
