import { VARIABLE_TYPES, nearestName } from '../engine/expression/index.ts'

/** `--set NAME=VALUE`: what reads as an integer is one, everything else is text. @returns null when there is no `=` or no name */
export function readSetting(text: string): readonly [string, number | string] | null {
  const at = text.indexOf('=')
  if (at <= 0) return null
  const value = text.slice(at + 1)
  const number = Number(value)
  return [text.slice(0, at), /^[+-]?\d+$/.test(value) && Number.isSafeInteger(number) ? number : value]
}

/** All of `--vars JSON` and `--set`, the latter winning. @returns the variables, or what is wrong */
export function readVariables(
  settings: readonly string[],
  json: string | undefined,
): { readonly ok: true; readonly variables: Record<string, unknown> } | { readonly ok: false; readonly problem: string } {
  let variables: Record<string, unknown> = {}
  if (json !== undefined) {
    let parsed: unknown
    try {
      parsed = JSON.parse(json)
    } catch (thrown) {
      return { ok: false, problem: `--vars is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}` }
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      return { ok: false, problem: '--vars wants an object, such as {"retry_num": 2}' }
    variables = { ...parsed }
  }
  for (const text of settings) {
    const setting = readSetting(text)
    if (setting === null) return { ok: false, problem: `--set wants NAME=VALUE, found "${text}"` }
    variables[setting[0]] = setting[1]
  }
  return { ok: true, variables }
}

/** What to say about names that no rule has: they are given in vain, most likely by a typing mistake. */
export function strangeVariables(variables: Readonly<Record<string, unknown>>): string[] {
  const known = [...VARIABLE_TYPES.keys()]
  return Object.keys(variables)
    .filter((name) => !VARIABLE_TYPES.has(name))
    .map((name) => {
      const nearest = nearestName(name, known)
      return `There is no variable "${name}", so giving it a value changes nothing${nearest === undefined ? '' : `; was "${nearest}" meant?`}`
    })
}
