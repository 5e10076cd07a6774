import { parseArgs } from 'node:util'
import { fuzz, heapGrowth } from '../test/support/fuzz/campaign.ts'
import { openStage } from '../test/support/fuzz/session.ts'

/** `npm run fuzz -- --commands N [--seed S] [--only]`: clients of every kind until they have said N commands; `--only` plays the client of one seed, in memory and over a socket. */
const { values } = parseArgs({
  options: {
    commands: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)

if (values.only) {
  for (const sockets of [false, true]) {
    const stage = await openStage(sockets)
    const { commands, messages, problem } = await stage.play(seed)
    console.log(`${sockets ? 'over a socket' : 'in memory'}: ${commands} commands, ${messages} messages, ${problem ?? 'all as promised'}`)
    if (problem !== null) process.exitCode = 1
    await stage.close()
  }
} else {
  const begunAt = performance.now()
  const sum = await fuzz({
    commands: Number(values.commands),
    seed,
    told: ({ clients, commands, messages, problems }) =>
      console.log(`${clients} clients, ${commands} commands, ${messages} messages, ${problems.length} problems`),
  })
  const seconds = (performance.now() - begunAt) / 1000
  for (const problem of sum.problems) console.log(`${problem}\n  again: npm run fuzz -- --only --seed ${/\d+/.exec(problem)?.[0] ?? ''}`)
  const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1)
  console.log(`${sum.commands} commands of ${sum.clients} clients in ${Math.round(seconds)} s, ${megabytes(sum.bytes)} MB sent`)
  console.log(`${sum.messages} messages kept, ${sum.problems.length} problems`)
  console.log(`heap after collection, MB: ${sum.heapBytes.map(megabytes).join(' ')}; growth ${megabytes(heapGrowth(sum))}`)
  if (sum.problems.length > 0) process.exitCode = 1
}
