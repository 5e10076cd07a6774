import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { app, dialog } from 'electron'
import type { BrowserWindow } from 'electron'
import { safeFileName } from '../contract/index.ts'
import type { Answer, SavedFile } from '../contract/index.ts'

/** Writes a file's content at a path; it replaces what is there only when the whole was written. */
export type WriteAt = (path: string) => Promise<void>

/**
 * Asks the person where to, then has it written there. The path never reaches the page: it comes from the dialog and goes to the writer.
 * @returns saved false when the dialog was closed; `not-saved` with the system's reason when it could not be written
 */
export async function saveAs(window: BrowserWindow | null, suggestedName: string, write: WriteAt): Promise<Answer<SavedFile>> {
  const options = { defaultPath: join(app.getPath('downloads'), safeFileName(suggestedName, 'mailroom')) }
  // Older Electrons leave the path out where newer ones give ''.
  const chosen: { canceled: boolean; filePath?: string } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options))
  const path = chosen.filePath ?? ''
  if (chosen.canceled || path === '') return { ok: true, value: { saved: false, name: '' } }
  try {
    await write(path)
    return { ok: true, value: { saved: true, name: basename(path) } }
  } catch (thrown) {
    return { ok: false, problem: { code: 'not-saved', text: thrown instanceof Error ? thrown.message : String(thrown) } }
  }
}

/** Beside the place first, then renamed: a disk that is full half way leaves the old file as it was. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const beside = `${path}.part`
  try {
    await writeFile(beside, content)
    await rename(beside, path)
  } catch (thrown) {
    await rm(beside, { force: true })
    throw thrown
  }
}
