import type { Explanation, Route, RoutingProblem, Target, TraceStep } from '../../contract/index.ts'
import type { ErrorClass, Source } from '../mail/index.ts'

/** Everything a rule can ask about a recipient (routing rules 2.8), as plain values. Times in ms since 1970; the variables turn them into seconds. */
export interface RecipientFacts {
  readonly recipient: string
  readonly recipients: readonly string[]
  /** '' for `<>`. */
  readonly sender: string
  readonly priority: number
  readonly retryNum: number
  readonly notifyNum: number
  /** Seconds left, or attempts left. */
  readonly expiresIn: number
  readonly lastStatus: string
  readonly lastError: ErrorClass | 'none'
  readonly queueName: string
  readonly queueAgeSeconds: number
  readonly receivedFromIp: string
  readonly receivedViaPort: number
  readonly source: Source
  readonly size: number
  /** More or other values by variable name, as `mailroom route --set` gives them. */
  readonly overrides?: Readonly<Record<string, unknown>>
}

/** The host being talked to, for the tls and connection strategies; absent before one is chosen. */
export interface HostFacts {
  readonly mx: string
  readonly remoteIp: string
  readonly localIp: string
}

/** The rules' answer for one recipient. `route` is null exactly when `problem` is set. */
export interface RouteDecision {
  readonly route: Route | null
  /** The name the rules gave, defined or not. */
  readonly name: string
  readonly rule: number | null
  readonly trace: readonly TraceStep[]
  readonly problem: RoutingProblem | null
}

/** Hosts and addresses for a route and a domain, in the order to try; grouped by host because a bad greeting skips the rest of its addresses. */
export interface NextHops {
  readonly hosts: readonly NextHopHost[]
  /** Set exactly when there is no address to try: what that means for the recipient. A `local` route has neither hosts nor a problem. */
  readonly problem: RoutingProblem | null
}
export interface NextHopHost {
  /** Name for TLS and for `mx`, without final dot. */
  readonly name: string
  readonly preference: number | null
  readonly addresses: readonly string[]
  readonly port: number
  /** Why it has no addresses; counts as a failed host (routing rules 4.2, step 7). */
  readonly problem: RoutingProblem | null
}

export interface Router {
  /** One recipient's route, now. Never throws: what goes wrong is a problem. */
  decide(facts: RecipientFacts): Promise<RouteDecision>
  /** Name of a defined schedule, TLS or connection strategy, else `default` (routing rules 2.9), which need not be defined. */
  pickSchedule(facts: RecipientFacts): Promise<string>
  pickTls(facts: RecipientFacts, host: HostFacts | null): Promise<string>
  pickConnection(facts: RecipientFacts, host: HostFacts | null): Promise<string>
  /**
   * MX and address resolution for a route (routing rules 4). A new shuffle for each call. Never throws.
   * @param signal  nobody waits any more: what is still asked counts as not answered
   */
  nextHops(route: Route, domain: string, signal?: AbortSignal): Promise<NextHops>
  /** The same two steps as the engine takes, told step by step. `resolve` asks DNS too. */
  explain(facts: RecipientFacts, resolve: boolean): Promise<Explanation>
  /** Forget DNS answers (network change, flush button). */
  flush(): void
}
export type { Explanation, Target }
