/** Which made-up world to show. */
export type FakeMail = 'first' | 'none' | 'usual' | 'trouble' | 'hostile' | 'many'
export interface FakeOptions {
  readonly mail: FakeMail
  /** New messages a second; 0 for a world that stands still. */
  readonly live: number
  /** The time it is there; ms since 1970. */
  readonly now: number
}

const kinds: readonly FakeMail[] = ['first', 'none', 'usual', 'trouble', 'hostile', 'many']

export function fakeOptions(parameters: URLSearchParams): FakeOptions {
  const mail = kinds.find((kind) => kind === parameters.get('mail')) ?? 'usual'
  return { mail, live: Number(parameters.get('live') ?? 0), now: Date.now() }
}

export function applyTheme(parameters: URLSearchParams): void {
  const theme = parameters.get('theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
}
