import type { Issue } from '../../contract/index.ts'
import type { Node, Place } from './node.ts'
import { isSecretPath } from './secrets.ts'

/** Where a problem is: the path it is told under and the place in the file. */
export interface Spot {
  readonly path: readonly string[]
  readonly place: Place
}

interface Detail {
  readonly kind?: Issue['kind']
  readonly value?: string
  readonly suggestion?: string | undefined
}

interface Found {
  readonly path: readonly string[]
  readonly issue: Issue
}

/** Gathers every problem of one configuration. */
export class Problems {
  readonly #found: Found[] = []
  readonly #file: string | undefined

  constructor(file?: string) {
    this.#file = file
  }

  error(code: string, spot: Spot, message: string, detail: Detail = {}): void {
    this.#add('error', code, spot, message, detail)
  }

  warning(code: string, spot: Spot, message: string, detail: Detail = {}): void {
    this.#add('warning', code, spot, message, detail)
  }

  /** One that was made elsewhere (the parser's). */
  take(issue: Issue): void {
    this.#found.push({ path: [], issue: this.#withFile(issue) })
  }

  #add(severity: Issue['severity'], code: string, spot: Spot, message: string, detail: Detail): void {
    const issue: Issue = { severity, kind: detail.kind ?? 'build', code, path: pathText(spot.path), message, ...spot.place }
    if (detail.value !== undefined && !isSecretPath(spot.path)) issue.value = detail.value
    if (detail.suggestion !== undefined) issue.suggestion = detail.suggestion
    this.#found.push({ path: spot.path, issue: this.#withFile(issue) })
  }

  #withFile(issue: Issue): Issue {
    return this.#file === undefined ? issue : { ...issue, file: this.#file }
  }

  /** Whether an error stands at the path or below it; the empty path also matches problems of the whole file. */
  hasErrorAt(path: readonly string[]): boolean {
    return this.#found.some(({ issue, path: at }) => issue.severity === 'error' && path.every((key, index) => at[index] === key))
  }

  /** Whether an error concerns the whole file. */
  get wholeFileBroken(): boolean {
    return this.#found.some(({ issue, path }) => issue.severity === 'error' && path.length === 0)
  }

  /** All, in the order of the file. */
  get issues(): Issue[] {
    return this.#found.map(({ issue }) => issue).sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  }
}

/** The place of a key that is missing from a table. */
export function missingKey(table: Node, ...keys: readonly string[]): Spot {
  return { path: [...table.path, ...keys], place: table.place }
}

/** What to quote of a value: as written, never what a macro brought in. */
export function quoted(node: Node): string | undefined {
  return node.kind === 'scalar' ? node.written.slice(0, 200) : undefined
}

/** The flattened key; an empty name is told as `""`. */
function pathText(path: readonly string[]): string {
  return path.map((key) => (key === '' ? '""' : key)).join('.')
}
