import { PROVIDERS } from '../../lib/providers.ts'
import type { Provider } from '../../lib/providers.ts'
import type { PlainKey } from '../../lib/words/words.svelte.ts'

/** A provider by its id, one that is not in our list, or none: everything stays here. */
export type Choice = { readonly kind: 'listed'; readonly provider: Provider } | { readonly kind: 'other' } | { readonly kind: 'keep' }

const MAILBOXES = ['microsoft', 'google', 'ionos', 'gmx', 'fastmail', 'icloud', 'zoho', 'yahoo', 'aol', 'proton']
/** Other ways to the same service; they are offered where the usual way may not work. */
const WAYS = ['microsoft-hve', 'microsoft-connector', 'google-relay']

const listed = (id: string): readonly Provider[] => PROVIDERS.filter((provider) => provider.id === id)
export const mailboxProviders: readonly Provider[] = MAILBOXES.flatMap(listed)
export const sendingServices: readonly Provider[] = PROVIDERS.filter(({ id }) => !MAILBOXES.includes(id) && !WAYS.includes(id))

/** What stands beside the sign-in where a plain password is not enough: why, and what works instead. */
export interface SignInNote {
  readonly title: PlainKey
  readonly text: PlainKey
  readonly instead: readonly { readonly text: PlainKey; readonly provider: Provider }[]
}

const instead = (text: PlainKey, id: string): SignInNote['instead'] => listed(id).map((provider) => ({ text, provider }))

export function signInNote(provider: Provider): SignInNote | null {
  switch (provider.note) {
    case 'provider.microsoft':
      return {
        title: 'first.ms.title',
        text: 'first.ms.text',
        instead: [...instead('first.ms.connector', 'microsoft-connector'), ...instead('first.ms.hve', 'microsoft-hve')],
      }
    case 'provider.google':
      return { title: 'first.google.title', text: 'first.google.text', instead: instead('first.google.relay', 'google-relay') }
    case 'provider.app-password':
    case 'provider.zoho':
      return { title: 'first.app.title', text: 'first.app.text', instead: [] }
    case 'provider.web-switch':
      return { title: 'first.web.title', text: 'first.web.text', instead: [] }
    default:
      return null
  }
}

/** Services that know an office by its internet address, so that a sign-in may not be needed. */
export function signInOptional(choice: Choice): boolean {
  return choice.kind !== 'listed' || ['microsoft-connector', 'google-relay'].includes(choice.provider.id)
}

export function passwordLabel(choice: Choice): PlainKey {
  if (choice.kind !== 'listed') return 'route.password'
  const { note } = choice.provider
  if (note === 'provider.google' || note === 'provider.app-password' || note === 'provider.zoho') return 'first.password.app'
  return mailboxProviders.includes(choice.provider) ? 'route.password' : 'first.password.key'
}
