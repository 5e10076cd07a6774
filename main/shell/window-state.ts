import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().positive(), height: z.int().positive() })
const stored = z.object({ bounds: rectangle, maximized: z.boolean(), zoom: z.number().min(-3).max(5) })

/** Where the window stood and how large its text was, kept in `window.json` of the data folder. */
export type WindowState = z.infer<typeof stored>
export type Rectangle = z.infer<typeof rectangle>

/** @returns null when nothing usable is stored: the usual size then */
export function readWindowState(path: string): WindowState | null {
  try {
    const read = stored.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return read.success ? read.data : null
  } catch {
    // Missing on the first start; a damaged one is worth no word.
    return null
  }
}

export function writeWindowState(path: string, state: WindowState): void {
  try {
    writeFileSync(path, `${JSON.stringify(state)}\n`)
  } catch (thrown) {
    // A full disk is told where it matters; the window merely opens at its usual size next time.
    process.stderr.write(`The window's place could not be kept: ${String(thrown)}\n`)
  }
}

const GRIP = { width: 120, height: 40 }

/** The place when enough of it can be seen to take hold of; null when its screen is gone. */
export function onScreen(bounds: Rectangle, screens: readonly Rectangle[]): Rectangle | null {
  const seen = screens.some((screen) => {
    const width = Math.min(bounds.x + bounds.width, screen.x + screen.width) - Math.max(bounds.x, screen.x)
    const top = bounds.y >= screen.y && bounds.y + GRIP.height <= screen.y + screen.height
    return width >= GRIP.width && top
  })
  return seen ? bounds : null
}
