import type { ScreenId } from '../../screens/screen-id.ts'
import { on } from '../bridge.ts'
import { link, parsePlace } from './link.ts'
import type { Where } from './link.ts'

/** Where the window is now; follows the address and changes it. */
class Place {
  #screens: readonly ScreenId[] = []
  now = $state.raw<Where>({ screen: 'overview', query: {} })

  /** Follows the address from now on. */
  follow(screens: readonly ScreenId[]): void {
    this.#screens = screens
    window.addEventListener('hashchange', () => this.#read())
    // A notification that was clicked.
    on('window.goTo', ({ address }) => {
      location.hash = address
    })
    this.#read()
  }
  go(screen: ScreenId, query?: Parameters<typeof link>[1]): void {
    location.hash = link(screen, query)
  }
  /** Changes what the screen shows without a step in the history. */
  replace(query: Parameters<typeof link>[1]): void {
    history.replaceState(null, '', link(this.now.screen, query))
    this.#read()
  }
  #read(): void {
    this.now = parsePlace(location.hash, this.#screens)
  }
}
export const place = new Place()
