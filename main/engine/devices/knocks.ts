import type { ActivityEvent, Knock, RefusalReason } from '../../contract/index.ts'
import { plainAddress } from './named-device.ts'

type Refused = Extract<ActivityEvent, { type: 'refused' }>

/** What a person can do something about by letting somebody in. Who is blocked or banned has been decided on. */
const KNOCKS: readonly string[] = ['outside-networks', 'sign-in-required', 'sign-in-failed', 'tls-required'] satisfies RefusalReason[]
/** Strangers that come in crowds push each other out. */
const MOST = 100

/** Who was refused because nobody let it in yet: one for each address, the last one first. */
export class KnockList {
  readonly #knocks = new Map<string, Knock>()

  load(knocks: readonly Knock[]): void {
    for (const knock of [...knocks].reverse()) this.#put(knock)
  }

  /** @returns whether it was a knock */
  record(event: Refused): boolean {
    if (!KNOCKS.includes(event.reason)) return false
    const key = plainAddress(event.client.address)
    const before = this.#knocks.get(key)
    this.#put({
      key,
      client: { ...event.client, helo: event.client.helo === '' ? (before?.client.helo ?? '') : event.client.helo },
      firstAt: before?.firstAt ?? event.at,
      lastAt: event.at,
      count: (before?.count ?? 0) + 1,
      reason: event.reason as RefusalReason,
      text: `${event.code} ${event.text}`,
      sender: event.sender === '' ? (before?.sender ?? '') : event.sender,
      recipient: event.recipient === '' ? (before?.recipient ?? '') : event.recipient,
    })
    return true
  }

  remove(key: string): boolean {
    return this.#knocks.delete(key)
  }

  /** Newest first. */
  all(): Knock[] {
    return [...this.#knocks.values()].reverse()
  }

  #put(knock: Knock): void {
    this.#knocks.delete(knock.key)
    this.#knocks.set(knock.key, knock)
    const oldest = this.#knocks.keys().next()
    if (this.#knocks.size > MOST && oldest.done !== true) this.#knocks.delete(oldest.value)
  }
}
