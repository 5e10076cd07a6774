import type { SecretState } from '../../contract/index.ts'

/** What stands in a text in place of a password when the window sees it. */
export const HIDDEN = '%{hidden}%'

const STORED = /^%\{secret:[^%]*?\}%$/
const MACROS_ONLY = /^(%\{(env|file|cfg|secret):((?!\}%)[^])*\}%)+$/ // a name ends at the first mark, so this cannot be read in two ways

const SECRET_KEYS: readonly string[] = ['secret', 'password', 'passwd', 'passphrase']

/** Keys whose value is a password: `auth.secret`, an account's `secret`, and the wrong names people give them. */
export function isSecretPath(path: readonly string[]): boolean {
  return SECRET_KEYS.includes((path[path.length - 1] ?? '').toLowerCase())
}

/** How a secret is kept, from its text in the file. */
export function secretState(written: string): SecretState {
  if (STORED.test(written)) return 'stored'
  return MACROS_ONLY.test(written) ? 'macro' : 'plain'
}
