/** Times the rule language: `node bench/expression.ts` prints the median of a decision over 50 rules and of reading 50 rules. */
import { CONTEXTS, compileList, evaluateListNow, newCaptures, valueOf } from '../main/engine/expression/index.ts'
import type { CompiledList, Environment, Value } from '../main/engine/expression/index.ts'

const RULES = 50

const CONDITIONS: readonly ((index: number) => string)[] = [
  (index) => `rcpt_domain == 'customer${index}.example'`,
  (index) => `retry_num > ${index} && last_error == 'connection'`,
  (index) => `ends_with(sender, '@branch${index}.example.org') && !is_local_domain('', rcpt_domain)`,
  (index) => `contains(['a${index}.example', 'b${index}.example', 'c${index}.example'], rcpt_domain)`,
  (index) => `matches('^scanner-(${index}|x)[0-9]*@', sender)`,
]

/** 49 rules of five kinds none of which holds, closed by an else: the longest way through. */
function rules(): unknown[] {
  const branches = Array.from({ length: RULES - 1 }, (_, index) => {
    const condition = CONDITIONS[index % CONDITIONS.length] ?? String
    return { if: condition(index), then: `'route-${index}'` }
  })
  return [...branches, { else: "'mx'" }]
}

const VARIABLES = new Map<string, Value>(
  Object.entries({
    rcpt: 'bob.smith@client.example',
    rcpt_domain: 'client.example',
    sender: 'alice@example.org',
    retry_num: 0,
    last_error: 'none',
  }).map(([name, value]): [string, Value] => [name, valueOf(value)]),
)

function environment(): Environment {
  return {
    variable: (name) => VARIABLES.get(name) ?? '',
    functions: {
      isLocalDomain: () => false,
      isLocalAddress: () => false,
      keyExists: () => false,
      keyGet: () => '',
      dnsQuery: () => [],
    },
    captures: newCaptures(),
  }
}

function load(): CompiledList {
  const result = compileList(rules(), CONTEXTS.route)
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'))
  return result.list
}

function medianMicroseconds(times: number, run: () => unknown): number {
  const samples = Array.from({ length: times }, () => {
    const start = process.hrtime.bigint()
    run()
    return Number(process.hrtime.bigint() - start) / 1000
  })
  return samples.sort((a, b) => a - b)[Math.floor(times / 2)] ?? NaN
}

const list = load()
for (let warmUp = 0; warmUp < 2000; warmUp += 1) void evaluateListNow(list, environment())
const decision = medianMicroseconds(20_000, () => evaluateListNow(list, environment()))
const reading = medianMicroseconds(200, load)
process.stdout.write(`decision over ${RULES} rules: ${decision.toFixed(1)} µs median\n`)
process.stdout.write(`reading ${RULES} rules: ${(reading / 1000).toFixed(2)} ms median\n`)
