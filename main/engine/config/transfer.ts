import { scalarsOf } from './node.ts'
import type { Scalar } from './node.ts'
import { OUR_TABLES } from './our-tables.ts'
import { parseToml } from './parse-toml.ts'
import { redactText, splice } from './redact.ts'
import { isPlainSecret } from './view.ts'

/** A configuration's text made ready to leave this computer, and the passwords that stood in it, by the names it now refers to them by. */
export interface Portable {
  readonly text: string
  readonly secrets: ReadonlyMap<string, string>
}

/**
 * Every password that stands in the text becomes a reference to a stored one.
 * @param sealed  nobody but the owner will read it: comments stay whole, and a password that is half a macro stays as it is
 * @returns null when the text is not TOML
 */
export function portableText(text: string, sealed: boolean): Portable | null {
  const { root } = parseToml(text)
  if (root === null) return null
  const taken = new Set(secretsNamedIn(text).map(({ name }) => name))
  const secrets = new Map<string, string>()
  const replacements = scalarsOf(root)
    .filter(isPlainSecret)
    .flatMap((scalar) => {
      const mixed = scalar.written.includes('%{')
      if (mixed && sealed) return []
      const name = freeName(nameFor(scalar.path), (one) => taken.has(one))
      taken.add(name)
      if (!mixed) secrets.set(name, scalar.written)
      return [{ scalar, text: JSON.stringify(`%{secret:${name}}%`) }]
    })
  const replaced = splice(text, replacements)
  return { text: sealed ? replaced : redactText(replaced), secrets }
}

/** The stored passwords that a text refers to, each once, with the first key that does. */
export function secretsNamedIn(text: string): { readonly name: string; readonly path: string }[] {
  const { root } = parseToml(text)
  const found = new Map<string, string>()
  for (const { written, path } of root === null ? [] : scalarsOf(root).filter(isText)) {
    for (const [, name = ''] of written.matchAll(REFERENCE)) if (!found.has(name)) found.set(name, path.join('.'))
  }
  return [...found].map(([name, path]) => ({ name, path }))
}

const REFERENCE = /%\{secret:((?:(?!\}%)[^])*)\}%/g

/** The text with other names for stored passwords. */
export function renameSecrets(text: string, names: ReadonlyMap<string, string>): string {
  const { root } = parseToml(text)
  if (root === null || names.size === 0) return text
  const replacements = scalarsOf(root)
    .filter(isText)
    .flatMap((scalar) => {
      const renamed = scalar.raw.replace(REFERENCE, (whole, name: string) => {
        const other = names.get(name)
        return other === undefined ? whole : `%{secret:${other}}%`
      })
      return renamed === scalar.raw ? [] : [{ scalar, text: renamed }]
    })
  return splice(text, replacements)
}

/** The name, or the first of `name-2`, `name-3`, … that is free. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name
  let number = 2
  while (isTaken(`${name}-${number}`)) number++
  return `${name}-${number}`
}

/** As the window names what it stores: `route-relay`, `account-scanner`. */
function nameFor(path: readonly string[]): string {
  const [first, second, third] = path
  const route = first === 'queue' && second === 'route' ? third : first === 'route' ? second : undefined
  const name =
    route !== undefined ? `route-${route}` : first === 'access' && second === 'account' ? `account-${third ?? ''}` : path.join('-')
  return name.replaceAll(/[^A-Za-z0-9_.-]/g, '-')
}

function isText(scalar: Scalar): boolean {
  return scalar.type === 'string' && scalar.written.includes('%{secret:')
}

/** Why a text is no configuration of ours at all; null when it may be one, with problems perhaps. */
export function holdsSettings(text: string): string | null {
  const { root, issue } = parseToml(text)
  if (root === null) return `This is no settings file: ${issue.message} (line ${issue.line ?? 1})`
  const known = root.entries.size === 0 || [...root.entries.keys()].some((key) => key === 'route' || OUR_TABLES.includes(key))
  return known ? null : 'This file holds no settings of Mailroom.'
}
