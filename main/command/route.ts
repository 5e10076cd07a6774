import type { Explanation } from '../contract/index.ts'
import { factsOf } from '../engine/answers/index.ts'
import { createRouter } from '../engine/routing/index.ts'
import { createNodeSystem } from '../engine/system/node/index.ts'
import { tellErrors } from './check.ts'
import type { Places } from './data-folder.ts'
import { isRecipient, readSender } from './input.ts'
import { EXIT, harmless, print, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'
import { readSettings, routerWorld } from './settings.ts'
import { readVariables, strangeVariables } from './variables.ts'

export interface RouteOptions {
  readonly recipient: string
  readonly sender: string
  readonly retryNum: string
  readonly set: readonly string[]
  readonly vars?: string
  readonly resolve?: boolean
  readonly json?: boolean
}

/** `mailroom route`: what would happen to this recipient now, and why; 1 when there is a problem. */
export async function routeCommand(options: RouteOptions, places: Places): Promise<ExitCode> {
  const given = readVariables(options.set, options.vars)
  if (!given.ok || !/^\d+$/.test(options.retryNum)) {
    tell(harmless(given.ok ? `--retry-num wants a number from 0, found "${options.retryNum}"` : given.problem))
    return EXIT.usage
  }
  for (const strange of strangeVariables(given.variables)) tell(harmless(strange))
  const system = createNodeSystem()
  const loaded = await readSettings(system, places)
  tellErrors(loaded, places.config)
  if (loaded.routingBroken)
    tell('With these settings mail waits until that is mended. What follows is what the defaults in its place would do.')
  const question = {
    recipient: options.recipient,
    sender: readSender(options.sender),
    retryNum: Number(options.retryNum),
    variables: given.variables,
    resolve: options.resolve === true,
  }
  const port = loaded.settings.server.listeners[0]?.bind[0]?.port ?? 0
  const explanation = isRecipient(options.recipient)
    ? await createRouter(routerWorld(system, loaded)).explain(factsOf(question, port), question.resolve)
    : noAddress(options.recipient)
  if (options.json === true) printJson(forScripts(explanation))
  else tellPeople(explanation)
  return explanation.problem === null ? EXIT.ok : EXIT.no
}

/** What no server would be asked about (RFC 3463 X.1.3, bad destination mailbox address syntax). */
function noAddress(recipient: string): Explanation {
  const text = `"${recipient}" is no mail address; write it as name@domain`
  const problem = { kind: 'permanent', class: 'io', status: '5.1.3', text, cause: 'recipient' } as const
  return { recipient, route: null, type: null, rule: null, trace: [], targets: [], problem }
}

/** The shape that scripts can rely on (docs/command.md). */
function forScripts({ recipient, route, type, rule, trace, targets, problem }: Explanation): unknown {
  const told = problem === null ? null : { kind: problem.kind, class: problem.class, status: problem.status, text: problem.text }
  return { recipient, route, type, rule, trace, targets, problem: told }
}

function tellPeople({ recipient, route, type, rule, trace, targets, problem }: Explanation): void {
  for (const step of trace) print(harmless(`${step.rule + 1}. ${step.if} = ${JSON.stringify(step.result)}`))
  const by = rule === null ? '' : rule === trace.length ? ' by its else' : ` by rule ${rule + 1}`
  if (route !== null) print(harmless(`${recipient} goes to the route "${route}" (${type})${by}`))
  for (const { host, address, port, preference } of targets) {
    print(harmless(`  ${host} [${address}] port ${port}${preference === null ? '' : `, preference ${preference}`}`))
  }
  if (problem !== null) print(harmless(`${problem.kind} problem: ${problem.status} ${problem.text}`))
}
