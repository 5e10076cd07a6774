import type { Issue } from '../contract/index.ts'
import { createNodeSystem } from '../engine/system/node/index.ts'
import type { Places } from './data-folder.ts'
import { EXIT, harmless, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'
import { readSettings } from './settings.ts'

/** `mailroom check`: every problem with its place; 0 only without errors. */
export async function checkCommand(places: Places, json: boolean): Promise<ExitCode> {
  const { issues } = await readSettings(createNodeSystem(), places)
  const errors = issues.filter(({ severity }) => severity === 'error')
  if (json) printJson({ errors: errors.map(forScripts), warnings: issues.filter(({ severity }) => severity === 'warning').map(forScripts) })
  else {
    for (const one of issues) tell(forPeople(one, places.config))
    tell(errors.length === 0 ? `${places.config}: no errors` : `${places.config}: ${errors.length} errors`)
  }
  return errors.length === 0 ? EXIT.ok : EXIT.no
}

function forScripts({ code, path, message, line, column }: Issue): unknown {
  return { code, path, message, line: line ?? null, column: column ?? null }
}

/** `config.toml:41:12: error: …`, as editors and terminals make links of it. */
function forPeople({ severity, path, message, line, column, suggestion }: Issue, file: string): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  const mend = suggestion === undefined ? '' : ` (try: ${suggestion})`
  return harmless(`${place}: ${severity}: ${path === '' ? '' : `${path}: `}${message}${mend}`)
}
