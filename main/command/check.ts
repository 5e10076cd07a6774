import type { Issue } from '../contract/index.ts'
import type { LoadedConfig } from '../engine/config/index.ts'
import { createNodeSystem } from '../engine/system/node/index.ts'
import type { Places } from './data-folder.ts'
import { InputProblem } from './input.ts'
import { EXIT, harmless, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'
import { readSettings } from './settings.ts'

/** `mailroom check`: every problem with its place; 0 only without errors. */
export async function checkCommand(places: Places, json: boolean): Promise<ExitCode> {
  const issues = await issuesOf(places)
  const errors = issues.filter(({ severity }) => severity === 'error')
  const warnings = issues.filter(({ severity }) => severity === 'warning')
  if (json) printJson({ errors: errors.map(forScripts), warnings: warnings.map(forScripts) })
  else {
    for (const one of issues) tell(issueLine(one, places.config))
    const noted = warnings.length === 0 ? '' : `, ${count(warnings.length, 'warning')}`
    tell(harmless(`${places.config}: ${errors.length === 0 ? 'no errors' : count(errors.length, 'error')}${noted}`))
  }
  return errors.length === 0 ? EXIT.ok : EXIT.no
}

/** A file that cannot be read at all is a problem like the others, under the code that the engine gives it. */
async function issuesOf(places: Places): Promise<readonly Issue[]> {
  try {
    return (await readSettings(createNodeSystem(), places)).issues
  } catch (thrown) {
    if (!(thrown instanceof InputProblem)) throw thrown
    return [{ severity: 'error', kind: 'parse', code: 'file-unreadable', path: '', message: thrown.message, line: 1, column: 1 }]
  }
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

function forScripts({ code, path, message, line, column }: Issue): unknown {
  return { code, path, message, line: line ?? null, column: column ?? null }
}

/** `config.toml:41:12: error: …`, as editors and terminals make links of it. */
export function issueLine({ severity, path, message, line, column, suggestion }: Issue, file: string): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  const mend = suggestion === undefined ? '' : ` (try: ${suggestion})`
  return harmless(`${place}: ${severity}: ${path === '' ? '' : `${path}: `}${message}${mend}`)
}

/** For commands that answer from settings with errors all the same: their answer rests on defaults where something is broken. */
export function tellErrors({ issues }: LoadedConfig, file: string): void {
  for (const one of issues) if (one.severity === 'error') tell(issueLine(one, file))
}
