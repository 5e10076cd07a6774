import { parseArgs } from 'node:util'
import { simulate } from '../test/simulation/simulation.ts'

/** `npm run simulate -- --seeds N [--seed S] [--verbose]`: runs N worlds from seed S on, and says which broke a promise. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
    'keep-going': { type: 'boolean', default: false },
  },
})

const first = Number(values.seed)
const count = Number(values.seeds)
const begunAt = performance.now()
const sums = { steps: 0, crashes: 0, accepted: 0, failed: 0 }
let told = begunAt
let slowest = { seed: 0, ms: 0 }

for (let seed = first; seed < first + count; seed++) {
  const seedAt = performance.now()
  const result = await simulate(seed, values.verbose ? { tell: (line) => console.log(line) } : {})
  const ms = performance.now() - seedAt
  if (ms > slowest.ms) slowest = { seed, ms }
  sums.steps += result.steps
  sums.crashes += result.crashes
  sums.accepted += result.accepted
  if (result.violations.length > 0) {
    sums.failed++
    console.log(`seed ${seed} (hash ${result.hash}): ${result.violations.join('\n  ')}`)
    console.log(`  again: npm run simulate -- --seeds 1 --seed ${seed} --verbose`)
    process.exitCode = 1
    if (!values['keep-going']) break
  }
  if (count === 1) console.log(result)
  if (performance.now() - told > 30_000) {
    told = performance.now()
    summary(seed - first + 1)
  }
}
summary(count)
console.log(`the slowest was ${slowest.seed}: ${Math.round(slowest.ms)} ms`)

function summary(done: number): void {
  const minutes = (performance.now() - begunAt) / 60_000
  const perMinute = Math.round(sums.steps / minutes / 1000)
  console.log(
    `${done} worlds, ${sums.steps} steps (${perMinute} 000 a minute), ${sums.accepted} messages, ${sums.crashes} crashes, ${sums.failed} broke a promise`,
  )
}
