import { randomBytes, randomInt } from 'node:crypto'
import type { Account, ListenerSettings, NamedDevice, Settings } from '../../../../../main/contract/index.ts'
import { createGate } from '../../../../../main/engine/listener/index.ts'
import type { KeptGate } from '../../../../../main/engine/listener/index.ts'
import type { Caller } from '../../../../../main/engine/listener/gate-types.ts'
import type { Random } from '../../../../../main/engine/system/index.ts'
import { createHeldClock } from '../../../../support/held-clock.ts'
import type { HeldClock } from '../../../../support/held-clock.ts'
import { settingsWith } from '../../queue/support.ts'

export const chance: Random = { bytes: (count) => randomBytes(count), below: (below) => randomInt(below) }

export function listenerOf(more: Partial<ListenerSettings> = {}): ListenerSettings {
  return {
    id: 'lan',
    bind: [{ address: '0.0.0.0', port: 2525 }],
    tls: 'optional',
    auth: 'optional',
    authFrom: 'anywhere',
    authCleartext: 'loopback',
    tlsProfile: 'modern',
    networks: null,
    ...more,
  }
}

export function accountOf(name: string, more: Partial<Account> = {}): Account {
  return {
    name,
    secret: `secret of ${name}`,
    senders: [],
    recipients: [],
    networks: [],
    maxMessagesPerHour: 0,
    maxMessagesPerDay: 0,
    ...more,
  }
}

export function deviceOf(id: string, address: string, more: Partial<NamedDevice> = {}): NamedDevice {
  return { id, name: id, address, blocked: false, recipients: [], maxMessagesPerHour: 0, maxMessagesPerDay: 0, ...more }
}

export interface Given {
  readonly networks?: string[]
  readonly accounts?: Account[]
  readonly devices?: NamedDevice[]
  readonly limits?: Partial<Settings['limits']>
  readonly queuedBytes?: number
  readonly freeBytes?: number
}

export interface GateWorld {
  readonly gate: KeptGate
  readonly clock: HeldClock
  /** How often bans began or ended. */
  readonly banChanges: () => number
  /** Other settings from now on. */
  set(given: Given): void
}

export function gateWith(given: Given = {}): GateWorld {
  const clock = createHeldClock()
  let settings = settingsFor(given)
  let changes = 0
  const gate = createGate({
    clock,
    random: chance,
    spool: { bytes: given.queuedBytes ?? 0, freeBytes: () => Promise.resolve(given.freeBytes ?? 1e12) },
    settings: () => settings,
    bansChanged() {
      changes++
    },
  })
  return {
    gate,
    clock,
    banChanges: () => changes,
    set(next) {
      settings = settingsFor(next)
    },
  }
}

function settingsFor({ networks, accounts, devices, limits }: Given): Settings {
  const settings = settingsWith()
  return {
    ...settings,
    access: { networks: networks ?? ['private'], accounts: accounts ?? [], devices: devices ?? [] },
    limits: { ...settings.limits, maxMessageBytes: 1e6, ...limits },
  }
}

export function callerFrom(address: string, more: Partial<Caller> = {}): Caller {
  return { address, listener: listenerOf(), secure: false, account: null, ...more }
}
