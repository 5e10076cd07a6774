import { mapScalars, scalarsOf } from './node.ts'
import type { Scalar, Table } from './node.ts'
import type { Problems } from './problems.ts'
import { isSecretPath } from './secrets.ts'
import type { MacroSources } from './types.ts'

const MAX_FILE_BYTES = 64 * 1024
const KINDS = ['env', 'file', 'cfg', 'secret'] as const
type Kind = (typeof KINDS)[number]

/** One string value on its way through the passes. */
interface Leaf {
  readonly scalar: Scalar
  readonly key: string
  readonly secret: boolean
  text: string
  broken: boolean
  confidential: boolean
}

/** What stands in a macro's place, or why nothing can. */
type Replacement = { readonly text: string } | { readonly code: string; readonly problem: string }

/**
 * Replaces the macros in every string (routing rules 3): one pass over all values for `env`, then `file`, `cfg` and `secret`; nothing is
 * expanded twice. A value in which any macro failed is marked broken as a whole, so that half a password is never used.
 */
export async function expandMacros(root: Table, sources: MacroSources, problems: Problems): Promise<Table> {
  const scalars = scalarsOf(root)
  const leaves = scalars.filter((scalar) => scalar.type === 'string' && scalar.written.includes('%{')).map(leafOf)
  if (leaves.length === 0) return root
  refuseUnknownKinds(leaves, problems)
  passOver(leaves, 'env', problems, (name) => environment(sources, name))
  await passOverFiles(leaves, sources, problems)
  passOverSettings(leaves, scalars, problems)
  passOver(leaves, 'secret', problems, (name, leaf) => storedSecret(sources, name, leaf))
  const byScalar = new Map(leaves.map((leaf) => [leaf.scalar, leaf]))
  const expanded = mapScalars(root, (scalar) => {
    const leaf = byScalar.get(scalar)
    return leaf ? { ...scalar, value: leaf.broken ? '' : leaf.text, broken: leaf.broken, confidential: leaf.confidential } : scalar
  })
  return expanded.kind === 'table' ? expanded : root
}

function leafOf(scalar: Scalar): Leaf {
  const secret = isSecretPath(scalar.path)
  return { scalar, key: scalar.path.join('.'), secret, text: scalar.written, broken: false, confidential: false }
}

function refuseUnknownKinds(leaves: readonly Leaf[], problems: Problems): void {
  for (const leaf of leaves) {
    if (leaf.text.includes('%{hidden}%')) {
      fail(leaf, problems, 'secret-hidden', 'a hidden password stands here that cannot be found any more; type the password again')
      continue
    }
    for (const [macro, kind] of leaf.text.matchAll(/%\{([A-Za-z_-]+):((?!\}%)[^])*\}%/g)) {
      if (kind !== undefined && !isKind(kind))
        fail(leaf, problems, 'macro-unknown', `${macro.slice(0, 80)} is no macro; there are env, file, cfg and secret`)
    }
  }
}

function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word)
}

function environment(sources: MacroSources, name: string): Replacement {
  const text = sources.environment(name)
  if (text !== undefined) return { text }
  return {
    code: 'macro-env-missing',
    problem: `there is no environment variable ${name}; set it before Mailroom starts, or write the value here`,
  }
}

function storedSecret(sources: MacroSources, name: string, leaf: Leaf): Replacement {
  const text = sources.secret(name)
  leaf.confidential = true
  if (text !== undefined) return { text }
  return {
    code: 'macro-secret-missing',
    problem: `no password is stored under the name ${name} on this computer; type it again in the window`,
  }
}

async function passOverFiles(leaves: readonly Leaf[], sources: MacroSources, problems: Problems): Promise<void> {
  const texts = new Map<string, Replacement>()
  for (const leaf of leaves) {
    for (const { name } of macrosIn(leaf.text, 'file'))
      if (name !== undefined && !texts.has(name)) texts.set(name, await fileText(sources, name))
  }
  passOver(leaves, 'file', problems, (name, leaf) => {
    const found = texts.get(name) ?? { code: 'macro-file-unreadable', problem: `the file ${name} was not read` }
    return leaf.secret && 'text' in found ? { text: found.text.replace(/\r?\n$/, '') } : found
  })
}

async function fileText(sources: MacroSources, name: string): Promise<Replacement> {
  const path = name.startsWith('//') ? name.slice(2) : name
  const found = await sources.file(path)
  if ('problem' in found) return { code: 'macro-file-unreadable', problem: `the file ${path} cannot be used: ${found.problem}` }
  if (Buffer.byteLength(found.text) <= MAX_FILE_BYTES) return found
  return { code: 'macro-file-too-large', problem: `the file ${path} is larger than 64 KiB, the most that a setting may have` }
}

/** In the order of the keys, so that a reference sees what was replaced before it and the raw text of what comes later. */
function passOverSettings(leaves: readonly Leaf[], scalars: readonly Scalar[], problems: Problems): void {
  const byKey = new Map(leaves.map((leaf) => [leaf.key, leaf]))
  const others = new Map(scalars.map((scalar) => [scalar.path.join('.'), scalar]))
  const sorted = [...leaves].sort((a, b) => (a.key < b.key ? -1 : 1))
  passOver(sorted, 'cfg', problems, (name, leaf) => {
    const target = byKey.get(name)
    if (target?.broken === true) return { code: 'macro-cfg-broken', problem: `${name} has a problem of its own, so it cannot be used here` }
    const scalar = others.get(name)
    if (!scalar)
      return { code: 'macro-cfg-unknown', problem: `${name} is not set in this file; write the whole key, for example report.domain` }
    if (target?.confidential === true || isSecretPath(scalar.path)) leaf.confidential = true
    return { text: target?.text ?? String(scalar.value) }
  })
}

function passOver(leaves: readonly Leaf[], kind: Kind, problems: Problems, replace: (name: string, leaf: Leaf) => Replacement): void {
  for (const leaf of leaves) if (!leaf.broken) leaf.text = replaced(leaf, kind, problems, replace)
}

/** The text with the macros of one kind replaced. All that fail are reported. */
function replaced(leaf: Leaf, kind: Kind, problems: Problems, replace: (name: string, leaf: Leaf) => Replacement): string {
  let done = ''
  let from = 0
  for (const { name, start, end } of macrosIn(leaf.text, kind)) {
    const unclosed = { code: 'macro-unterminated', problem: `the macro %{${kind}: has no closing }%` }
    const found = name === undefined ? unclosed : replace(name, leaf)
    if ('problem' in found) fail(leaf, problems, found.code, found.problem)
    done += leaf.text.slice(from, start) + ('text' in found ? found.text : '')
    from = end
  }
  return done + leaf.text.slice(from)
}

interface Macro {
  readonly name: string | undefined // undefined: never closed
  readonly start: number
  readonly end: number
}

/** The macros of one kind in a text, left to right; the name runs to the first closing mark. */
function macrosIn(text: string, kind: Kind): Macro[] {
  const opening = `%{${kind}:`
  const found: Macro[] = []
  for (let start = text.indexOf(opening); start >= 0;) {
    const close = text.indexOf('}%', start + opening.length)
    if (close < 0) return [...found, { name: undefined, start, end: text.length }]
    found.push({ name: text.slice(start + opening.length, close), start, end: close + 2 })
    start = text.indexOf(opening, close + 2)
  }
  return found
}

function fail(leaf: Leaf, problems: Problems, code: string, message: string): void {
  leaf.broken = true
  problems.error(code, leaf.scalar, message, { kind: 'macro', value: leaf.scalar.written.slice(0, 200) })
}
