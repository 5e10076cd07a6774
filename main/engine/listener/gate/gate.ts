import ipaddr from 'ipaddr.js'
import type { Ban, Limits, ListenerSettings, Settings } from '../../../contract/index.ts'
import { plainAddress } from '../../devices/index.ts'
import { isHashed } from '../../mail/index.ts'
import type { Clock, Random } from '../../system/index.ts'
import type { Spool } from '../../spool/index.ts'
import type { Caller, Gate, Refusal } from '../gate-types.ts'
import { createConnectionCounts } from './connection-counts.ts'
import {
  mayOfferAuth,
  refusal,
  refuseAccountFrom,
  refuseAuth,
  refuseConnect,
  refuseForSpace,
  refuseRecipient,
  refuseSender,
  standingOf,
} from './decide.ts'
import type { Standing } from './decide.ts'
import { countedSenders, createMessageCounts } from './message-limits.ts'
import { createPasswordCheck } from './password-check.ts'
import { createSignInGuard } from './sign-in-guard.ts'

export interface GateParts {
  readonly clock: Clock
  readonly random: Random
  readonly spool: Pick<Spool, 'bytes' | 'freeBytes'>
  settings(this: void): Settings
  /** A ban began or ended. */
  bansChanged(this: void): void
}

/** The gate with what a person may look at and change. */
export interface KeptGate extends Gate {
  /** Those that end last first. */
  bans(): Ban[]
  /** Hears an address again; harmless when it is not banned. */
  lift(address: string): void
}

export function createGate(parts: GateParts): KeptGate {
  const { clock, random, spool, settings } = parts
  const limits = (): Limits => settings().limits
  const connections = createConnectionCounts()
  const messages = createMessageCounts(clock)
  const passwords = createPasswordCheck(random)
  const guard = createSignInGuard(clock, () => ({ failures: limits().maxSignInFailures, banMs: limits().banMs }), parts.bansChanged)

  function standing({ address, listener, account }: Pick<Caller, 'address' | 'listener' | 'account'>): Standing {
    return standingOf(settings(), address, listener, account)
  }

  async function signIn(caller: Caller, proof: Parameters<Gate['signIn']>[1]): ReturnType<Gate['signIn']> {
    const who = standing(caller)
    const group = groupOf(caller.address, who.known)
    if (guard.isBanned(group)) return { refusal: banned() }
    if (!mayOfferAuth(caller, who)) return { refusal: refuseAuth(caller, who) }
    const verdict = await passwords.verify(settings().access.accounts, proof)
    if (verdict === 'busy') return { refusal: refusal(454, '7.0', 'Too many sign-ins at the same time, try again later', 'sign-in-failed') }
    // Whoever guessed on other connections meanwhile has lost this one too, also when it was right.
    if (guard.isBanned(group)) return { refusal: banned() }
    const account = verdict === 'right' ? settings().access.accounts.find(({ name }) => name === proof.username) : undefined
    if (account === undefined) {
      const { delayMs, banned: tooMany } = guard.failed(group)
      const wrong = refusal(535, '7.8', 'User name or password is wrong', 'sign-in-failed')
      return { refusal: { ...wrong, delayMs, ...(tooMany ? { close: true } : {}) } }
    }
    guard.succeeded(group)
    const elsewhere = refuseAccountFrom(account, caller.address)
    return elsewhere === null ? { account: account.name } : { refusal: elsewhere }
  }

  return {
    connect(address, listener) {
      const who = standingOf(settings(), address, listener, null)
      const { known } = who
      const group = groupOf(address, known)
      const refused = refuseConnect(who, address, listener) ?? (guard.isBanned(group) ? banned() : null)
      return { known, refusal: refused ?? connections.take(plainAddress(address), known, limits()) }
    },
    disconnect: (address, _listener: ListenerSettings) => connections.giveBack(plainAddress(address)),
    mayOfferAuth: (caller) => mayOfferAuth(caller, standing(caller)),
    mayOfferDigest() {
      const { accounts } = settings().access
      return accounts.length === 0 || accounts.some(({ secret }) => !isHashed(secret))
    },
    signIn,
    async sender(caller, reversePath, declaredBytes) {
      const who = standing(caller)
      if (guard.isBanned(groupOf(caller.address, who.known))) return banned()
      const refused = refuseSender(caller, who, reversePath)
      if (refused !== null) return refused
      const full = messages.full(countedSenders(plainAddress(caller.address), who.account, who.device, limits()))
      if (full !== null) return tooMany(full)
      return refuseForSpace(limits(), declaredBytes, spool.bytes, await spool.freeBytes())
    },
    recipient: (caller, address, already) => refuseRecipient(standing(caller), address, already, limits()),
    accepted(caller) {
      const { account, device } = standing(caller)
      messages.add(countedSenders(plainAddress(caller.address), account, device, limits()))
    },
    error(_caller, errorsSoFar) {
      if (errorsSoFar < limits().maxErrors) return null
      return { ...refusal(421, '7.0', 'Too many errors, closing the connection', 'too-many-errors'), close: true }
    },
    bans: () => guard.bans(),
    lift: (address) => void guard.lift(address),
  }
}

/** By what an address is banned. A stranger of IPv6 has a whole /64 to come from, so all of it counts as one; those we know are told apart. */
function groupOf(address: string, known: boolean): string {
  const plain = plainAddress(address)
  if (known || !plain.includes(':') || !ipaddr.isValid(plain)) return plain
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${plain}/64`).toString()}/64`
}

function banned(): Refusal {
  return { ...refusal(421, '7.0', 'Too many failed sign-ins from your address, try again later', 'banned'), close: true }
}

function tooMany(full: 'hour' | 'day'): Refusal {
  const text = `You have sent as many messages as this computer takes in ${full === 'hour' ? 'an hour' : 'a day'}`
  return refusal(450, '7.1', text, 'too-many-messages')
}
