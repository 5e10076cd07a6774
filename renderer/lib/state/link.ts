import type { ScreenId } from '../../screens/screen-id.ts'

/** Where the window is: a screen and what it shows, kept in the address after `#`, so that every number can be a real link. */
export type Query = Readonly<Record<string, string>>

export interface Where {
  readonly screen: ScreenId
  readonly query: Query
}

/** The address of a screen; empty values are left out. */
export function link(screen: ScreenId, query: Readonly<Record<string, string | null | undefined>> = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return `#/${screen}${given.length > 0 ? `?${new URLSearchParams(given).toString()}` : ''}`
}

/** Reads such an address; what names no screen is the first one. */
export function parsePlace(hash: string, screens: readonly ScreenId[]): Where {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?')
  const screen = screens.find((id) => id === path) ?? screens[0] ?? 'overview'
  return { screen, query: Object.fromEntries(new URLSearchParams(search)) }
}
