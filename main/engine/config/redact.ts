import { nodeAt, scalarsOf } from './node.ts'
import type { Scalar, Table } from './node.ts'
import { parseToml } from './parse-toml.ts'
import { HIDDEN, isSecretPath, secretState } from './secrets.ts'
import { isPlainSecret } from './view.ts'

const QUOTED_HIDDEN = `"${HIDDEN}"`

/** A key for a password and its value, anywhere in a text that may not be TOML; values are cut at the end of their line. */
const LOOSE_SECRET =
  /(\b(?:secret|password|passwd|passphrase)["']?[ \t]*=[ \t]*)("""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|[^\s,}#]+)/gi

/** The text of a configuration as the window may see it: passwords that stand in it are replaced by `%{hidden}%`, in comments too. */
export function redactText(text: string): string {
  const parsed = parseToml(text)
  if (!parsed.root) return redactLoosely(text)
  const spliced = splice(
    text,
    scalarsOf(parsed.root)
      .filter(isPlainSecret)
      .map((scalar) => ({ scalar, text: QUOTED_HIDDEN })),
  )
  return mapComments(spliced, redactLoosely)
}

function redactLoosely(text: string): string {
  return text.replace(LOOSE_SECRET, (whole, key: string, value: string) => {
    const bare = value.replace(/^["']+|["']+$/g, '')
    return bare === '' || bare === HIDDEN || secretState(bare) !== 'plain' ? whole : key + QUOTED_HIDDEN
  })
}

/**
 * The text with the passwords put back that `redactText` took out of `original`, where their keys are still there. What cannot be found stays
 * `%{hidden}%`, which is an error when it is read.
 */
export function restoreText(text: string, original: string): string {
  if (!text.includes(HIDDEN)) return text
  const commented = restoreComments(text, original)
  const [edited, before] = [parseToml(commented).root, parseToml(original).root]
  if (!edited || !before) return commented
  const replacements = scalarsOf(edited).flatMap((scalar) => {
    const kept = scalar.written === HIDDEN && isSecretPath(scalar.path) ? plainAt(before, scalar.path) : undefined
    return kept ? [{ scalar, text: kept.raw }] : []
  })
  return splice(commented, replacements)
}

/** Routes are found under either of their spellings. */
function plainAt(root: Table, path: readonly string[]): Scalar | undefined {
  const other = path[0] === 'route' ? ['queue', ...path] : path[0] === 'queue' && path[1] === 'route' ? path.slice(1) : path
  for (const candidate of [path, other]) {
    const node = nodeAt(root, candidate)
    if (node?.kind === 'scalar' && isPlainSecret(node)) return node
  }
  return undefined
}

/** Replaces values as they stand in the text, last one first so that places stay right. */
export function splice(text: string, replacements: readonly { readonly scalar: Scalar; readonly text: string }[]): string {
  const lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)]
  const offsets = replacements.map(({ scalar, text: replacement }) => {
    const start = (lineStarts[scalar.place.line - 1] ?? 0) + scalar.place.column - 1
    return { start, end: start + scalar.raw.length, replacement }
  })
  return offsets
    .sort((a, b) => b.start - a.start)
    .reduce((done, { start, end, replacement }) => done.slice(0, start) + replacement + done.slice(end), text)
}

function mapComments(text: string, change: (line: string) => string): string {
  return text.replace(/^[ \t]*#.*$/gm, change)
}

/** A comment has no key to find it by: the unchanged line is what it is known by. */
function restoreComments(text: string, original: string): string {
  const byRedacted = new Map<string, string>()
  mapComments(original, (line) => {
    byRedacted.set(redactLoosely(line), line)
    return line
  })
  return mapComments(text, (line) => (line.includes(HIDDEN) ? (byRedacted.get(line) ?? line) : line))
}
