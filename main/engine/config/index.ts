/** config.toml to Settings and back: defaults, macros, every problem with path, line and column, saved without losing comments. */
export type * from './types.ts'
export { createConfigFile, macroSources } from './config-file.ts'
export type { ConfigFileOptions } from './config-file.ts'
export { FIRST_CONFIG } from './first-config.ts'
export { readConfig } from './read-config.ts'
export type { ReadOptions } from './read-config.ts'
export { redactText, restoreText } from './redact.ts'
export { freeName, holdsSettings, portableText, renameSecrets, secretsNamedIn } from './transfer.ts'
