import { z } from 'zod'
import { dayOf, oddity } from '../../contract/index.ts'
import type { ActivityEvent, ClientInfo, KnownDevice, NamedDevice, Oddity } from '../../contract/index.ts'
import { findDevice, plainAddress } from './named-device.ts'

type Accepted = Extract<ActivityEvent, { type: 'accepted' }>

/** A device as it is kept; the rest is said by the settings when somebody asks. */
export const sighting = z.object({
  address: z.string(),
  account: z.string().nullable(),
  helo: z.string(),
  listener: z.string(),
  tls: z.string().nullable(),
  firstAt: z.int(),
  lastAt: z.int(),
  messages: z.int(),
  today: z.object({ day: z.string(), messages: z.int() }),
  lastSubject: z.string(),
  lastEntryId: z.string(),
  oddities: z.array(z.object({ kind: oddity, count: z.int(), lastAt: z.int() })),
})
export type Sighting = z.infer<typeof sighting>

/** More than any office has; beyond it those that were silent longest go. */
const MOST = 500
const LONGEST_SUBJECT = 200

/** Who handed in mail, by address, the last one first. */
export class Roster {
  readonly #devices = new Map<string, Sighting>()

  load(devices: readonly Sighting[]): void {
    for (const device of [...devices].reverse()) this.#put(device)
  }

  accepted(event: Accepted): void {
    const { client, at } = event
    const address = plainAddress(client.address)
    const before = this.#devices.get(address)
    const day = dayOf(at)
    const today = before?.today.day === day ? before.today.messages : 0
    this.#put({
      address,
      account: client.account,
      helo: client.helo,
      listener: client.listener,
      tls: client.tls,
      firstAt: before?.firstAt ?? at,
      lastAt: at,
      messages: (before?.messages ?? 0) + 1,
      today: { day, messages: today + 1 },
      lastSubject: event.subject.slice(0, LONGEST_SUBJECT),
      lastEntryId: event.entryId,
      oddities: before?.oddities ?? [],
    })
  }

  /** Who never sent is nobody's device yet, and strangers are not to fill the list. @returns whether it is known */
  odd(client: ClientInfo, kinds: readonly Oddity[], at: number): boolean {
    const device = this.#devices.get(plainAddress(client.address))
    if (device === undefined || kinds.length === 0) return false
    for (const kind of kinds) {
      const before = device.oddities.find((one) => one.kind === kind)
      const now = { kind, count: (before?.count ?? 0) + 1, lastAt: at }
      device.oddities = [now, ...device.oddities.filter((one) => one !== before)]
    }
    return true
  }

  /** Last one first. */
  all(): Sighting[] {
    return [...this.#devices.values()].reverse()
  }

  #put(device: Sighting): void {
    this.#devices.delete(device.address)
    this.#devices.set(device.address, device)
    const oldest = this.#devices.keys().next()
    if (this.#devices.size > MOST && oldest.done !== true) this.#devices.delete(oldest.value)
  }
}

/** What was seen and what the settings name, as one list: those that sent lately first, then those that never did. */
export function knownDevices(seen: readonly Sighting[], named: readonly NamedDevice[], now: number): KnownDevice[] {
  const today = dayOf(now)
  const sent = seen.map(({ today: counted, ...device }): KnownDevice => {
    const name = findDevice(named, device.address)
    return {
      key: device.address,
      ...fromSettings(name, device.helo === '' ? device.address : device.helo),
      ...device,
      messagesToday: counted.day === today ? counted.messages : 0,
      oddities: [...device.oddities],
    }
  })
  const met = new Set(sent.map(({ id }) => id))
  const silent = named
    .filter(({ id }) => !met.has(id))
    .map((device): KnownDevice => ({
      key: device.address,
      ...fromSettings(device, device.id),
      address: device.address,
      account: null,
      helo: '',
      listener: '',
      tls: null,
      firstAt: null,
      lastAt: null,
      messages: 0,
      messagesToday: 0,
      lastSubject: '',
      lastEntryId: null,
      oddities: [],
    }))
  return [...sent, ...silent]
}

function fromSettings(
  device: NamedDevice | null,
  otherwise: string,
): Pick<KnownDevice, 'id' | 'name' | 'blocked' | 'messagesPerHour' | 'messagesPerDay'> {
  return {
    id: device?.id ?? null,
    name: device?.name ?? otherwise,
    blocked: device?.blocked ?? false,
    messagesPerHour: device?.maxMessagesPerHour ?? 0,
    messagesPerDay: device?.maxMessagesPerDay ?? 0,
  }
}
