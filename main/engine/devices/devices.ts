import { z } from 'zod'
import { knock } from '../../contract/index.ts'
import type { ActivityEvent, ClientInfo, DevicesView, Knock, Oddity } from '../../contract/index.ts'
import { errorCode } from '../system/index.ts'
import type { Timer } from '../system/index.ts'
import { KnockList } from './knocks.ts'
import { findDevice } from './named-device.ts'
import { ownNetworks } from './networks.ts'
import { Roster, knownDevices, sighting } from './roster.ts'
import type { Devices, DevicesParts } from './types.ts'

const keptFile = z.object({ version: z.literal(1), seq: z.int(), savedAt: z.int(), devices: z.array(sighting), knocks: z.array(knock) })
type KeptFile = z.infer<typeof keptFile>

const MAX_FILE_BYTES = 4 * 1024 * 1024
/** What a crash loses of this list is read from the log at the next start. */
const SAVE_AFTER_MS = 60_000
/** Without a file the log of these days tells who sends here. */
const LOOK_BACK_MS = 7 * 86_400_000
/** A clock that was set back must not hide events that came after the file. */
const MARGIN_MS = 60 * 60_000

export function createDevices(parts: DevicesParts): Devices {
  return new DeviceBook(parts)
}

class DeviceBook implements Devices {
  readonly #parts: DevicesParts
  readonly #roster = new Roster()
  readonly #knocks = new KnockList()
  #seq = 0
  #handler: () => void = () => undefined
  #timer: Timer | null = null
  #saving: Promise<void> = Promise.resolve()

  constructor(parts: DevicesParts) {
    this.#parts = parts
  }

  async open(): Promise<void> {
    const { clock, history, onTrouble } = this.#parts
    try {
      const kept = await this.#read()
      this.#roster.load(kept?.devices ?? [])
      this.#knocks.load(kept?.knocks ?? [])
      this.#seq = kept?.seq ?? 0
      const since = kept === null ? clock.now() - LOOK_BACK_MS : kept.savedAt - MARGIN_MS
      // Those that the file knows already come again when the log is read behind it.
      for await (const event of history(since)) if (event.seq > this.#seq) this.#replay(event)
    } catch (thrown) {
      onTrouble(thrown)
    }
  }

  record(event: ActivityEvent): void {
    if (this.#take(event)) this.#changed()
  }

  odd({ client, kinds }: { readonly client: ClientInfo; readonly kinds: readonly Oddity[] }): void {
    if (this.#roster.odd(client, kinds, Math.floor(this.#parts.clock.now()))) this.#changed()
  }

  dismissKnock(key: string): void {
    if (this.#knocks.remove(key)) this.#changed()
  }

  view(): DevicesView {
    const { clock, settings, interfaces, allowed, bans, certificate } = this.#parts
    return {
      devices: knownDevices(this.#roster.all(), settings().access.devices, clock.now()),
      knocks: this.#knocks.all().filter((one) => this.#isOutside(one)),
      bans: [...bans()],
      networks: ownNetworks(interfaces(), allowed),
      certificate: certificate(),
    }
  }

  onChange(handler: () => void): void {
    this.#handler = handler
  }

  async close(): Promise<void> {
    if (this.#timer !== null) this.#save()
    await this.#saving
  }

  /** What was odd is told apart from the log while Mailroom runs; later only the log knows it. */
  #replay(event: ActivityEvent): void {
    this.#take(event)
    if (event.type === 'accepted') this.#roster.odd(event.client, event.oddities ?? [], event.at)
  }

  /** @returns whether it says something about devices */
  #take(event: ActivityEvent): boolean {
    this.#seq = event.seq
    if (event.type === 'refused') return this.#knocks.record(event)
    // What Mailroom makes itself comes from no device.
    if (event.type !== 'accepted' || event.client.address === '' || event.client.port === 0) return false
    this.#roster.accepted(event)
    return true
  }

  /** A knock is over once its address was let in or blocked, by whatever way. */
  #isOutside({ client, reason }: Knock): boolean {
    const device = findDevice(this.#parts.settings().access.devices, client.address)
    if (device?.blocked === true) return false
    return reason !== 'outside-networks' || (device === null && !this.#parts.allowed(client.address))
  }

  #changed(): void {
    this.#timer ??= this.#parts.clock.after(SAVE_AFTER_MS, () => this.#save())
    this.#handler()
  }

  #save(): void {
    this.#timer?.cancel()
    this.#timer = null
    const { disk, file, clock, onTrouble } = this.#parts
    const kept: KeptFile = {
      version: 1,
      seq: this.#seq,
      savedAt: Math.floor(clock.now()),
      devices: this.#roster.all(),
      knocks: this.#knocks.all(),
    }
    const text = `${JSON.stringify(kept)}\n`
    this.#saving = this.#saving.then(() => disk.writeFileDurably(file, text, { mode: 0o600 })).catch(onTrouble)
  }

  /** null when there is none, or none that can be read: the log tells it again. */
  async #read(): Promise<KeptFile | null> {
    try {
      const text = (await this.#parts.disk.readFile(this.#parts.file, MAX_FILE_BYTES)).toString('utf8')
      return keptFile.parse(JSON.parse(text))
    } catch (thrown) {
      if (errorCode(thrown) !== 'ENOENT') this.#parts.onTrouble(thrown)
      return null
    }
  }
}
