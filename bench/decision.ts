/** Times routing: `node bench/decision.ts` prints the median of one recipient's whole decision against 50 rules, the route found included. */
import { factsFor, relayRoute, routerWith, routesOf, settingsWith } from '../test/unit/engine/routing/world.ts'

const RULES = 50
const DECISIONS = 20_000

const CONDITIONS: readonly ((index: number) => string)[] = [
  (index) => `rcpt_domain == 'customer${index}.example'`,
  (index) => `retry_num > ${index} && last_error == 'connection'`,
  (index) => `is_local_domain('', rcpt_domain) && ends_with(sender, '@branch${index}.example.org')`,
  (index) => `contains(['a${index}.example', 'b${index}.example', 'c${index}.example'], rcpt_domain)`,
  (index) => `matches('^scanner-(${index}|x)[0-9]*@', sender)`,
]

/** 49 rules of five kinds none of which holds, closed by an else: the longest way through. */
const branches = Array.from({ length: RULES - 1 }, (_, index) => ({
  if: (CONDITIONS[index % CONDITIONS.length] ?? String)(index),
  then: `'route-${index}'`,
}))
const { router } = routerWith(settingsWith({ route: { branches, else: "'relay'" }, routes: routesOf(relayRoute('relay')) }))
const facts = factsFor('bob.smith@client.example')

const samples: number[] = []
for (let i = 0; i < DECISIONS; i++) {
  const start = process.hrtime.bigint()
  const decision = await router.decide(facts)
  samples.push(Number(process.hrtime.bigint() - start) / 1000)
  if (decision.route?.id !== 'relay' || decision.trace.length !== RULES - 1) throw new Error('the bench does not measure what it says')
}
samples.sort((a, b) => a - b)
const at = (share: number): string => (samples[Math.floor(DECISIONS * share)] ?? NaN).toFixed(1)
process.stdout.write(`decision against ${RULES} rules: median ${at(0.5)} µs, 99 % ${at(0.99)} µs\n`)
