import { config } from './config.svelte.ts'

const KEPT_AS = 'set-up-later'

/**
 * Whether the first start stands in place of the screens: while the settings are still those a first start writes and nobody chose to do it
 * later. Once begun it stays until it is finished or put off, whatever it changes in the settings meanwhile.
 */
class SetUp {
  /** null until the settings are known. */
  #open = $state<boolean | null>(null)
  #put = $state(localStorage.getItem(KEPT_AS) !== null)

  get open(): boolean {
    return this.#open ?? false
  }
  /** Neither the first start nor a screen can be shown yet. */
  get undecided(): boolean {
    return this.#open === null && config.now === null && config.problem === null
  }
  /** It was put off, and still nothing is set up: it can be offered again. */
  get offered(): boolean {
    return this.#put && (config.now?.untouched ?? false)
  }

  /** Looks at the settings as they become known. */
  decide(): void {
    if (this.#open === null && config.now !== null) this.#open = config.now.untouched && !this.#put
  }
  begin(): void {
    this.#open = true
  }
  /** Finished or put off: it does not come by itself again. */
  end(): void {
    localStorage.setItem(KEPT_AS, '1')
    this.#put = true
    this.#open = false
  }
}
export const setUp = new SetUp()
