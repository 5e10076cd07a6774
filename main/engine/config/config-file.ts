import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { ConfigChange, HistoryEntry, Issue } from '../../contract/index.ts'
import { errorCode } from '../system/index.ts'
import type { System, Watch } from '../system/index.ts'
import { ChangeError, applyChanges, withRoutesInQueue } from './change.ts'
import { FIRST_CONFIG } from './first-config.ts'
import { keepHistory, listHistory, readHistory } from './history.ts'
import { MAX_CONFIG_BYTES } from './parse-toml.ts'
import { readConfig } from './read-config.ts'
import { restoreText } from './redact.ts'
import { ReferredFiles, recording } from './referred-files.ts'
import type { ConfigFile, LoadedConfig, MacroSources, SaveOutcome } from './types.ts'

const MAX_LIST_BYTES = 4 * 1024 * 1024

export interface ConfigFileOptions {
  /** Absolute. */
  readonly path: string
  readonly system: System
  /** A stored password by name; undefined when there is none. */
  readonly secrets: (name: string) => string | undefined
  /** Addresses of this computer; those of its interfaces when absent. */
  readonly ownAddresses?: () => readonly string[]
}

/** config.toml on disk. Nothing is read before `open`. */
export function createConfigFile(options: ConfigFileOptions): ConfigFile {
  return new WatchedConfigFile(options)
}

/** What macros ask, from the real sources. Relative files are found beside the configuration. */
export function macroSources({ path, system, secrets }: ConfigFileOptions): MacroSources {
  return {
    environment: (name) => system.environment(name),
    secret: secrets,
    file: async (name) => {
      try {
        const bytes = await system.disk.readFile(besideConfig(path, name), MAX_LIST_BYTES)
        return { text: decoded(bytes) }
      } catch (thrown) {
        return { problem: whyUnreadable(thrown) }
      }
    },
  }
}

function besideConfig(path: string, name: string): string {
  return isAbsolute(name) ? name : resolve(dirname(path), name)
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

function whyUnreadable(thrown: unknown): string {
  if (thrown instanceof TypeError) return 'it is not UTF-8 text'
  const reasons = new Map([
    ['ENOENT', 'there is no such file'],
    ['EACCES', 'Mailroom may not read it'],
    ['EPERM', 'Mailroom may not read it'],
    ['EISDIR', 'it is a folder'],
    ['EFBIG', 'it is too large'],
  ])
  return reasons.get(errorCode(thrown)) ?? (thrown instanceof Error ? thrown.message : String(thrown))
}

class WatchedConfigFile implements ConfigFile {
  readonly #options: ConfigFileOptions
  readonly #handlers: ((loaded: LoadedConfig, inForce: boolean) => void)[] = []
  #state: { readonly current: LoadedConfig; readonly latest: LoadedConfig } | undefined
  #watch: Watch | undefined
  readonly #referred: ReferredFiles
  /** The files that each text as read refers to. */
  readonly #files = new WeakMap<LoadedConfig, ReadonlySet<string>>()
  #closed = false
  /** Reading and writing happen one after another, so that a save never works on a text that is being replaced. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: ConfigFileOptions) {
    this.#options = options
    this.#referred = new ReferredFiles(options.system.disk, () => void this.#inTurn(() => this.#reload(true)))
  }

  get current(): LoadedConfig {
    return this.#opened.current
  }

  get latest(): LoadedConfig {
    return this.#opened.latest
  }

  get #opened(): { readonly current: LoadedConfig; readonly latest: LoadedConfig } {
    if (!this.#state) throw new Error('the configuration is used before it was opened')
    return this.#state
  }

  open(): Promise<LoadedConfig> {
    return this.#inTurn(async () => {
      const { path, system } = this.#options
      if ((await system.disk.stat(path)) === null) {
        await system.disk.makeFolder(dirname(path))
        await system.disk.writeFileDurably(path, FIRST_CONFIG)
      }
      const loaded = await this.#load()
      this.#state = { current: loaded, latest: loaded }
      this.#watch = system.disk.watch(path, () => void this.#inTurn(() => this.#reload(false)))
      await Promise.all([this.#watch.ready, this.#follow(loaded)])
      return loaded
    })
  }

  check(text: string): Promise<readonly Issue[]> {
    return this.#inTurn(async () => (await this.#read(restoreText(text, this.latest.text))).issues)
  }

  saveText(text: string): Promise<SaveOutcome> {
    return this.#inTurn(async () => {
      const onDisk = await this.#textOnDisk()
      return this.#save(withRoutesInQueue(restoreText(text.replace(/^\uFEFF/, ''), onDisk ?? this.latest.text)), onDisk)
    })
  }

  change(changes: readonly ConfigChange[]): Promise<SaveOutcome> {
    return this.#inTurn(async () => {
      const onDisk = await this.#textOnDisk()
      try {
        return await this.#save(applyChanges(onDisk ?? this.latest.text, changes), onDisk)
      } catch (thrown) {
        if (!(thrown instanceof ChangeError)) throw thrown
        return { saved: false, issues: [this.#problem('change-impossible', thrown.message)] }
      }
    })
  }

  tryChange(changes: readonly ConfigChange[]): Promise<readonly Issue[]> {
    return this.#inTurn(async () => {
      try {
        return (await this.#read(applyChanges(this.latest.text, changes))).issues
      } catch (thrown) {
        if (!(thrown instanceof ChangeError)) throw thrown
        return [this.#problem('change-impossible', thrown.message)]
      }
    })
  }

  preview(text: string, secrets: ReadonlyMap<string, string>): Promise<LoadedConfig> {
    return this.#inTurn(() => this.#read(withRoutesInQueue(text.replace(/^\uFEFF/, '')), secrets))
  }

  history(): Promise<readonly HistoryEntry[]> {
    return this.#inTurn(() => listHistory(this.#options.system.disk, this.#historyFolder, this.latest.text))
  }

  historyText(id: string): Promise<{ readonly before: string; readonly after: string } | undefined> {
    return this.#inTurn(() => readHistory(this.#options.system.disk, this.#historyFolder, id, this.latest.text))
  }

  restore(id: string): Promise<SaveOutcome | undefined> {
    return this.#inTurn(async () => {
      const onDisk = await this.#textOnDisk()
      const kept = await readHistory(this.#options.system.disk, this.#historyFolder, id, onDisk ?? this.latest.text)
      return kept && (await this.#save(kept.before, onDisk))
    })
  }

  onChange(handler: (loaded: LoadedConfig, inForce: boolean) => void): void {
    this.#handlers.push(handler)
  }

  lookAgain(): Promise<void> {
    return this.#inTurn(async () => {
      const { path, system } = this.#options
      if (this.#closed) return
      await this.#watch?.close()
      this.#watch = system.disk.watch(path, () => void this.#inTurn(() => this.#reload(false)))
      await this.#watch.ready
      await this.#reload(false)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#watch?.close()
    await this.#last
    await this.#referred.close()
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run)
    // Whoever asked for `run` hears of its failure; the next in line starts all the same.
    this.#last = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  async #save(text: string, onDisk: string | undefined): Promise<SaveOutcome> {
    const loaded = await this.#read(text)
    if (!loaded.usable) return { saved: false, issues: loaded.issues }
    try {
      // The same text is taken all the same: a password it refers to may have been stored anew.
      if (text !== onDisk) await this.#write(text, onDisk)
    } catch (thrown) {
      return {
        saved: false,
        issues: [...loaded.issues, this.#problem('file-not-writable', `the file could not be written: ${whyUnwritable(thrown)}`)],
      }
    }
    this.#take(loaded)
    await this.#follow(loaded)
    return { saved: true, issues: loaded.issues }
  }

  async #write(text: string, onDisk: string | undefined): Promise<void> {
    const { path, system } = this.#options
    if (onDisk !== undefined) await keepHistory(system, this.#historyFolder, onDisk)
    await system.disk.writeFileDurably(path, text)
  }

  /** @param anyway  something else than the text has changed: a file that it refers to */
  async #reload(anyway: boolean): Promise<void> {
    const before = this.latest.text
    const loaded = await this.#load()
    // Our own writing, or a save without a change.
    if (!anyway && loaded.text === before && !loaded.issues.some(({ code }) => code === 'file-unreadable')) return
    if (loaded.text !== before) await this.#keepBefore(before)
    this.#take(loaded)
    await this.#follow(loaded)
  }

  /** History is a convenience: a full disk must not keep a new configuration from being read. */
  async #keepBefore(text: string): Promise<void> {
    try {
      await keepHistory(this.#options.system, this.#historyFolder, text)
    } catch (thrown) {
      if (errorCode(thrown) === '') throw thrown
    }
  }

  #take(loaded: LoadedConfig): void {
    this.#state = { current: loaded.usable ? loaded : this.current, latest: loaded }
    for (const handler of this.#handlers) handler(loaded, loaded.usable)
  }

  /** Also what a refused text refers to: mending that file may mend it. */
  async #follow(loaded: LoadedConfig): Promise<void> {
    if (!this.#closed) await this.#referred.follow(new Set([...(this.#files.get(loaded) ?? []), ...(this.#files.get(this.current) ?? [])]))
  }

  get #historyFolder(): string {
    return join(dirname(this.#options.path), 'config-history')
  }

  async #load(): Promise<LoadedConfig> {
    try {
      return await this.#read(await this.#fileText())
    } catch (thrown) {
      const empty = await this.#read('')
      const problem = this.#problem('file-unreadable', `the file cannot be read: ${whyUnreadable(thrown)}`)
      return { ...empty, issues: [problem], usable: false, routingBroken: true }
    }
  }

  async #fileText(): Promise<string> {
    return decoded(await this.#options.system.disk.readFile(this.#options.path, MAX_CONFIG_BYTES)).replace(/^\uFEFF/, '')
  }

  /** undefined when there is nothing that can be read. */
  async #textOnDisk(): Promise<string | undefined> {
    try {
      return await this.#fileText()
    } catch (thrown) {
      if (thrown instanceof TypeError || errorCode(thrown) !== '') return undefined
      throw thrown
    }
  }

  async #read(text: string, more: ReadonlyMap<string, string> = new Map()): Promise<LoadedConfig> {
    const { path, system, ownAddresses, secrets } = this.#options
    const addresses = ownAddresses?.() ?? system.network.interfaces().map(({ address }) => address)
    const real = macroSources({ ...this.#options, secrets: (name) => more.get(name) ?? secrets(name) })
    const { sources, files } = recording(real, (name) => besideConfig(path, name))
    const loaded = await readConfig(text, { sources, hostname: system.network.hostname(), ownAddresses: addresses, file: path })
    this.#files.set(loaded, files)
    return loaded
  }

  #problem(code: string, message: string): Issue {
    return { severity: 'error', kind: 'parse', code, path: '', message, file: this.#options.path, line: 1, column: 1 }
  }
}

function whyUnwritable(thrown: unknown): string {
  const reasons = new Map([
    ['ENOSPC', 'the disk is full'],
    ['EACCES', 'Mailroom may not write there'],
    ['EPERM', 'Mailroom may not write there'],
    ['EROFS', 'the disk is read-only'],
  ])
  return reasons.get(errorCode(thrown)) ?? (thrown instanceof Error ? thrown.message : String(thrown))
}
