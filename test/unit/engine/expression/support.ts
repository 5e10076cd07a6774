import { CONTEXTS, compile, newCaptures, toJson, valueOf } from '../../../../main/engine/expression/index.ts'
import type { CompiledExpression, ContextName, Environment, Value, WaitingFunctions } from '../../../../main/engine/expression/index.ts'

/** The variables of the worked cases (test/fixtures/routing-cases.json, part A). */
export const FIXTURE_VARIABLES: Readonly<Record<string, unknown>> = {
  rcpt: 'Bob.Smith@client.example',
  rcpt_domain: 'client.example',
  recipients: ['Bob.Smith@client.example', 'al@example.org'],
  sender: 'alice@example.org',
  sender_domain: 'example.org',
  priority: 0,
  retry_num: 0,
  notify_num: 0,
  expires_in: 432000,
  last_status: 'Scheduled',
  last_error: 'none',
  queue_name: 'remote',
  queue_age: 90,
  received_from_ip: '192.168.1.23',
  received_via_port: 587,
  source: 'authenticated',
  size: 2048,
  mx: 'mx1.client.example',
  remote_ip: '203.0.113.9',
  local_ip: '0.0.0.0',
}

const LOCAL_DOMAINS = ['example.org', 'branch.example.org']
const DNS: Readonly<Record<string, readonly string[] | string>> = {
  'client.example mx': ['mx1.client.example', 'mx2.client.example'],
  'client.example ip': ['192.0.2.1', '2001:db8::1'],
  'client.example txt': 'v=spf1 -all',
}

/** The directory, store and DNS of the worked cases; `wait` makes every answer come later. */
export function fixtureFunctions(wait: boolean): WaitingFunctions {
  const answer = <T>(value: T): T | Promise<T> => (wait ? Promise.resolve(value) : value)
  return {
    isLocalDomain: (_directory, domain) => answer(LOCAL_DOMAINS.includes(domain.toLowerCase())),
    isLocalAddress: (_directory, address) => answer(address.toLowerCase() === 'alice@example.org'),
    keyExists: (_store, key) => answer(key === 'vip@client.example'),
    keyGet: (_store, key) => answer(key === 'vip@client.example' ? 'gold' : ''),
    dnsQuery: (name, type) => answer(DNS[`${name} ${type}`] ?? (type === 'txt' ? '' : [])),
  }
}

export function environment(vars: Readonly<Record<string, unknown>> = {}, wait = false): Environment {
  const values = new Map<string, Value>()
  for (const [name, value] of Object.entries({ ...FIXTURE_VARIABLES, ...vars })) values.set(name, valueOf(value))
  const variable = (name: string): Value => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`asked for a variable that does not exist: ${name}`)
    return value
  }
  return { variable, functions: fixtureFunctions(wait), captures: newCaptures() }
}

export const SETTINGS: Readonly<Record<string, string>> = { 'server.hostname': 'mx.example.org' }

export function compileFor(text: string, context: ContextName = 'route'): CompiledExpression {
  return compile(text, CONTEXTS[context], { configGet: (key) => SETTINGS[key] ?? '' })
}

/** The value of an expression over the fixture, answered at once. */
export function valueFor(text: string, vars: Readonly<Record<string, unknown>> = {}, context: ContextName = 'route'): Value {
  const value = compileFor(text, context).evaluate(environment(vars))
  if (value instanceof Promise) throw new Error(`waited for ${text}`)
  return value
}

/** As the command line shows it: `{ value, type }`. */
export function jsonFor(
  text: string,
  vars: Readonly<Record<string, unknown>> = {},
  context: ContextName = 'route',
): { value: unknown; type: string } {
  return toJson(valueFor(text, vars, context))
}
