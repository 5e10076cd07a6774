import type { RoutingProblem } from '../../contract/index.ts'
import type { ErrorClass, FailureCause } from '../mail/index.ts'

interface Told {
  readonly class: ErrorClass
  /** Enhanced status without its class digit (RFC 3463): `1.10`. */
  readonly detail: string
  readonly cause: FailureCause
  readonly text: string
}

/** Something that may be mended by waiting: the recipient is tried again. */
export function temporary({ class: errorClass, detail, cause, text }: Told): RoutingProblem {
  return { kind: 'temporary', class: errorClass, status: `4.${detail}`, text, cause }
}

/** Something that waiting does not mend: the sender is told. */
export function permanent({ class: errorClass, detail, cause, text }: Told): RoutingProblem {
  return { kind: 'permanent', class: errorClass, status: `5.${detail}`, text, cause }
}

/**
 * One answer for a next hop that leaves nothing to try (routing rules 4.2, step 7): temporary when any host failed temporarily, else the most
 * specific permanent one, what DNS says before what an address is.
 */
export function combineProblems(problems: readonly RoutingProblem[]): RoutingProblem | null {
  return (
    problems.find((problem) => problem.kind === 'temporary') ?? problems.find((problem) => problem.class === 'dns') ?? problems[0] ?? null
  )
}

/** A route expression that failed while it was evaluated, or could not be read: never a reason to route by default (routing rules 2.9). */
export function rulesFailed(reason: string): RoutingProblem {
  return temporary({
    class: 'io',
    detail: '3.0',
    cause: 'rules-failed',
    text: `The routing rules could not be evaluated: ${reason}. The message waits; look at the rules or at what they ask.`,
  })
}

/** A name that the rules gave and nothing defines: never direct MX instead (routing rules 2.9). */
export function routeUnknown(name: string): RoutingProblem {
  return temporary({
    class: 'io',
    detail: '3.5',
    cause: 'route-unknown',
    text: `The routing rules chose the route "${name}", which is not defined. The message waits; define the route or correct the rules.`,
  })
}

export function dnsTemporary(name: string, reason: string): RoutingProblem {
  return temporary({ class: 'dns', detail: '4.3', cause: 'dns-temporary', text: `DNS could not answer for ${name}: ${reason}.` })
}

export function noSuchDomain(domain: string): RoutingProblem {
  return permanent({
    class: 'dns',
    detail: '1.2',
    cause: 'dns-missing',
    text: `The domain ${domain} does not exist. Check the address for a typing mistake.`,
  })
}

export function notADomain(domain: string): RoutingProblem {
  return permanent({
    class: 'dns',
    detail: '1.2',
    cause: 'dns-missing',
    text: `"${domain}" cannot be a mail domain. Check the address for a typing mistake.`,
  })
}

export function nullMx(domain: string): RoutingProblem {
  return permanent({ class: 'dns', detail: '1.10', cause: 'null-mx', text: `The domain ${domain} says that it accepts no mail (null MX).` })
}

export function routingLoop(domain: string): RoutingProblem {
  return permanent({
    class: 'dns',
    detail: '4.6',
    cause: 'routing-loop',
    text: `Mail for ${domain} would come back to this computer: DNS names it as the best mail server, and the domain is not one of ours here.`,
  })
}

/** A domain without MX records that has no address either (RFC 5321 §5.1). */
export function noMailServer(domain: string): RoutingProblem {
  return permanent({
    class: 'dns',
    detail: '1.2',
    cause: 'dns-missing',
    text: `The domain ${domain} has neither a mail server nor an address in DNS. Check the address for a typing mistake.`,
  })
}

export function noAddress(host: string): RoutingProblem {
  return permanent({ class: 'dns', detail: '4.4', cause: 'dns-missing', text: `The mail server ${host} has no address in DNS.` })
}

export function onlyUnusableAddresses(host: string): RoutingProblem {
  return permanent({
    class: 'connection',
    detail: '4.4',
    cause: 'dns-missing',
    text: `DNS gives the mail server ${host} only addresses that lead back to this computer or nowhere.`,
  })
}

/** It is our configuration or the office's DNS, not the recipient: the mail waits (routing rules 4.4). */
export function relayNotFound(address: string, reason: string): RoutingProblem {
  return temporary({
    class: 'dns',
    detail: '4.3',
    cause: 'relay-not-found',
    text: `The relay host ${address} cannot be found: ${reason}. Check its name in the route and this computer's DNS.`,
  })
}
