import { expect, onTestFinished, test } from 'vitest'
import { seededChance } from '../support/crashing-disk.ts'
import { killAgainAndAgain } from '../support/kill/rounds.ts'

/** More of them, and told one by one: `npm run kill -- --rounds 300 --verbose`. */
const ROUNDS = 12
const SEED = 20

test(
  `every message that got 250 is delivered to every recipient, whole, and again only where it must be, through ${ROUNDS} sudden ends`,
  { timeout: 180_000 },
  async () => {
    const report = await killAgainAndAgain({ rounds: ROUNDS, chance: seededChance(SEED), defer: onTestFinished })
    expect(report.wrong).toEqual([])
    expect(report.accepted).toBeGreaterThan(0)
    expect(Object.values(report.endings).every((times) => times > 0)).toBe(true)
  },
)
