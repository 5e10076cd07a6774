/** Times the settings: `node bench/config.ts` prints the median of reading a config.toml with 50 rules and 50 routes, problems and all. */
import { readConfig } from '../main/engine/config/index.ts'

const RULES = 50
const TIMES = 100

const CONDITIONS: readonly ((index: number) => string)[] = [
  (index) => `rcpt_domain == 'customer${index}.example'`,
  (index) => `retry_num > ${RULES - index} && last_error == 'connection'`,
  (index) => `ends_with(sender, '@branch${index}.example.org') && !is_local_domain('', rcpt_domain)`,
  (index) => `contains(['a${index}.example', 'b${index}.example', 'c${index}.example'], rcpt_domain)`,
  (index) => `matches('^scanner-(${index}|x)[0-9]*@', sender)`,
]

const indexes = Array.from({ length: RULES - 1 }, (_, index) => index)
const rules = indexes.map((index) => {
  const condition = CONDITIONS[index % CONDITIONS.length] ?? String
  return `  { if = "${condition(index)}", then = "'route-${index}'" },`
})
const routes = indexes.map(
  (index) => `
[queue.route.route-${index}]
type = "relay"
address = "relay${index}.example.org"
port = 465
auth.username = "office${index}@example.org"
auth.secret = "%{secret:route-${index}}%"`,
)
const text = `
[server]
hostname = "mailroom.office.lan"

[directory.default]
domains = ["office.lan"]

[queue.strategy]
route = [
${rules.join('\n')}
  { else = "'mx'" },
]
${routes.join('\n')}
`

async function read(): Promise<void> {
  const { issues } = await readConfig(text, {
    sources: { environment: () => undefined, file: () => Promise.resolve({ problem: 'none' }), secret: () => 'stored' },
    hostname: 'mailroom.office.lan',
    ownAddresses: ['127.0.0.1'],
  })
  if (issues.length > 0) throw new Error(`the bench does not measure what it says: ${issues[0]?.message ?? ''}`)
}

const samples: number[] = []
for (let i = 0; i < TIMES; i++) {
  const start = process.hrtime.bigint()
  await read()
  samples.push(Number(process.hrtime.bigint() - start) / 1e6)
}
const first = samples[0] ?? NaN
samples.sort((a, b) => a - b)
const at = (share: number): string => (samples[Math.floor(TIMES * share)] ?? NaN).toFixed(1)
const bytes = Buffer.byteLength(text)
process.stdout.write(
  `settings of ${RULES} rules and ${RULES - 1} routes (${bytes} bytes): median ${at(0.5)} ms, 90 % ${at(0.9)} ms, the first time ${first.toFixed(1)} ms\n`,
)
