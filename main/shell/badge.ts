import { app, nativeImage } from 'electron'
import type { BrowserWindow } from 'electron'

const SIDE = 16

/** How many things need a person, on the program's own icon: a number where the system has one, a mark on the Windows task bar. */
export function showBadge(window: BrowserWindow | null, count: number, description: string): void {
  if (process.platform !== 'win32') app.setBadgeCount(count)
  else window?.setOverlayIcon(count === 0 ? null : nativeImage.createFromBitmap(disc(), { width: SIDE, height: SIDE }), description)
}

/** A full disc in the colour of what failed, as BGRA rows. */
function disc(): Buffer {
  const pixels = Buffer.alloc(SIDE * SIDE * 4)
  for (let at = 0; at < SIDE * SIDE; at++) {
    const [x, y] = [(at % SIDE) - 7.5, Math.floor(at / SIDE) - 7.5]
    if (Math.hypot(x, y) <= 7) pixels.set([0x24, 0x2d, 0xb9, 0xff], at * 4)
  }
  return pixels
}
