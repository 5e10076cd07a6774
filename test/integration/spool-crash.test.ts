import { expect, test } from 'vitest'
import { createSpool } from '../../main/engine/spool/index.ts'
import type { Entry, Spool } from '../../main/engine/spool/index.ts'
import { createCrashingDisk, seededChance } from '../support/crashing-disk.ts'
import type { CrashingDisk } from '../support/crashing-disk.ts'
import { createHurriedClock } from '../support/held-clock.ts'
import { accept, completed, messageBytes, readAll, seededRandom, triedAgain } from '../support/spool-entries.ts'

/** Small sizes, so that a short script goes through files of their own, full segments, moved messages and deleted segments. */
const SIZES = { smallMessage: 2000, segment: 6000, journal: 4000, recent: 3000 }

/** What the spool has promised so far. */
interface Promised {
  /** Committed and not removed; `sure` is the newest state whose update resolved, `asked` any state that was handed in since. */
  readonly kept: Map<string, { message: Buffer; sure: Entry; asked: Entry[] }>
  /** Handed in, never acknowledged. */
  readonly offered: Map<string, Buffer>
  /** Removal was asked for: may be there or not, until `gone`. */
  readonly leaving: Set<string>
  readonly gone: Set<string>
}

function nothingPromised(): Promised {
  return { kept: new Map(), offered: new Map(), leaving: new Set(), gone: new Set() }
}

function openSpool(disk: CrashingDisk, seed: number): Spool {
  return createSpool({ disk, clock: createHurriedClock(), random: seededRandom(seed), folder: '/data/spool', sizes: SIZES })
}

async function acceptOne(spool: Spool, size: number, promised: Promised): Promise<string> {
  const id = spool.newId()
  const message = messageBytes(id, size)
  promised.offered.set(id, message)
  const entry = await accept(spool, message, id)
  promised.offered.delete(id)
  promised.kept.set(id, { message, sure: entry, asked: [] })
  return id
}

async function retryOne(spool: Spool, id: string, promised: Promised): Promise<void> {
  const known = promised.kept.get(id)!
  const next = triedAgain(known.asked.at(-1) ?? known.sure)
  known.asked.push(next)
  await spool.update(next)
  known.sure = next
  known.asked = known.asked.slice(known.asked.indexOf(next) + 1)
}

async function finishOne(spool: Spool, id: string, promised: Promised): Promise<void> {
  const known = promised.kept.get(id)!
  const last = completed(known.sure)
  known.asked.push(last)
  promised.leaving.add(id)
  // A queue may save the end first or go straight to the removal; either must hold on its own.
  if (id.charCodeAt(id.length - 1) % 2 === 0) await spool.update(last)
  await spool.remove(id)
  promised.kept.delete(id)
  promised.gone.add(id)
}

/** One after the other and in parallel, small and large, some staying for long. */
async function script(spool: Spool, promised: Promised): Promise<void> {
  await spool.open()
  const staying = await acceptOne(spool, 700, promised)
  const large = await acceptOne(spool, 5000, promised)
  const some = await Promise.all([300, 900, 2500, 100].map((size) => acceptOne(spool, size, promised)))
  await Promise.all([retryOne(spool, staying, promised), retryOne(spool, large, promised), acceptOne(spool, 1500, promised)])
  await Promise.all(some.map((id) => finishOne(spool, id, promised)))
  for (let i = 0; i < 6; i++) {
    const id = await acceptOne(spool, 1200, promised)
    if (i % 2 === 0) await finishOne(spool, id, promised)
    else await retryOne(spool, id, promised)
  }
  await finishOne(spool, large, promised)
  await retryOne(spool, staying, promised)
  await spool.close()
}

async function check(disk: CrashingDisk, promised: Promised, what: string): Promise<void> {
  const spool = openSpool(disk, 99)
  const { entries, setAside } = await spool.open()
  expect(setAside, what).toEqual([])
  const found = new Map(entries.map((entry) => [entry.head.id, entry]))
  for (const [id, { message, sure, asked }] of promised.kept) {
    const entry = found.get(id)
    if (entry === undefined) {
      expect(promised.leaving, `${what}: ${id} is lost`).toContain(id)
      continue
    }
    expect([sure, ...asked], `${what}: state of ${id}`).toContainEqual(entry)
    expect((await readAll(spool.read(id))).equals(message), `${what}: message ${id}`).toBe(true)
  }
  for (const [id, entry] of found) {
    expect(promised.gone, `${what}: removed ${id} is back`).not.toContain(id)
    const offered = promised.offered.get(id)
    expect(offered !== undefined || promised.kept.has(id), `${what}: ${id} came from nowhere`).toBe(true)
    if (offered !== undefined) expect((await readAll(spool.read(id))).equals(offered), `${what}: unacknowledged ${id} is whole`).toBe(true)
    // What was found can be worked with.
    await spool.update(triedAgain(entry))
  }
  await spool.close()
}

test('whatever operation the computer stops in, all that was promised is there and nothing else', async () => {
  const dry = createCrashingDisk()
  await script(openSpool(dry, 1), nothingPromised())
  expect(dry.operations).toBeGreaterThan(100)
  for (let operation = 1; operation <= dry.operations + 1; operation++) {
    const disk = createCrashingDisk()
    disk.crashAt(operation)
    const promised = nothingPromised()
    await script(openSpool(disk, 1), promised).catch((error: unknown) => {
      if (!disk.crashed) throw error
    })
    for (const seed of [1, 2, 3]) await check(disk.afterCrash(operation * 100 + seed), promised, `crash ${operation}/${seed}`)
    await check(disk.afterKill(), promised, `kill ${operation}`)
  }
})

/** Any of the actions, in an order and at sizes that the seed chooses; up to four at once. */
async function randomScript(spool: Spool, promised: Promised, chance: () => number): Promise<void> {
  await spool.open()
  for (let round = 0; round < 25; round++) {
    const idle = [...promised.kept.keys()].filter((id) => !promised.leaving.has(id))
    const actions = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => {
      const id = idle.splice(Math.floor(chance() * idle.length), 1)[0]
      if (id === undefined || chance() < 0.35) return acceptOne(spool, 60 + Math.floor(chance() ** 2 * 4000), promised)
      return chance() < 0.3 ? retryOne(spool, id, promised) : finishOne(spool, id, promised)
    })
    await Promise.all(actions)
  }
  await spool.close()
}

test('random scripts that stop at random operations keep the promises too', async () => {
  for (let seed = 1; seed <= 400; seed++) {
    const disk = createCrashingDisk()
    const chance = seededChance(seed)
    disk.crashAt(12 + Math.floor(chance() * 350))
    const promised = nothingPromised()
    await randomScript(openSpool(disk, seed), promised, chance).catch((error: unknown) => {
      if (!disk.crashed) throw error
    })
    await check(disk.afterCrash(seed), promised, `seed ${seed}`)
    await check(disk.afterCrash(seed + 1000), promised, `seed ${seed}+`)
  }
})

test('a second crash during recovery loses nothing either', async () => {
  const disk = createCrashingDisk()
  const promised = nothingPromised()
  const spool = openSpool(disk, 1)
  await spool.open()
  for (let i = 0; i < 8; i++) await acceptOne(spool, 1500, promised)
  const large = await acceptOne(spool, 4000, promised)
  const small = await acceptOne(spool, 400, promised)
  await Promise.all([finishOne(spool, large, promised), finishOne(spool, small, promised)])
  for (let operation = 1; operation < 40; operation++) {
    const second = disk.afterCrash(7)
    second.crashAt(operation)
    await openSpool(second, 2)
      .open()
      .catch((error: unknown) => {
        if (!second.crashed) throw error
      })
    await check(second.afterCrash(operation), promised, `second crash ${operation}`)
  }
})

test('a recovery that is killed in the midst of its repairs, repeated and cut off by the power leaves no damage', async () => {
  const disk = createCrashingDisk()
  const promised = nothingPromised()
  const spool = openSpool(disk, 1)
  await spool.open()
  for (let i = 0; i < 3; i++) await acceptOne(spool, 600, promised)
  // Cut off in the midst of the last write.
  disk.crashAt(disk.operations + 1)
  await acceptOne(spool, 1800, promised).catch(() => undefined)
  for (let seed = 1; seed <= 12; seed++) {
    for (let operation = 1; operation < 16; operation++) {
      const first = disk.afterCrash(seed)
      first.crashAt(operation)
      await openSpool(first, 2)
        .open()
        .catch(() => undefined)
      const second = first.afterKill()
      await openSpool(second, 3).open()
      await check(second.afterCrash(seed * 100 + operation), promised, `seed ${seed}, killed at ${operation}`)
    }
  }
})

test.each(['ENOSPC', 'EIO'])(
  'whatever operation fails with %s, the error comes out, the spool goes on, and nothing acknowledged is lost',
  async (code) => {
    const dry = createCrashingDisk()
    await script(openSpool(dry, 1), nothingPromised())
    for (let operation = 12; operation <= dry.operations; operation++) {
      const disk = createCrashingDisk()
      disk.failAt((at) => at === operation, code)
      const promised = nothingPromised()
      const spool = openSpool(disk, 1)
      await script(spool, promised).catch((error: unknown) => expect(String(error)).toContain(code))
      await acceptOne(spool, 900, promised)
      await acceptOne(spool, 3000, promised)
      await check(disk.afterCrash(operation), promised, `${code} at ${operation}`)
    }
  },
)

test('on a disk that stays full nothing new is kept, and mail goes on when there is room again', async () => {
  const disk = createCrashingDisk()
  const promised = nothingPromised()
  const spool = openSpool(disk, 1)
  await spool.open()
  await acceptOne(spool, 1000, promised)
  let full = true
  disk.failAt(() => full, 'ENOSPC')
  for (const size of [500, 5000, 500]) await expect(acceptOne(spool, size, nothingPromised())).rejects.toThrow('ENOSPC')
  full = false
  await acceptOne(spool, 500, promised)
  await check(disk.afterCrash(5), promised, 'after the full disk')
})
