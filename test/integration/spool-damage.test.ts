import { mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSpool } from '../../main/engine/spool/index.ts'
import type { Entry, Spool } from '../../main/engine/spool/index.ts'
import { createNodeDisk } from '../../main/engine/system/node/disk.ts'
import { createNodeClock } from '../../main/engine/system/node/clock.ts'
import { accept, completed, messageBytes, readAll, seededRandom, triedAgain } from '../support/spool-entries.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Damage of every kind, in every place of a spool on the real disk. */

const SIZES = { smallMessage: 2000, segment: 4000, journal: 1_000_000 }

function spoolIn(folder: string): Spool {
  return createSpool({ disk: createNodeDisk(), clock: createNodeClock(), random: seededRandom(3), folder, sizes: SIZES })
}

interface Stored {
  readonly folder: string
  readonly entries: ReadonlyMap<string, { readonly entry: Entry; readonly message: Buffer }>
  /** In the first journal segment, in order. */
  readonly small: readonly string[]
  /** In a file of its own; the journal knows nothing of it. */
  readonly fresh: string
  /** In a file of its own, tried once, which the journal tells. */
  readonly tried: string
}

/** A spool as a stop leaves it: two journal segments, small messages in the first, two messages in files. */
async function stored(): Promise<Stored> {
  const folder = join(await tempFolder(), 'spool')
  const spool = spoolIn(folder)
  await spool.open()
  const entries = new Map<string, { entry: Entry; message: Buffer }>()
  const take = async (name: string, size: number): Promise<string> => {
    const message = messageBytes(name, size)
    const entry = await accept(spool, message)
    entries.set(entry.head.id, { entry, message })
    return entry.head.id
  }
  const small = [await take('one', 900), await take('two', 900), await take('three', 900)]
  const fresh = await take('fresh', 9000)
  const tried = await take('tried', 9000)
  const again = triedAgain(entries.get(tried)!.entry)
  await spool.update(again)
  entries.set(tried, { entry: again, message: entries.get(tried)!.message })
  // Something that is over, so that its removal stands in the journal too.
  const over = await take('over', 1500)
  await spool.update(completed(entries.get(over)!.entry))
  await spool.remove(over)
  entries.delete(over)
  await spool.close()
  return { folder, entries, small, fresh, tried }
}

const FIRST = 'journal/00000001.log'

/** Where in the first segment the record of a small message begins. */
async function recordAt({ folder, small }: Stored, index: number): Promise<number> {
  return (await readFile(join(folder, FIRST))).indexOf(Buffer.from(small[index]!, 'latin1')) - 8
}

async function overwrite(path: string, at: number, bytes: Buffer): Promise<void> {
  const content = await readFile(path)
  bytes.copy(content, at < 0 ? content.length + at : at)
  await writeFile(path, content)
}

async function append(path: string, bytes: Buffer): Promise<void> {
  await writeFile(path, Buffer.concat([await readFile(path), bytes]))
}

interface Case {
  readonly what: string
  damage(stored: Stored): Promise<unknown>
  /** What cannot be had any more; everything else is there and whole. */
  lost?(stored: Stored): readonly string[]
  /** What is said about it; null when there is nothing to say. */
  readonly told: RegExp | null
  /** Names in corrupt/. */
  readonly aside?: readonly (string | RegExp)[]
}

const JUNK = Buffer.from('what is this?')
const GIB = 1024 ** 3

const journal: readonly Case[] = [
  {
    what: 'the head of a segment is overwritten',
    damage: ({ folder }) => overwrite(join(folder, FIRST), 0, Buffer.alloc(64)),
    lost: ({ small }) => [small[0]!],
    told: /journal is damaged/,
  },
  {
    what: 'a record in the middle of a segment is overwritten',
    damage: async (all) => overwrite(join(all.folder, FIRST), await recordAt(all, 1), Buffer.alloc(64, 'x')),
    lost: ({ small }) => [small[1]!],
    told: /journal is damaged/,
  },
  {
    what: 'one bit of a message turned',
    damage: async (all) => overwrite(join(all.folder, FIRST), (await recordAt(all, 2)) - 5, Buffer.from([0])),
    lost: ({ small }) => [small[1]!],
    told: /record of message .* is damaged/,
  },
  {
    what: 'the seal at the end of a segment is overwritten',
    damage: ({ folder }) => overwrite(join(folder, FIRST), -20, Buffer.alloc(20)),
    told: null,
  },
  {
    what: 'rubbish stands behind the end of a closed segment',
    damage: ({ folder }) => append(join(folder, FIRST), JUNK),
    told: /journal is damaged/,
  },
  {
    what: 'a segment has a gigabyte of nothing behind its end',
    damage: ({ folder }) => truncate(join(folder, FIRST), GIB),
    told: /longer than Mailroom makes it/,
  },
  {
    what: 'a segment is cut off in the middle of a record',
    damage: async (all) => truncate(join(all.folder, FIRST), (await recordAt(all, 2)) + 30),
    lost: ({ small }) => [small[2]!],
    told: null,
  },
  { what: 'a segment is empty', damage: ({ folder }) => truncate(join(folder, FIRST), 0), lost: ({ small }) => small, told: null },
  {
    what: 'a segment is rubbish from beginning to end',
    damage: ({ folder }) => writeFile(join(folder, 'journal/00000009.log'), Buffer.alloc(5000, 'rubbish ')),
    told: null,
  },
  {
    what: 'a segment is a folder',
    damage: ({ folder }) => mkdir(join(folder, 'journal/00000009.log')),
    told: /cannot be read/,
    aside: ['00000009.log'],
  },
  {
    what: 'a segment is a link to nowhere',
    damage: ({ folder }) => symlink('/nowhere/at/all', join(folder, 'journal/00000009.log')),
    told: /cannot be read/,
    aside: ['00000009.log'],
  },
  {
    what: 'a segment is a link to itself',
    damage: ({ folder }) => symlink('00000009.log', join(folder, 'journal/00000009.log')),
    told: /cannot be read/,
    aside: ['00000009.log'],
  },
  {
    what: 'an empty segment has the highest number',
    damage: ({ folder }) => writeFile(join(folder, 'journal/99999999.log'), ''),
    told: null,
  },
  {
    what: 'a name that is none of ours',
    damage: ({ folder }) => writeFile(join(folder, 'journal/notes.txt'), JUNK),
    told: /not a file of Mailroom/,
    aside: ['notes.txt'],
  },
  {
    what: 'a folder that is none of ours',
    damage: ({ folder }) => mkdir(join(folder, 'journal/old/deep'), { recursive: true }),
    told: /not a file of Mailroom/,
    aside: ['old'],
  },
]

const files: readonly Case[] = [
  {
    what: 'the file of a message is gone',
    damage: ({ folder, tried }) => rm(join(folder, 'queue', tried)),
    lost: ({ tried }) => [tried],
    told: /gone from the disk; this is its envelope, for bob@example\.org/,
    aside: [/\.json$/],
  },
  ...(['fresh', 'tried'] as const).flatMap((which): readonly Case[] => [
    {
      what: `the file of a message (${which}) is short`,
      damage: (all) => truncate(join(all.folder, 'queue', all[which]), 5000),
      lost: (all) => [all[which]],
      told: /cut off/,
    },
    {
      what: `the file of a message (${which}) is empty`,
      damage: (all) => truncate(join(all.folder, 'queue', all[which]), 0),
      lost: (all) => [all[which]],
      told: /cut off|too short/,
    },
    {
      what: `the file of a message (${which}) is longer than it was`,
      damage: (all) => append(join(all.folder, 'queue', all[which]), JUNK),
      // With the journal's help it is still known where the message ends.
      lost: (all) => (which === 'fresh' ? [all[which]] : []),
      told: which === 'fresh' ? /cannot be used/ : null,
    },
    {
      what: `the file of a message (${which}) is rubbish`,
      damage: (all) => writeFile(join(all.folder, 'queue', all[which]), Buffer.alloc(12_000, 'rubbish ')),
      lost: (all) => [all[which]],
      // The journal spares reading the file at the start; it is read when the message is sent.
      told: which === 'fresh' ? /cannot be used/ : null,
    },
    {
      what: `the file of a message (${which}) is a folder`,
      async damage(all) {
        await rm(join(all.folder, 'queue', all[which]))
        await mkdir(join(all.folder, 'queue', all[which]))
      },
      lost: (all) => [all[which]],
      told: /not a file|cut off/,
    },
    {
      what: `the file of a message (${which}) is a link to nowhere`,
      async damage(all) {
        await rm(join(all.folder, 'queue', all[which]))
        await symlink('/nowhere/at/all', join(all.folder, 'queue', all[which]))
      },
      lost: (all) => [all[which]],
      told: /not a file|cut off/,
    },
    {
      what: `the file of a message (${which}) was moved to another disk and linked`,
      async damage(all) {
        const [here, there] = [join(all.folder, 'queue', all[which]), join(all.folder, '..', 'elsewhere')]
        await rename(here, there)
        await symlink(there, here)
      },
      told: null,
    },
    {
      what: `one bit of a message in a file (${which}) turned`,
      damage: (all) => overwrite(join(all.folder, 'queue', all[which]), 4000, Buffer.from([0])),
      lost: (all) => [all[which]],
      told: null,
    },
  ]),
  {
    what: 'a gigabyte of nothing has the name of a message',
    async damage({ folder }) {
      await writeFile(join(folder, 'queue/01kaqf2w40abcdefgh'), '')
      await truncate(join(folder, 'queue/01kaqf2w40abcdefgh'), GIB)
    },
    told: /not a message of ours/,
    aside: ['01kaqf2w40abcdefgh'],
  },
  {
    what: 'a name that is none of ours',
    damage: ({ folder }) => writeFile(join(folder, 'queue/readme.md'), JUNK),
    told: /not a file of Mailroom/,
    aside: ['readme.md'],
  },
  {
    what: 'a folder that is none of ours',
    damage: ({ folder }) => mkdir(join(folder, 'queue/backup/deep'), { recursive: true }),
    told: /not a file of Mailroom/,
    aside: ['backup'],
  },
]

const elsewhere: readonly Case[] = [
  { what: 'half a message in incoming/', damage: ({ folder }) => writeFile(join(folder, 'incoming/01kaqf2w40abcdefgh'), JUNK), told: null },
  {
    what: 'a folder with the name of a message in incoming/',
    damage: ({ folder }) => mkdir(join(folder, 'incoming/01kaqf2w40abcdefgh/deep'), { recursive: true }),
    told: /not a file of Mailroom/,
    aside: ['01kaqf2w40abcdefgh'],
  },
  {
    what: 'a foreign file in incoming/',
    damage: ({ folder }) => writeFile(join(folder, 'incoming/strange.bin'), JUNK),
    told: /not a file of Mailroom/,
    aside: ['strange.bin'],
  },
  { what: 'incoming/ is gone', damage: ({ folder }) => rm(join(folder, 'incoming'), { recursive: true }), told: null },
  { what: 'corrupt/ is gone', damage: ({ folder }) => rm(join(folder, 'corrupt'), { recursive: true }), told: null },
  { what: 'the version is missing', damage: ({ folder }) => rm(join(folder, 'version')), told: null },
  {
    what: 'the version is empty',
    damage: ({ folder }) => truncate(join(folder, 'version'), 0),
    told: /version.* cannot be read/,
    aside: ['version'],
  },
  {
    what: 'the version is rubbish',
    damage: ({ folder }) => writeFile(join(folder, 'version'), JUNK),
    told: /version.* cannot be read/,
    aside: ['version'],
  },
  {
    what: 'the version is a gigabyte of nothing',
    damage: ({ folder }) => truncate(join(folder, 'version'), GIB),
    told: /version.* cannot be read/,
    aside: ['version'],
  },
  {
    what: 'the version is a folder',
    async damage({ folder }) {
      await rm(join(folder, 'version'))
      await mkdir(join(folder, 'version/deep'), { recursive: true })
    },
    told: /version.* cannot be read/,
    aside: ['version'],
  },
  {
    what: 'the version is a link to nowhere',
    async damage({ folder }) {
      await rm(join(folder, 'version'))
      await symlink('/nowhere/at/all', join(folder, 'version'))
    },
    told: null,
  },
  ...['.DS_Store', 'Thumbs.db', 'desktop.ini'].map((name): Case => ({
    what: `${name} everywhere, which desktops leave behind`,
    damage: async ({ folder }) => {
      for (const place of ['', 'journal', 'queue', 'incoming', 'corrupt']) await writeFile(join(folder, place, name), JUNK)
    },
    told: null,
    aside: [name],
  })),
]

describe.each([
  ['the journal', journal],
  ['message files', files],
  ['elsewhere', elsewhere],
])('%s', (_place, cases) => {
  test.each(cases)('$what', async ({ damage, lost, told, aside }) => {
    const all = await stored()
    await damage(all)
    const gone = new Set(lost?.(all) ?? [])

    const spool = spoolIn(all.folder)
    const found = await spool.open()
    const said = found.setAside.map(({ reason }) => reason).join('\n')
    if (told === null) expect(said).toBe('')
    else expect(said).toMatch(told)

    const here = new Set<string>()
    for (const entry of found.entries) {
      const { id } = entry.head
      const message = await readAll(spool.read(id)).catch((thrown: unknown) => thrown)
      if (gone.has(id)) {
        // What cannot be had whole is not handed out at all.
        expect(String(message)).toMatch(/the stored message is damaged/)
        continue
      }
      here.add(id)
      expect(entry).toEqual(all.entries.get(id)?.entry)
      expect((message as Buffer).equals(all.entries.get(id)!.message)).toBe(true)
    }
    expect([...here].sort()).toEqual([...all.entries.keys()].filter((id) => !gone.has(id)).sort())
    const kept = await readdir(join(all.folder, 'corrupt'))
    for (const name of aside ?? []) expect(kept).toContainEqual(typeof name === 'string' ? name : expect.stringMatching(name))
    expect(kept.length).toBeGreaterThanOrEqual(found.setAside.length)

    // It goes on: mail is taken, and nothing is told twice.
    const next = messageBytes('next', 1000)
    const { head } = await accept(spool, next)
    await spool.close()
    const again = spoolIn(all.folder)
    const second = await again.open()
    expect(second.setAside).toEqual([])
    expect((await readAll(again.read(head.id))).equals(next)).toBe(true)
    expect(new Set(second.entries.map((entry) => entry.head.id))).toEqual(
      new Set([...found.entries.map((entry) => entry.head.id), head.id]),
    )
    await again.close()
  })
})

test.each(['journal', 'queue', 'incoming', 'corrupt'])(
  '%s/ is a file: nothing is started, nothing is touched, and it is said',
  async (name) => {
    const { folder } = await stored()
    await rename(join(folder, name), join(folder, '..', name))
    await writeFile(join(folder, name), JUNK)
    await expect(spoolIn(folder).open()).rejects.toThrow(/EEXIST|ENOTDIR|not a folder/)
    expect(await readFile(join(folder, name))).toEqual(JUNK)
  },
)
