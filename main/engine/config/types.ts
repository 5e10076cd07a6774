import type { ConfigChange, HistoryEntry, Issue, Settings, SettingsView } from '../../contract/index.ts'

/** A configuration as read: settings with defaults where something was wrong, and every problem. `usable` is false when there is any error. */
export interface LoadedConfig {
  readonly text: string
  readonly settings: Settings
  readonly view: SettingsView
  readonly issues: readonly Issue[]
  readonly usable: boolean
  /** An error touches the route strategy or a route it can choose: deliveries must wait (routing rules 1.11). */
  readonly routingBroken: boolean
}

/** What macros may ask for. Each returns undefined when there is no such thing. */
export interface MacroSources {
  environment(name: string): string | undefined
  /** @returns the text, or why it cannot be had */
  file(path: string): Promise<{ readonly text: string } | { readonly problem: string }>
  secret(name: string): string | undefined
}

export interface SaveOutcome {
  readonly saved: boolean
  readonly issues: readonly Issue[]
}

/** config.toml on disk: in force, watched, saved without losing comments, with history. */
export interface ConfigFile {
  /** Reads it, or writes the commented first one. Never throws for bad contents: problems are issues. */
  open(): Promise<LoadedConfig>
  /** In force now. */
  readonly current: LoadedConfig
  /** What the file says now, when it is not in force because of errors; otherwise the same as `current`. */
  readonly latest: LoadedConfig
  check(text: string): Promise<readonly Issue[]>
  saveText(text: string): Promise<SaveOutcome>
  change(changes: readonly ConfigChange[]): Promise<SaveOutcome>
  /** The problems that `change` would find; nothing is written. */
  tryChange(changes: readonly ConfigChange[]): Promise<readonly Issue[]>
  /** A text as if it were the file's, and as if these passwords were stored; nothing is written. */
  preview(text: string, secrets: ReadonlyMap<string, string>): Promise<LoadedConfig>
  /** What the file said before, newest first. */
  history(): Promise<readonly HistoryEntry[]>
  /** As it was, passwords and all: not for the window. undefined when it is not kept. */
  historyText(id: string): Promise<{ readonly before: string; readonly after: string } | undefined>
  /** Puts an old text back as it was. undefined when it is not kept. */
  restore(id: string): Promise<SaveOutcome | undefined>
  /** Called after every reload, also when a file that the settings refer to has changed: in force, or refused with its issues. */
  onChange(handler: (loaded: LoadedConfig, inForce: boolean) => void): void
  /** Watches the file anew and reads it: its folder was gone, or on another disk, and is there again. */
  lookAgain(): Promise<void>
  close(): Promise<void>
}
