import type { z } from 'zod'
import type { Fields } from '../../../main/engine/config/reader.ts'
import { readConfig } from '../../../main/engine/config/index.ts'
import type { LoadedConfig } from '../../../main/engine/config/index.ts'

/** A table of config.toml as the loader declares it. */
export interface LoaderTable {
  /** The keys it reads, with how their value is read and what stands in for it. */
  readonly fields: Map<string, { readonly schema: z.ZodType; readonly fallback: unknown }>
  /** Keys that it knows and reads by other means: tables below it, rule expressions. */
  readonly own: Set<string>
}

/** Everything the loader asked for so far, by the table's path; `<id>` stands for a name that people choose. */
export const asked = new Map<string, LoaderTable>()

/** Names under which every table of named things is tried: one for most, an address where only that will do. */
const PROBES = ['probe', '192.0.2.1']

/** To be told of every table that the loader reads. */
export function noteTable(path: readonly string[], fields: Fields, own: readonly string[] = []): void {
  const name = path.map((key) => (PROBES.includes(key) ? '<id>' : key)).join('.')
  const table = asked.get(name) ?? { fields: new Map(), own: new Set() }
  for (const [key, one] of Object.entries(fields)) table.fields.set(key, one)
  for (const key of own) table.own.add(key)
  asked.set(name, table)
}

export function load(text: string): Promise<LoadedConfig> {
  return readConfig(text, {
    sources: {
      environment: () => 'from the environment',
      file: () => Promise.resolve({ text: 'from a file' }),
      secret: () => 'from the key store',
    },
    hostname: 'mailroom.office.lan',
    ownAddresses: ['127.0.0.1', '192.168.1.5'],
  })
}

/** Lets the loader read files with ever deeper tables until it asks for nothing new: what it asked for then is all it knows. */
export async function askForEverything(): Promise<void> {
  let known = -1
  for (let rounds = 0; known !== count() && rounds < 10; rounds++) {
    known = count()
    await load(headers().join('\n'))
  }
  dropStrays()
}

/** A table that is missing from the file is read as an empty one without a path; what it has then is no key of the top of the file. */
function dropStrays(): void {
  const top = asked.get('')
  if (!top) return
  for (const [name, { fields, own }] of asked) {
    if (name === '') continue
    for (const key of fields.keys()) top.fields.delete(key)
    for (const key of own) top.own.delete(key)
  }
}

function count(): number {
  let sum = 0
  for (const { fields, own } of asked.values()) sum += 1 + fields.size + own.size
  return sum
}

/** A header for every table known so far and for a named one in each. */
function headers(): string[] {
  const found = new Set<string>()
  for (const [name, { own }] of asked) {
    for (const probe of PROBES) {
      const path = name.replaceAll('<id>', JSON.stringify(probe))
      for (const key of own) {
        const below = [...(path === '' ? [] : [path]), ...key.split('.')].join('.')
        found.add(`[${below}]`)
        for (const inner of PROBES) found.add(`[${below}.${JSON.stringify(inner)}]`)
      }
    }
  }
  return [...found]
}
