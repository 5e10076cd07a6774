/** What a key means to the window itself, whatever the page does with other keys. */
export type WindowKey = 'zoom-in' | 'zoom-out' | 'zoom-reset' | 'close' | 'quit' | null

export interface KeyPress {
  readonly type: string
  readonly key: string
  readonly control: boolean
  readonly meta: boolean
  readonly alt: boolean
}

/** On macOS the application menu has these keys; elsewhere there is no menu, so they are read here. */
export function windowKey(press: KeyPress, platform: NodeJS.Platform): WindowKey {
  if (platform === 'darwin' || press.type !== 'keyDown' || !press.control || press.meta || press.alt) return null
  switch (press.key.toLowerCase()) {
    case '+':
    case '=':
      return 'zoom-in'
    case '-':
    case '_':
      return 'zoom-out'
    case '0':
      return 'zoom-reset'
    case 'w':
      return 'close'
    case 'q':
      return 'quit'
    default:
      return null
  }
}
