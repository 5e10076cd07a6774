import { describe, expect, test } from 'vitest'
import type { ActivityEvent } from '../../main/contract/index.ts'
import type { Disk, DiskFile, Network, System } from '../../main/engine/system/index.ts'
import { check } from '../simulation/checks.ts'
import { SimulatedDisk } from '../simulation/disk.ts'
import { Ledger } from '../simulation/ledger.ts'
import { makePlan } from '../simulation/plan.ts'
import { simulate } from '../simulation/simulation.ts'
import type { Mutant } from '../simulation/simulation.ts'
import type { Story } from '../simulation/story.ts'
import { World } from '../simulation/world.ts'

/** Enough to go through all that the world can do; `npm run simulate` runs as many more as one likes. */
const SEEDS = 2_000
const FEWEST = 100
/** On a machine that is busy with other things fewer worlds are seen in the same time. */
const MOST_MS = 40_000

test('in every world each promise is kept', { timeout: 4 * MOST_MS }, async () => {
  const begunAt = performance.now()
  for (let seed = 1; seed <= SEEDS && (seed <= FEWEST || performance.now() - begunAt < MOST_MS); seed++) {
    const { violations } = await simulate(seed)
    expect(violations, `npm run simulate -- --seeds 1 --seed ${seed} --verbose`).toEqual([])
  }
})

test('the same seed is the same world, step for step', { timeout: MOST_MS }, async () => {
  for (const seed of [3, 17, 42, 99, 123]) expect(await simulate(seed)).toEqual(await simulate(seed))
  expect((await simulate(4)).hash).not.toBe((await simulate(3)).hash)
})

/** Wraps a disk so that files opened on it may lie. */
function withFiles(disk: Disk, change: (file: DiskFile) => DiskFile): Disk {
  const ofJournal = (path: string, file: DiskFile): DiskFile => (path.includes('/spool/journal/') ? change(file) : file)
  return {
    ...disk,
    create: async (path, options) => ofJournal(path, await disk.create(path, options)),
    openAppend: async (path) => ofJournal(path, await disk.openAppend(path)),
  }
}

/** The file, some of its calls replaced; its size is always that of now. */
function changed(file: DiskFile, calls: Partial<DiskFile>): DiskFile {
  return {
    get size() {
      return file.size
    },
    write: (data) => file.write(data),
    writeAll: (pieces) => file.writeAll(pieces),
    sync: () => file.sync(),
    truncate: (size) => file.truncate(size),
    close: () => file.close(),
    ...calls,
  }
}

function withDisk(change: (disk: Disk) => Disk): Mutant {
  return { system: (system: System) => ({ ...system, disk: change(system.disk) }) }
}

function withNetwork(change: (network: Network) => Network): Mutant {
  return { system: (system: System) => ({ ...system, network: change(system.network) }) }
}

/** A record of a state begins with the magic and kind 2. */
const isState = (piece: Uint8Array): boolean => piece[0] === 0x4d && piece[4] === 2

/** Each breaks one promise on purpose. */
const MUTANTS: readonly (readonly [name: string, mutant: Mutant, found: RegExp])[] = [
  ['a disk that does nothing when asked to sync', { disk: { forgetsSyncs: true } }, /is lost|damaged/],
  [
    'a program that does not sync its journal',
    withDisk((disk) => withFiles(disk, (file) => changed(file, { sync: () => Promise.resolve() }))),
    /is lost/,
  ],
  [
    'a journal that forgets the states of messages',
    withDisk((disk) =>
      withFiles(disk, (file) => changed(file, { writeAll: (pieces) => file.writeAll(pieces.filter((piece) => !isState(piece))) })),
    ),
    /again|is lost|are back|left in the spool/,
  ],
  ['a disk that keeps what is removed', withDisk((disk) => ({ ...disk, remove: () => Promise.resolve() })), /left in the spool/],
  [
    'a network that calls somebody else',
    withNetwork((network) => ({
      ...network,
      connect: (target) => network.connect({ ...target, address: target.address === '10.0.1.1' ? '10.0.2.1' : target.address }),
    })),
    /which no rule chose/,
  ],
]

describe('the checks notice', () => {
  test.each(MUTANTS)('%s', { timeout: 2 * MOST_MS }, async (_name, mutant, found) => {
    const seen: string[] = []
    for (let seed = 1; seed <= 400 && !seen.some((one) => found.test(one)); seed++)
      seen.push(...(await simulate(seed, { mutant })).violations)
    expect(seen.find((one) => found.test(one)) ?? seen).toMatch(found)
  })

  const ATTEMPT: Omit<Extract<ActivityEvent, { type: 'attempted' }>, 'seq' | 'at' | 'startedAt' | 'attempt' | 'results'> = {
    type: 'attempted',
    entryId: 'e',
    route: 'mx',
    routeType: 'mx',
    rule: null,
    trace: [],
    durationMs: 0,
    tries: [],
    transcript: [],
  }
  const QUIET: Omit<Story, 'ledger' | 'disk' | 'world' | 'plans'> = {
    crashes: 0,
    clockJumps: 0,
    restarts: 0,
    offline: [],
    diskFailures: 0,
    mailboxFiles: [],
  }
  const later = { outcome: 'temp_fail', status: '', text: '', cause: '', errorClass: '', mayArriveTwice: false } as const

  /** What the checks say about a log, with one message from `m1` to `m1-r0@a.test` that always goes by MX. */
  function judged(events: readonly object[], more: Partial<typeof QUIET> = {}, notify = 'NEVER'): readonly string[] {
    const world = new World(1)
    world.wallOffset = 0
    const ledger = new Ledger(world)
    ledger.submissions.set('m1', {
      token: 'm1',
      sender: 'm1@b.test',
      body: '',
      state: 'accepted',
      recipients: ['m1-r0@a.test'],
      notify: new Map([['m1-r0@a.test', notify]]),
      begunAt: 0,
    })
    ledger.ends.set('m1-r0@a.test', { disposition: 'expired', reply: '' })
    const disk = new SimulatedDisk(world)
    disk.put('/data/activity/2026-11-23.jsonl', events.map((event, i) => JSON.stringify({ seq: i + 1, at: 0, ...event })).join('\n'))
    const rules = [{ when: { kind: 'else' }, route: 'mx' }] as const
    const plan = { ...makePlan(world.chance), rules, retry: [1], expireAfter: 3_600, maxAttempts: null }
    check({ ledger, disk, world, plans: [{ plan, wall: 0 }], ...QUIET, ...more })
    return ledger.violations
  }
  const attempt = (attemptNumber: number, startedAt: number, nextAttemptAt: number, route = 'mx'): object => ({
    ...ATTEMPT,
    route,
    attempt: attemptNumber,
    startedAt,
    at: startedAt + 10,
    results: [{ ...later, address: 'm1-r0@a.test', nextAttemptAt }],
  })
  const ended = { at: 3_600_000, type: 'ended', entryId: 'e', recipient: 'm1-r0@a.test', disposition: 'expired', text: '' }

  test('nothing in a log that is right', () => {
    expect(judged([attempt(1, 1000, 2000), attempt(2, 2000, 4000), ended])).toEqual([])
  })

  test('an attempt before its time', () => {
    expect(judged([attempt(1, 1000, 2000), attempt(2, 1990, 4000), ended])).toEqual(['m1-r0@a.test was tried 10 ms before it was due'])
  })

  test('a failure that nobody is told of', () => {
    const events = [attempt(1, 1000, 2000), ended]
    const sent = { at: 3_600_001, type: 'report-sent', entryId: 'e', reportEntryId: 'r', kind: 'failure', to: 'm1@b.test' }
    expect(judged([...events, sent], {}, 'FAILURE')).toEqual([])
    expect(judged(events, {}, 'FAILURE')).toEqual(['m1-r0@a.test expired, and m1@b.test was not told'])
  })

  test('a message that is given up too early', () => {
    expect(judged([attempt(1, 1000, 2000), { ...ended, at: 3_500_000 }])).toEqual([
      'm1-r0@a.test was given up after 3500000 ms and 1 attempts',
    ])
    const offline = [{ from: 1, to: 3_590_000 }]
    expect(judged([attempt(1, 1000, 2000), ended], { offline })).toEqual(['m1-r0@a.test was given up after 3600000 ms and 1 attempts'])
  })

  test('an attempt without a network that is counted', () => {
    const offline = [{ from: 0, to: 3_000 }]
    const unreached = { ...later, cause: 'connect', address: 'm1-r0@a.test', nextAttemptAt: 2000 }
    const events = [{ ...attempt(1, 1000, 0), results: [unreached] }, attempt(2, 2000, 4000), { ...ended, at: 9_000_000 }]
    expect(judged(events, { offline })).toEqual(['m1-r0@a.test: attempt 1 failed for want of a network and was counted'])
  })

  test('a route that the rules did not choose', () => {
    expect(judged([attempt(1, 1000, 2000, 'first'), ended])).toEqual(['attempt 1 for m1-r0@a.test took first, the rules say mx'])
  })

  test('an end that is told twice, and one that is not told', () => {
    expect(judged([ended, ended])).toEqual(['m1-r0@a.test ended 2 times in the log'])
    expect(judged([])).toEqual(['m1-r0@a.test has no end in the log'])
  })
})
