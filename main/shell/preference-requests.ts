import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { app, dialog, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Answer, Args, PreferencesView, Result } from '../contract/index.ts'
import { aboutThis, licencesBuiltIn } from './about.ts'
import { setStartAtLogin, startsAtLogin } from './login-item.ts'
import type { LoginCommand } from './autostart-file.ts'
import type { PreferencesFile } from './preferences.ts'

type Served =
  'preferences.get' | 'preferences.set' | 'about.get' | 'about.licences' | 'window.showConfigFile' | 'window.openDataFolder' | 'file.open'
type Handlers = { readonly [R in Served]: (args: Args<R>) => Promise<Answer<Result<R>>> | Answer<Result<R>> }

export interface PreferenceParts {
  readonly preferences: PreferencesFile
  readonly login: LoginCommand
  readonly configPath: string
  window(): BrowserWindow | null
}

const done: Answer<undefined> = { ok: true, value: undefined }

/** What belongs to this computer and its user rather than to the relay. */
export function preferenceHandlers(parts: PreferenceParts): Handlers {
  return {
    'preferences.get': async () => ({ ok: true, value: await preferencesView(parts) }),
    'preferences.set': async ({ startAtLogin, ...changes }) => {
      try {
        if (startAtLogin !== undefined) await setStartAtLogin(startAtLogin, parts.login)
        if (Object.keys(changes).length > 0) parts.preferences.set(changes)
      } catch (thrown) {
        return { ok: false, problem: { code: 'not-kept', text: thrown instanceof Error ? thrown.message : String(thrown) } }
      }
      const value = await preferencesView(parts)
      parts.window()?.webContents.send('notice', 'preferences.changed', value)
      return { ok: true, value }
    },
    'about.get': () => ({ ok: true, value: aboutThis() }),
    'about.licences': async () => ({ ok: true, value: await licencesBuiltIn() }),
    'window.showConfigFile': () => {
      shell.showItemInFolder(parts.configPath)
      return done
    },
    'window.openDataFolder': () => {
      void shell.openPath(app.getPath('userData'))
      return done
    },
    'file.open': ({ maxBytes }) => openText(parts.window(), maxBytes),
  }
}

async function preferencesView({ preferences, login }: PreferenceParts): Promise<PreferencesView> {
  return { ...preferences.now, startAtLogin: await startsAtLogin(login) }
}

/** Which file is the person's choice in the system's dialog; its path stays here. */
async function openText(window: BrowserWindow | null, maxBytes: number): Promise<Answer<Result<'file.open'>>> {
  const options = { properties: ['openFile' as const] }
  const { filePaths } = await (window === null ? dialog.showOpenDialog(options) : dialog.showOpenDialog(window, options))
  const [path] = filePaths
  if (path === undefined) return { ok: true, value: null }
  const name = basename(path)
  if ((await stat(path)).size > maxBytes)
    return { ok: false, problem: { code: 'too-large', text: `${name} is too large to be a settings file.` } }
  try {
    return { ok: true, value: { name, text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)) } }
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown
    return { ok: false, problem: { code: 'not-text', text: `${name} is not text, so it holds no settings.` } }
  }
}
