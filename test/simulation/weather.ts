import type { Chance } from './chance.ts'
import { DEAD } from './mail-server.ts'
import type { Mood } from './mail-server.ts'

const MINUTE = 60_000

/** How a run differs from others; drawn from the seed. */
export interface Weather {
  readonly horizonMs: number
  readonly messages: number
  readonly crashes: number
  readonly stops: number
  readonly storms: number
  readonly diskTroubles: number
  readonly clockJumps: number
  readonly offline: number
  readonly reloads: number
  readonly personActions: number
}

export function makeWeather(chance: Chance): Weather {
  const often = (likely: number, most: number): number => (chance.hits(likely) ? chance.between(1, most) : 0)
  return {
    horizonMs: chance.spread(20_000, 12 * 60 * MINUTE),
    messages: chance.spread(1, 25),
    crashes: often(0.6, 4),
    stops: often(0.2, 2),
    storms: often(0.8, 6),
    diskTroubles: often(0.2, 2),
    clockJumps: often(0.2, 3),
    offline: often(0.15, 2),
    reloads: often(0.25, 3),
    personActions: often(0.35, 6),
  }
}

/** How a server behaves while there is a storm. */
export function makeMood(chance: Chance): Mood {
  if (chance.hits(0.2)) return DEAD
  const some = (likely: number): number => (chance.hits(likely) ? chance.unit() ** 2 : 0)
  return {
    unreachable: some(0.3),
    broken: some(0.4) / 2,
    temporary: some(0.4),
    permanent: some(0.2) / 2,
    lostAnswer: some(0.4),
    tls: some(0.2),
  }
}
