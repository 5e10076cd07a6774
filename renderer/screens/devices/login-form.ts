import type { ConfigChange } from '../../../main/contract/channels.ts'

/** What is typed into the dialogs about logins. */

/** @returns what is wrong with a user name, null when nothing is (docs/settings.md: 1 to 64 characters without blanks) */
export function userProblem(name: string, taken: readonly string[]): 'login.user.problem' | 'login.user.taken' | null {
  if (!/^[^\s\p{Cc}]{1,64}$/u.test(name)) return 'login.user.problem'
  const lower = name.toLowerCase()
  return taken.some((one) => one.toLowerCase() === lower) ? 'login.user.taken' : null
}

/** One pattern a line; commas do as well. */
export const patternsOf = (text: string): readonly string[] => text.split(/[\n,;]/).map((one) => one.trim()).filter((one) => one !== '') // prettier-ignore

/** The first that is neither an address, nor `*@domain`, nor `*`; null when all are. */
export function oddPattern(patterns: readonly string[]): string | null {
  return patterns.find((pattern) => pattern !== '*' && !/^[^\s@<>]+@[^\s@<>]+$/.test(pattern)) ?? null
}

/** The keys that differ from what is in force; an empty list takes its key away. */
export function loginChanges(
  name: string,
  before: { readonly senders: readonly string[]; readonly recipients: readonly string[] },
  after: { readonly senders: readonly string[]; readonly recipients: readonly string[] },
): readonly ConfigChange[] {
  return (['senders', 'recipients'] as const)
    .filter((key) => before[key].join('\n') !== after[key].join('\n'))
    .map((key) => ({ path: ['access', 'account', name, key], value: after[key].length === 0 ? null : [...after[key]] }))
}
