import { errorCode } from '../system/index.ts'
import type { Disk } from '../system/index.ts'
import { moveAside } from './layout.ts'
import type { Layout, SetAside } from './layout.ts'

export const SPOOL_VERSION = 1
const TEXT = /^mailroom-spool (\d{1,9})\s*$/

/** The spool belongs to a newer Mailroom. Nothing was touched. */
export class SpoolVersionError extends Error {
  override readonly name = 'SpoolVersionError'
  readonly found: number
  constructor(found: number) {
    super(
      `The stored mail has format ${found}, this Mailroom knows formats up to ${SPOOL_VERSION}. Start the newer Mailroom that wrote it, or another data folder.`,
    )
    this.found = found
  }
}

/** Turns a spool of format `from` into one of format `from + 1`. Must be repeatable: it may be cut off at any point and run again. */
export interface Migration {
  readonly from: number
  run(disk: Disk, layout: Layout): Promise<void>
}

const MIGRATIONS: readonly Migration[] = []

/**
 * Reads `version` and brings an older spool up to ours; each step is durable before the next begins. A missing or unreadable file counts as our
 * own format: every record says its format itself, so nothing is misread. What cannot be read is set aside.
 * @throws SpoolVersionError when a newer Mailroom wrote it
 */
export async function bringToVersion(
  disk: Disk,
  layout: Layout,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly SetAside[]> {
  const { found, unreadable } = await readVersion(disk, layout)
  if (found !== null && found > SPOOL_VERSION) throw new SpoolVersionError(found)
  for (let version = found ?? SPOOL_VERSION; version < SPOOL_VERSION; version++) {
    const step = migrations.find((migration) => migration.from === version)
    if (step === undefined) throw new Error(`The stored mail has format ${version}, and this Mailroom does not know how to read it.`)
    await step.run(disk, layout)
    await disk.writeFileDurably(layout.version, versionText(version + 1))
  }
  const reason = 'The version of the stored mail cannot be read. It is taken for the one that this Mailroom writes.'
  const setAside = unreadable ? [await moveAside(disk, layout, layout.version, 'version', reason)] : []
  if (found === null) await disk.writeFileDurably(layout.version, versionText(SPOOL_VERSION))
  return setAside
}

function versionText(version: number): string {
  return `mailroom-spool ${version}\n`
}

async function readVersion(disk: Disk, layout: Layout): Promise<{ readonly found: number | null; readonly unreadable: boolean }> {
  try {
    const text = (await disk.readFile(layout.version, 100)).toString('utf8')
    const found = TEXT.exec(text)
    return { found: found === null ? null : Number(found[1]), unreadable: found === null }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { found: null, unreadable: false }
    if (errorCode(error) === 'EFBIG' || errorCode(error) === 'EISDIR') return { found: null, unreadable: true }
    throw error
  }
}
