import { ipcMain } from 'electron'
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron'
import type { Answer } from '../contract/index.ts'
import { REQUESTS_WITH_PATH } from '../contract/index.ts'
import type { Engine } from '../engine/engine.ts'
import { PAGE_ORIGIN } from './page.ts'
import type { PreferenceParts } from './preference-requests.ts'
import { createShellAnswerer } from './requests.ts'

/**
 * Answers the window. Only our own page may ask; arguments are checked before anybody sees them; refusals come back as values, since a thrown
 * error loses its type on the way.
 */
export function serveBridge(engine: Engine, window: () => BrowserWindow | null, parts: PreferenceParts): void {
  const answerHere = createShellAnswerer(engine, window, parts)
  ipcMain.handle('ask', async (event: IpcMainInvokeEvent, request: unknown, args: unknown): Promise<Answer<unknown>> => {
    if (!isOurPage(event)) return { ok: false, problem: { code: 'forbidden', text: 'Only the Mailroom window may ask.' } }
    const name = typeof request === 'string' ? request : ''
    // What names a place on the disk comes from a dialog, not from a page.
    if (REQUESTS_WITH_PATH.includes(name)) return { ok: false, problem: { code: 'forbidden', text: 'A window names no files.' } }
    return answerHere(name, args) ?? engine.ask(name, args)
  })
  engine.onNotice((name, value) => {
    const contents = window()?.webContents
    if (contents !== undefined && !contents.isDestroyed()) contents.send('notice', name, value)
  })
}

function isOurPage(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && frame.url.startsWith(`${PAGE_ORIGIN}/`)
}
