import type { ConfigChange, RelayTest } from '../../../main/contract/channels.ts'
import type { SettingsView, Strategy, TlsPolicy } from '../../../main/contract/settings.ts'
import { literalOf, quote, tokens } from './expression-text.ts'

/**
 * How a relay's connection is encrypted, as people choose it. In the file that is two things: `tls.implicit` of the route, and for STARTTLS the
 * TLS strategy, which picks a policy by the relay's name. This turns one into the other and leaves every other branch of the strategy alone.
 */
export type Encryption = RelayTest['encryption']

type Queue = Pick<SettingsView['queue'], 'routes' | 'tls' | 'strategy'>

const POLICY: Readonly<Record<Exclude<Encryption, 'implicit'>, TlsPolicy>> = { starttls: 'require', optional: 'optional', none: 'disable' }
const ENCRYPTION: Readonly<Record<TlsPolicy, Encryption>> = { require: 'starttls', optional: 'optional', disable: 'none' }
/** What our policies are called in the file. */
const POLICY_NAME: Readonly<Record<TlsPolicy, string>> = { require: 'required', optional: 'offered', disable: 'clear' }

/** The name under which rules know a relay (variable `mx`): lower case, no final dot, an IP address without brackets, ASCII. */
export function relayName(address: string): string {
  const bare = /^\[(?:ipv6:)?(.+)\]$/i.exec(address.trim())?.[1] ?? address.trim()
  const plain = bare.toLowerCase().replace(/\.$/, '')
  if (/^[\x21-\x7e]*$/.test(plain)) return plain
  try {
    return new URL(`http://${plain}`).hostname
  } catch (thrown) {
    // Not a host name: the engine says so when it is saved.
    if (thrown instanceof TypeError) return plain
    throw thrown
  }
}

/** How mail to a relay is encrypted as the file stands. */
export function encryptionOf(route: { readonly address: string; readonly tls: { readonly implicit: boolean } }, queue: Queue): Encryption {
  if (route.tls.implicit) return 'implicit'
  const own = ownBranch(queue.strategy.tls, relayName(route.address))
  return ENCRYPTION[policyNamed(queue, own?.then ?? queue.strategy.tls.else)]
}

function ownBranch(strategy: Strategy, name: string): Strategy['branches'][number] | undefined {
  return strategy.branches.find((branch) => nameIn(branch.if) === name)
}
/** The relay that a branch `mx == 'name'` is about. */
function nameIn(text: string): string | null {
  const [variable, operator, name, ...rest] = tokens(text) ?? []
  if (variable?.text !== 'mx' || rest.length > 0 || name?.kind !== 'string') return null
  return operator?.text === '==' || operator?.text === '=' ? name.value : null
}
function policyNamed(queue: Queue, then: string): TlsPolicy {
  const id = literalOf(then)
  return (id !== null && Object.hasOwn(queue.tls, id) ? queue.tls[id]?.starttls : undefined) ?? 'optional'
}

/**
 * What to write so that a relay is encrypted as chosen, beside `tls.implicit` of the route itself.
 * @param routeId  the relay's; others at the same address share its policy, so a branch they need stays
 * @param before   its address in the file, null for a new relay
 * @param wanted   null when the relay is taken away
 */
export function encryptionChanges(
  routeId: string,
  before: string | null,
  wanted: { readonly address: string; readonly encryption: Encryption } | null,
  queue: Queue,
): readonly ConfigChange[] {
  const stays = wanted !== null && (before === null || relayName(before) === relayName(wanted.address))
  if (stays && encryptionOf({ address: wanted.address, tls: { implicit: false } }, queue) === wanted.encryption) return []
  const others = Object.values(queue.routes).flatMap((route) =>
    route.type === 'relay' && route.id !== routeId && !route.tls.implicit ? [relayName(route.address)] : [],
  )
  const base = standing(queue)
  const drop = [before, wanted?.address ?? null].flatMap((address) => (address === null ? [] : [relayName(address)]))
  const keep = (name: string | null): boolean =>
    name === null || !drop.includes(name) || (others.includes(name) && (wanted === null || name !== relayName(wanted.address)))
  const rest = base.branches.filter((branch) => keep(nameIn(branch.if)) || !isOurs(branch.then))
  const { changes, branch } =
    wanted === null || wanted.encryption === 'implicit' ? none : policyFor(wanted, { ...base, branches: rest }, queue)
  const next: Strategy = { branches: branch === null ? rest : [branch, ...rest], else: base.else }
  return same(next, base) ? changes : [...changes, strategyChange(next, queue)]
}
const none: { readonly changes: readonly ConfigChange[]; readonly branch: null } = { changes: [], branch: null }

/** The strategy without the built-in branch that names a policy nobody defined: written into the file it would only be a warning. */
function standing({ strategy: { tls }, tls: policies }: Queue): Strategy {
  const branches = tls.branches.filter(
    (branch) =>
      Object.hasOwn(policies, 'invalid-tls') || branch.if !== "retry_num > 0 && last_error == 'tls'" || branch.then !== "'invalid-tls'",
  )
  return { branches, else: tls.else }
}

function policyFor(
  wanted:
    | { readonly address: string; readonly encryption: Exclude<Encryption, 'implicit'> }
    | { readonly address: string; readonly encryption: Encryption },
  rest: Strategy,
  queue: Queue,
): { readonly changes: readonly ConfigChange[]; readonly branch: Strategy['branches'][number] | null } {
  if (wanted.encryption === 'implicit') return none
  const policy = POLICY[wanted.encryption]
  const name = relayName(wanted.address)
  const unasked = ownBranch(rest, name)?.then ?? rest.else
  if (policyNamed(queue, unasked) === policy) return none
  const id = idFor(policy, queue)
  const defined = Object.hasOwn(queue.tls, id)
  return {
    changes: defined ? [] : [{ path: ['queue', 'tls', id, 'starttls'], value: policy }],
    branch: { if: `mx == ${quote(name)}`, then: quote(id) },
  }
}

/** Our name for a policy, or the next one when somebody gave that name to another policy. */
function idFor(policy: TlsPolicy, queue: Queue): string {
  for (let number = 1; ; number++) {
    const id = number === 1 ? POLICY_NAME[policy] : `${POLICY_NAME[policy]}-${number}`
    const defined = Object.hasOwn(queue.tls, id) ? queue.tls[id] : undefined
    if (defined === undefined || (defined.starttls === policy && !defined.allowInvalidCertificates)) return id
  }
}
const isOurs = (then: string): boolean =>
  Object.values(POLICY_NAME).some((name) => new RegExp(`^${name}(-\\d+)?$`).test(literalOf(then) ?? ''))

function same(a: Strategy, b: Strategy): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
function strategyChange({ branches, else: otherwise }: Strategy, queue: Queue): ConfigChange {
  const path = ['queue', 'strategy', 'tls']
  if (branches.length > 0) return { path, value: [...branches.map((one) => ({ if: one.if, then: one.then })), { else: otherwise }] }
  const asBuiltIn = otherwise === "'default'" && !Object.hasOwn(queue.tls, 'invalid-tls')
  return { path, value: asBuiltIn ? null : otherwise }
}
