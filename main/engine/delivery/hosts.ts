import type { HostTry, RoutingProblem } from '../../contract/index.ts'
import type { NextHopHost, NextHops } from '../routing/index.ts'
import type { Judgement, Place } from './classify.ts'
import { entityOf, judge, judgeProblem } from './classify.ts'
import type { Fault } from './fault.ts'

/** Where to go on after a host could not be used for any recipient (routing rules 5.1). */
export type NextStep = 'next-address' | 'next-host' | 'stop'

/** The table of routing rules 5.1. Once a session was encrypted or signed in, what fails is the group's answer for this attempt. */
export function nextStep(fault: Fault): NextStep {
  switch (fault.kind) {
    case 'connect':
      return 'next-address'
    case 'timeout':
    case 'lost':
      // A silent or hung-up address may be one broken machine of several behind the name.
      if (fault.stage === 'greeting' || fault.stage === 'starttls' || fault.stage === 'handshake') return 'next-address'
      return fault.stage === 'hello' ? 'next-host' : 'stop'
    case 'reply':
    case 'bad-reply':
      return isBeforeMail(fault.stage) ? 'next-host' : 'stop'
    case 'tls':
      return fault.reason === 'timeout' || fault.reason === 'lost' ? 'next-address' : 'next-host'
    case 'tls-name':
    case 'tls-not-offered':
    case 'tls-disabled':
      return 'next-host'
    case 'feature':
      return fault.feature === 'REQUIRETLS' ? 'next-host' : 'stop'
    case 'auth-rejected':
    case 'auth-challenge':
    case 'auth-unavailable':
    case 'auth-needs-tls':
    case 'storage':
    case 'cancelled':
    case 'internal':
      return 'stop'
  }
}

function isBeforeMail(stage: string): boolean {
  return stage === 'greeting' || stage === 'hello' || stage === 'starttls' || stage === 'handshake'
}

/** A host or address that did not do, and who said so. */
export interface HostFailure {
  readonly entity: string
  readonly judgement: Judgement
}

/**
 * What the group gets when no host would do (routing rules 4.2, step 7): temporary when any of them failed temporarily, and then the latest, as the
 * one `last_error` speaks of; otherwise permanent with the most specific reason: a server's reply, then DNS, then the connection.
 */
export function groupFailure(failures: readonly HostFailure[]): HostFailure {
  const temporary = failures.filter(({ judgement }) => judgement.kind === 'temp_fail')
  const latest = temporary[temporary.length - 1]
  if (latest !== undefined) return latest
  const [best] = [...failures].sort((a, b) => specificity(b) - specificity(a))
  return best ?? { entity: 'localhost', judgement: judgeProblem(NO_HOSTS) }
}

const NO_HOSTS: RoutingProblem = {
  kind: 'temporary',
  class: 'dns',
  status: '4.4.3',
  text: 'No host was found to deliver to.',
  cause: 'dns-temporary',
}

function specificity({ judgement }: HostFailure): number {
  if (judgement.failure.reply !== null) return 3
  if (judgement.failure.class === 'dns') return 2
  return judgement.failure.class === 'connection' ? 0 : 1
}

/** What trying one address came to: an answer for the group, or the fault that sends us on. */
export type AddressResult<T> = { readonly kind: 'answered'; readonly value: T } | { readonly kind: 'failed'; readonly fault: Fault }

export type HostsResult<T> =
  { readonly kind: 'answered'; readonly value: T; readonly place: Place } | { readonly kind: 'failed'; readonly failure: HostFailure }

/**
 * Goes through hosts and their addresses until one gives an answer.
 * @param tryAddress   never throws
 * @param record   called for each address tried without an answer
 */
export async function goThroughHosts<T>(
  hops: NextHops,
  tryAddress: (host: NextHopHost, place: Place) => Promise<AddressResult<T>>,
  record: (hostTry: HostTry) => void,
): Promise<HostsResult<T>> {
  const failures: HostFailure[] = hops.problem === null ? [] : [{ entity: '', judgement: judgeProblem(hops.problem) }]
  for (const host of hops.hosts) {
    if (host.problem !== null) failures.push({ entity: host.name, judgement: judgeProblem(host.problem) })
    for (const address of host.addresses) {
      const place = { host: host.name, address }
      const result = await tryAddress(host, place)
      if (result.kind === 'answered') return { ...result, place }
      const failure = { entity: entityOf(result.fault, place), judgement: judge(result.fault, place) }
      record({ host: host.name, address, port: host.port, tls: null, problem: failure.judgement.failure.text })
      failures.push(failure)
      const step = nextStep(result.fault)
      if (step === 'stop') return { kind: 'failed', failure }
      if (step === 'next-host') break
    }
  }
  return { kind: 'failed', failure: groupFailure(failures) }
}
