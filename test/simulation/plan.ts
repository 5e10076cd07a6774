import type { Chance } from './chance.ts'

/** Domains of the simulated world. `shop.test` is ours without mailboxes, the others have mail servers of their own. */
export const LOCAL_DOMAIN = 'office.test'
export const EMPTY_DOMAIN = 'shop.test'
export const MX_DOMAINS = ['a.test', 'b.test', 'c.test', 'd.test', 'e.test'] as const
const ALL_DOMAINS = [LOCAL_DOMAIN, EMPTY_DOMAIN, ...MX_DOMAINS] as const

/** Where the world's hosts are. */
export const RELAYS = { first: ['10.0.1.1', '10.0.1.2'], second: ['10.0.2.1'], lmtp: ['10.0.3.1'] } as const
export type RelayName = keyof typeof RELAYS
export const mxAddressesOf = (domain: string): string[] => {
  const at = MX_DOMAINS.findIndex((one) => one === domain)
  return at < 0 ? [] : [`10.1.${at}.1`, `10.1.${at}.2`]
}

export type RouteName = RelayName | 'mx' | 'local'
type When =
  | { readonly kind: 'ours' }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'retries'; readonly above: number }
  | { readonly kind: 'null-sender' }
  | { readonly kind: 'else' }

export interface Rule {
  readonly when: When
  readonly route: RouteName
}

/** The settings as the simulation means them; `textOf` writes them as config.toml. */
export interface Plan {
  readonly rules: readonly Rule[]
  /** Seconds. */
  readonly retry: readonly number[]
  readonly notify: readonly number[]
  readonly expireAfter: number | null
  readonly maxAttempts: number | null
  readonly starttls: 'optional' | 'require' | 'disable'
  readonly connectSeconds: number
  readonly replySeconds: number
}

/** One recipient as the rules see it. */
export interface Asked {
  readonly recipient: string
  readonly sender: string
  readonly retryNum: number
}

/** What the rules say, worked out here and not by the engine. */
export function routeOf(plan: Plan, asked: Asked): RouteName {
  const domain = domainOf(asked.recipient)
  const found = plan.rules.find(({ when }) => {
    switch (when.kind) {
      case 'ours':
        return domain === LOCAL_DOMAIN || domain === EMPTY_DOMAIN
      case 'domain':
        return domain === when.domain
      case 'retries':
        return asked.retryNum > when.above
      case 'null-sender':
        return asked.sender === ''
      case 'else':
        return true
    }
  })
  return found?.route ?? 'mx'
}

/** The addresses that mail of a recipient may go to on a route. */
export function hostsOf(route: RouteName, recipient: string): readonly string[] {
  if (route === 'local') return []
  return route === 'mx' ? mxAddressesOf(domainOf(recipient)) : RELAYS[route]
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1)

export function makePlan(chance: Chance): Plan {
  const byAttempts = chance.hits(0.3)
  const unit = chance.pick([1, 1, 60])
  return {
    rules: makeRules(chance),
    retry: Array.from({ length: chance.between(1, 4) }, () => unit * chance.spread(1, 60)),
    notify: chance.hits(0.4) ? [unit * chance.between(5, 60), unit * chance.between(100, 300)] : [],
    expireAfter: byAttempts ? null : unit * chance.spread(30, 2_000),
    maxAttempts: byAttempts ? chance.between(1, 6) : null,
    starttls: chance.pick(['optional', 'optional', 'require', 'disable'] as const),
    connectSeconds: chance.between(1, 30),
    replySeconds: chance.between(2, 60),
  }
}

function makeRules(chance: Chance): Rule[] {
  const rules: Rule[] = []
  const anyRoute = (): RouteName => chance.pick(['first', 'second', 'lmtp', 'mx', 'mx'] as const)
  if (chance.hits(0.8)) rules.push({ when: { kind: 'ours' }, route: 'local' })
  for (let n = chance.below(3); n > 0; n--) rules.push({ when: { kind: 'domain', domain: chance.pick(ALL_DOMAINS) }, route: anyRoute() })
  if (chance.hits(0.2)) rules.push({ when: { kind: 'null-sender' }, route: anyRoute() })
  if (chance.hits(0.5)) rules.push({ when: { kind: 'retries', above: chance.between(0, 3) }, route: anyRoute() })
  rules.push({ when: { kind: 'else' }, route: anyRoute() })
  return rules
}

export function textOf(plan: Plan): string {
  const seconds = (list: readonly number[]): string => list.map((one) => `"${one}s"`).join(', ')
  const expiry = plan.expireAfter === null ? `max-attempts = ${plan.maxAttempts}` : `expire = "${plan.expireAfter}s"`
  const schedule = `retry = [${seconds(plan.retry)}]\nnotify = [${seconds([...new Set(plan.notify)].sort((a, b) => a - b))}]\n${expiry}`
  const timeouts = ['greeting', 'ehlo', 'mail-from', 'rcpt-to', 'data'].map((stage) => `timeout.${stage} = "${plan.replySeconds}s"`)
  return `
[server]
hostname = "mailroom.test"
[server.listener.lan]
bind = ["192.168.1.2:2525"]
tls = "none"
auth = "none"
[directory.default]
domains = ["${LOCAL_DOMAIN}", "${EMPTY_DOMAIN}"]
[directory.default.mailbox.inbox]
addresses = ["@${LOCAL_DOMAIN}"]
[queue.strategy]
route = [${plan.rules.map(ruleText).join(', ')}]
schedule = "'all'"
[queue.schedule.all]
${schedule}
[queue.connection.default]
timeout.connect = "${plan.connectSeconds}s"
${timeouts.join('\n')}
[queue.tls.default]
starttls = "${plan.starttls}"
timeout.tls = "${plan.replySeconds}s"
${Object.keys(RELAYS).map(relayText).join('')}`
}

function relayText(name: string): string {
  const protocol = name === 'lmtp' ? 'lmtp' : 'smtp'
  return `[queue.route.${name}]\ntype = "relay"\naddress = "${name}.relay.test"\nport = 2500\nprotocol = "${protocol}"\ntls.implicit = false\n`
}

function ruleText({ when, route }: Rule): string {
  const then = `"'${route}'"`
  switch (when.kind) {
    case 'ours':
      return `{ if = "is_local_domain('', rcpt_domain)", then = ${then} }`
    case 'domain':
      return `{ if = "rcpt_domain == '${when.domain}'", then = ${then} }`
    case 'retries':
      return `{ if = "retry_num > ${when.above}", then = ${then} }`
    case 'null-sender':
      return `{ if = "sender == ''", then = ${then} }`
    case 'else':
      // A list of one branch is written as a plain value.
      return `{ if = "0 == 1", then = ${then} }, { else = ${then} }`
  }
}
