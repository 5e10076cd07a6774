/** What stands open above the screen. */
export type OpenDialog =
  | { readonly kind: 'network' | 'add-device' | 'add-login' | 'add-listener' | 'certificate' | 'own-certificate' | 'new-certificate' }
  | { readonly kind: 'device'; readonly key: string }
  | { readonly kind: 'listener'; readonly id: string }
  | { readonly kind: 'login' | 'new-password' | 'remove-login'; readonly name: string }
  | { readonly kind: 'setup'; readonly menu: string }
