import type { Disk, Watch } from '../system/index.ts'
import type { MacroSources } from './types.ts'

/** The files that a configuration refers to (`%{file:…}%`, a store's list): a change in one of them is a change of the settings. */
export class ReferredFiles {
  readonly #disk: Disk
  readonly #changed: () => void
  readonly #watches = new Map<string, Watch>()

  constructor(disk: Disk, changed: () => void) {
    this.#disk = disk
    this.#changed = changed
  }

  /** Watches these from now on and no others. @returns when changes will be seen */
  async follow(paths: ReadonlySet<string>): Promise<void> {
    const gone = [...this.#watches].filter(([path]) => !paths.has(path))
    for (const [path] of gone) this.#watches.delete(path)
    const begun = [...paths]
      .filter((path) => !this.#watches.has(path))
      .map((path) => [path, this.#disk.watch(path, this.#changed)] as const)
    for (const [path, watch] of begun) this.#watches.set(path, watch)
    await Promise.all([...gone.map(([, watch]) => watch.close()), ...begun.map(([, watch]) => watch.ready)])
  }

  async close(): Promise<void> {
    await this.follow(new Set())
  }
}

/** The same sources, with every file that is asked for written down, also one that is not there yet. */
export function recording(
  sources: MacroSources,
  absolute: (name: string) => string,
): { sources: MacroSources; files: ReadonlySet<string> } {
  const files = new Set<string>()
  return {
    files,
    sources: {
      ...sources,
      file: (name) => {
        files.add(absolute(name))
        return sources.file(name)
      },
    },
  }
}
