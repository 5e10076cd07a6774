import { clipboard, ipcMain, shell } from 'electron'
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron'
import type { z } from 'zod'
import type { Answer } from '../contract/index.ts'
import { requests } from '../contract/index.ts'
import type { Engine } from '../engine/engine.ts'
import { PAGE_ORIGIN } from './page.ts'

/**
 * Answers the window. Only our own page may ask; arguments are checked before anybody sees them; refusals come back as values, since a thrown
 * error loses its type on the way.
 */
export function serveBridge(engine: Engine, window: () => BrowserWindow | null): void {
  ipcMain.handle('ask', async (event: IpcMainInvokeEvent, request: unknown, args: unknown): Promise<Answer<unknown>> => {
    if (!isOurPage(event)) return { ok: false, problem: { code: 'forbidden', text: 'Only the Mailroom window may ask.' } }
    if (request === 'clipboard.write') {
      return answerHere(requests['clipboard.write'].args, args, ({ text }) => {
        void clipboard.writeText(text)
      })
    }
    if (request === 'window.openConfigFile') {
      return answerHere(requests['window.openConfigFile'].args, args, () => {
        void shell.openPath(engine.configPath)
      })
    }
    return engine.ask(typeof request === 'string' ? request : '', args)
  })
  engine.onNotice((name, value) => {
    const contents = window()?.webContents
    if (contents !== undefined && !contents.isDestroyed()) contents.send('notice', name, value)
  })
}

function answerHere<A>(schema: z.ZodType<A>, args: unknown, act: (args: A) => void): Answer<undefined> {
  const read = schema.safeParse(args)
  if (!read.success) return { ok: false, problem: { code: 'bad-request', text: 'The request cannot be read.' } }
  act(read.data)
  return { ok: true, value: undefined }
}

function isOurPage(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame
  return frame !== null && frame.parent === null && frame.url.startsWith(`${PAGE_ORIGIN}/`)
}
