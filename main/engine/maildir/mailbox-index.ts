import type { LetterFilter, MailboxSummary } from '../../contract/index.ts'
import type { MailboxMessage } from './types.ts'

/** The messages of one mailbox in the order of the list, with the numbers that stand beside its name. */
export class MailboxIndex {
  revision = 1
  unread = 0
  bytes = 0
  #messages: MailboxMessage[] = []

  /** Newest first; trashed ones are not there. */
  get messages(): readonly MailboxMessage[] {
    return this.#messages
  }

  /** @param messages newest first, trashed ones among them. @returns whether anything is different */
  replace(messages: readonly MailboxMessage[]): boolean {
    const shown = messages.filter(({ flags }) => !flags.trashed)
    const same = shown.length === this.#messages.length && shown.every((message, at) => isSame(message, this.#messages[at]))
    if (same) return false
    this.#messages = shown
    this.unread = shown.reduce((sum, { unread }) => sum + (unread ? 1 : 0), 0)
    this.bytes = shown.reduce((sum, { size }) => sum + (size ?? 0), 0)
    this.revision++
    return true
  }

  /** A message that is new, has other flags, or is trashed. */
  put(changed: readonly MailboxMessage[]): void {
    const byId = new Map(changed.map((message) => [message.id, message]))
    const kept = this.#messages.filter(({ id }) => !byId.has(id))
    const shown = changed.filter(({ flags }) => !flags.trashed)
    const next = shown.length === 0 ? kept : merged(kept, [...shown].sort(newestFirst))
    this.#messages = next
    this.unread = next.reduce((sum, { unread }) => sum + (unread ? 1 : 0), 0)
    this.bytes = next.reduce((sum, { size }) => sum + (size ?? 0), 0)
    this.revision++
  }

  /** The usual case, in no time: a message that just came is the newest. */
  add(message: MailboxMessage): void {
    const [newest] = this.#messages
    if (newest !== undefined && newestFirst(message, newest) > 0) {
      this.put([message])
      return
    }
    this.#messages.unshift(message)
    if (message.unread) this.unread++
    this.bytes += message.size ?? 0
    this.revision++
  }

  filtered(filter: LetterFilter): readonly MailboxMessage[] {
    if (filter === 'unread') return this.#messages.filter(({ unread }) => unread)
    return filter === 'flagged' ? this.#messages.filter(({ flags }) => flags.flagged) : this.#messages
  }

  summary(id: string, addresses: readonly string[] | undefined): MailboxSummary {
    const { revision, unread, bytes } = this
    const lastAt = this.#messages[0]?.receivedAt ?? null
    return {
      id,
      addresses: [...(addresses ?? [])],
      configured: addresses !== undefined,
      unread,
      total: this.#messages.length,
      bytes,
      lastAt,
      revision,
    }
  }
}

export function newestFirst(a: MailboxMessage, b: MailboxMessage): number {
  return b.receivedAt - a.receivedAt || (a.id < b.id ? 1 : -1)
}

function isSame(a: MailboxMessage, b: MailboxMessage | undefined): boolean {
  return a.id === b?.id && a.unread === b.unread && a.flags.flagged === b.flags.flagged
}

/** Two lists, each newest first, as one. */
function merged(long: readonly MailboxMessage[], short: readonly MailboxMessage[]): MailboxMessage[] {
  const all: MailboxMessage[] = []
  let at = 0
  for (const message of short) {
    for (let next = long[at]; next !== undefined && newestFirst(next, message) < 0; next = long[at]) {
      all.push(next)
      at++
    }
    all.push(message)
  }
  for (; at < long.length; at++) all.push(long[at] as MailboxMessage)
  return all
}
