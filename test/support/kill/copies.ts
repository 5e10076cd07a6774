import { createHash } from 'node:crypto'
import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../../main/engine/system/index.ts'
import { messageIdOf, withoutTrace } from '../peers/messages.ts'
import type { SmtpHost } from '../peers/smtp-host.ts'

/** One message that arrived somewhere: which, and what its octets were. */
export interface Copy {
  readonly id: string
  readonly digest: string
}

/** Where messages arrive. Copies are taken out as they come, so that a long run stays small. */
export interface Place {
  readonly name: string
  /** Attempts that may be under way at once there, and as much again whose verdict is on its way to the disk. */
  readonly inFlight: number
  /** What came since the last time, in the order of arrival. */
  takeNew(): Promise<readonly Copy[]>
}

/** @param message  octets as latin1, without what mail servers put on top */
export function digestOf(message: string): string {
  return createHash('sha256').update(message, 'latin1').digest('base64')
}

/** A text of its own: a part of a long one would keep all of it in memory. */
export function ownText(part: string): string {
  return Buffer.from(part, 'latin1').toString('latin1')
}

function copyOf(message: string): Copy {
  return { id: ownText(messageIdOf(message)), digest: digestOf(withoutTrace(message)) }
}

export function placeOfHost(name: string, host: SmtpHost): Place {
  return {
    name,
    inFlight: 40,
    takeNew: async () => {
      await host.idle()
      host.record.commands.length = 0
      return host.record.messages.splice(0).map(copyOf)
    },
  }
}

/** A mailbox that somebody empties whenever we look. */
export function placeOfMailbox(name: string, folder: string): Place {
  return {
    name,
    inFlight: 16,
    async takeNew() {
      const found: { at: number; copy: Copy }[] = []
      for (const file of await namesIn(join(folder, 'new'))) {
        const path = join(folder, 'new', file)
        found.push({ at: (await stat(path)).mtimeMs, copy: copyOf(await readFile(path, 'latin1')) })
        await rm(path)
      }
      return found.sort((a, b) => a.at - b.at).map(({ copy }) => copy)
    },
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return []
    throw thrown
  }
}

/** What arrived in one life of the engine, at one place. */
export interface Life {
  readonly copies: readonly Copy[]
  /** It ended in order: everything it sent is written down. */
  readonly inOrder: boolean
}

/**
 * Copies that nobody permitted. A message may come again only in a later life, and only when the life that sent it died while its verdict was not yet
 * on the disk: when it was among that life's last.
 * @returns each as a sentence
 */
export function unpermittedCopies(lives: readonly Life[], inFlight: number): string[] {
  const last = new Map<string, { life: number; fromEnd: number }>()
  const wrong: string[] = []
  for (const [number, { copies }] of lives.entries()) {
    for (const [index, { id }] of copies.entries()) {
      const before = last.get(id)
      last.set(id, { life: number, fromEnd: copies.length - index })
      if (before === undefined) continue
      if (before.life === number) wrong.push(`${id} came twice in life ${number}`)
      else if (lives[before.life]?.inOrder === true)
        wrong.push(`${id} came again in life ${number} although life ${before.life} ended in order`)
      else if (before.fromEnd > inFlight)
        wrong.push(`${id} came again in life ${number}, ${before.fromEnd} before the end of life ${before.life}`)
    }
  }
  return wrong
}
