import { powerSaveBlocker } from 'electron'

/** Keeps the computer from falling asleep by itself; the screen may go dark. */
export class KeepAwake {
  #blocker: number | null = null

  set(on: boolean): void {
    if (on === (this.#blocker !== null)) return
    if (this.#blocker !== null) powerSaveBlocker.stop(this.#blocker)
    this.#blocker = on ? powerSaveBlocker.start('prevent-app-suspension') : null
  }
}
