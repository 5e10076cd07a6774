import type { ClientInfo, Oddity } from '../../../contract/index.ts'
import type { Refusal } from '../gate-types.ts'
import type { ListenerDependencies } from '../types.ts'
import type { CommandLine } from './command-reader.ts'
import type { DataReader } from './data-reader.ts'

/** What a connection tells the rest of the house: refusals, and what is odd about the client, each kind once. */
export class SessionNews {
  readonly #dependencies: Pick<ListenerDependencies, 'refused' | 'odd'>
  readonly #seen = new Set<Oddity>()
  #untold: Oddity[] = []

  constructor(dependencies: Pick<ListenerDependencies, 'refused' | 'odd'>) {
    this.#dependencies = dependencies
  }

  note(...kinds: readonly Oddity[]): void {
    for (const kind of kinds) {
      if (this.#seen.has(kind)) continue
      this.#seen.add(kind)
      this.#untold.push(kind)
    }
  }

  /** @param unasked  it came before the last answer was sent, and nobody had said that this would do */
  noteLine(line: CommandLine, unasked: boolean): void {
    if (line.end === 'lf') this.note('bare-line-feed')
    if (line.doubled) this.note('bare-carriage-return')
    if (unasked) this.note('pipelining-unasked')
  }

  noteData(data: DataReader): void {
    if (data.bareLineFeed) this.note('bare-line-feed')
    if (data.bareCarriageReturn) this.note('bare-carriage-return')
    if (data.longLine) this.note('long-line')
    if (data.nulByte) this.note('nul-byte')
  }

  get seen(): readonly Oddity[] {
    return [...this.#seen]
  }

  /** Tells what was not told yet. */
  tellOdd(client: ClientInfo): void {
    const kinds = this.#untold
    this.#untold = []
    if (kinds.length > 0) this.#dependencies.odd({ client, kinds })
  }

  tellRefused(client: ClientInfo, { failure, reason }: Refusal, sender: string, recipient: string): void {
    const text = `${failure.status} ${failure.message}`
    this.#dependencies.refused({ client, code: failure.code, text, reason, sender, recipient })
  }
}
