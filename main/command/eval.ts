import { ExpressionError, toJsonText, typeOf } from '../engine/expression/index.ts'
import { factsOf } from '../engine/answers/index.ts'
import { askExpression } from '../engine/routing/index.ts'
import type { StrategyName } from '../engine/routing/index.ts'
import { createNodeSystem } from '../engine/system/node/index.ts'
import { tellErrors } from './check.ts'
import type { Places } from './data-folder.ts'
import { EXIT, harmless, print, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'
import { readSettings, routerWorld } from './settings.ts'
import { readVariables, strangeVariables } from './variables.ts'

export interface EvalOptions {
  readonly for: StrategyName
  readonly set: readonly string[]
  readonly vars?: string
  readonly json?: boolean
}

const EXAMPLE = { recipient: 'someone@example.net', sender: 'device@example.org' }

/** `mailroom eval`: the value of an expression. @param places null: nothing is configured, only what `--set` and `--vars` give */
export async function evalCommand(expression: string, options: EvalOptions, places: Places | null): Promise<ExitCode> {
  const given = readVariables(options.set, options.vars)
  if (!given.ok) {
    tell(harmless(given.problem))
    return EXIT.usage
  }
  for (const strange of strangeVariables(given.variables)) tell(harmless(strange))
  const system = createNodeSystem()
  const loaded = await readSettings(system, places)
  if (places !== null) tellErrors(loaded, places.config)
  const port = loaded.settings.server.listeners[0]?.bind[0]?.port ?? 0
  const facts = factsOf({ ...EXAMPLE, retryNum: 0, variables: given.variables, resolve: false }, port)
  // Host variables exist only where a host is being chosen; `--set mx=…` fills them like all others.
  const host = options.for === 'tls' || options.for === 'connection' ? { mx: '', remoteIp: '0.0.0.0', localIp: '0.0.0.0' } : null
  try {
    const value = await askExpression(routerWorld(system, loaded), expression, options.for, facts, host)
    if (options.json === true) print(`{"value": ${toJsonText(value)}, "type": "${typeOf(value)}"}`)
    else print(harmless(toJsonText(value)))
    return EXIT.ok
  } catch (thrown) {
    if (thrown instanceof ExpressionError) tellError(thrown, options.json === true, expression)
    else if (options.json === true) printJson({ error: { kind: 'evaluation', message: messageOf(thrown), column: 1 } })
    else tell(harmless(messageOf(thrown)))
    return EXIT.no
  }
}

function tellError({ kind, message, column, suggestion }: ExpressionError, json: boolean, expression: string): void {
  if (json) printJson({ error: { kind, message, column } })
  else
    tell(`${expression}\n${' '.repeat(column - 1)}^ column ${column}: ${message}${suggestion === undefined ? '' : ` (try: ${suggestion})`}`)
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
