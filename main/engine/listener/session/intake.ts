import type { Reception } from '../transaction.ts'
import type { CommandReader } from './command-reader.ts'
import { DataReader } from './data-reader.ts'
import type { Wire } from './wire.ts'

/**
 * A message from the wire into the spool, up to its end. What came behind the end goes back to the reader of commands. Nothing more is read
 * while the spool writes, so a fast client costs no memory.
 * @param lineFeedEnds  see DataReader
 * @returns the reader, which knows what was odd; null when the client went away before the end
 */
export async function takeIn(wire: Wire, commands: CommandReader, reception: Reception, lineFeedEnds: boolean): Promise<DataReader | null> {
  const reader = new DataReader(lineFeedEnds)
  let chunk: Buffer | null = commands.take()
  for (;;) {
    const { data, ended, rest } = reader.read(chunk)
    await reception.write(data)
    if (ended) {
      commands.push(rest)
      return reader
    }
    await wire.flush()
    chunk = await wire.read()
    if (chunk === null) return null
  }
}
