import { parseArgs } from 'node:util'
import { killAgainAndAgain } from '../test/support/kill/rounds.ts'
import { seededChance } from '../test/support/crashing-disk.ts'
import { Cleanups } from '../test/support/peers/processes.ts'

/** `npm run kill -- --rounds N [--seed S]`: the built engine dies N times on real disk and sockets, and every 250 is accounted for. */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    verbose: { type: 'boolean', default: false },
  },
})

const cleanups = new Cleanups()
const begun = performance.now()
try {
  const report = await killAgainAndAgain({
    rounds: Number(values.rounds),
    chance: seededChance(Number(values.seed)),
    defer: cleanups.defer,
    ...(values.verbose ? { tell: (line: string) => console.log(line) } : {}),
  })
  console.log(`${values.rounds} rounds with seed ${values.seed} in ${Math.round((performance.now() - begun) / 1000)} s`)
  console.log(report)
  if (report.wrong.length > 0) process.exitCode = 1
} finally {
  await cleanups.run()
}
