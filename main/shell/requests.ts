import { clipboard, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import type { Answer, Args, Result } from '../contract/index.ts'
import { requests } from '../contract/index.ts'
import type { ShellRequest } from '../engine/answers/index.ts'
import type { Engine } from '../engine/engine.ts'
import { exportHandlers } from './exports.ts'
import { saveAs, writeWhole } from './files.ts'
import { preferenceHandlers } from './preference-requests.ts'
import type { PreferenceParts } from './preference-requests.ts'
import { mailboxFileHandlers } from './mailbox-files.ts'

/** What only the shell can answer: each request with who does it. */
type ShellHandlers = { readonly [R in ShellRequest]: (args: Args<R>) => Promise<Answer<Result<R>>> | Answer<Result<R>> }

const done: Answer<undefined> = { ok: true, value: undefined }
/** Addresses that a browser or mail program is trusted with. */
const OPENED = ['http:', 'https:', 'mailto:']

function handlersOf(engine: Engine, window: () => BrowserWindow | null, parts: PreferenceParts): ShellHandlers {
  return {
    ...preferenceHandlers(parts),
    'clipboard.write': ({ text }) => {
      void clipboard.writeText(text)
      return done
    },
    'window.openConfigFile': () => {
      void shell.openPath(engine.configPath)
      return done
    },
    'file.save': (args) =>
      saveAs(window(), args.suggestedName, (path) => writeWhole(path, 'text' in args ? args.text : Buffer.from(args.base64, 'base64'))),
    ...exportHandlers(engine, window),
    ...mailboxFileHandlers(engine, window),
    'link.open': async ({ url }) => {
      const address = parsed(url)
      if (address === null || !OPENED.includes(address.protocol)) {
        return { ok: false, problem: { code: 'not-opened', text: 'Only http, https and mailto addresses are opened.' } }
      }
      await shell.openExternal(address.href)
      return done
    },
  }
}

/** `URL.canParse` is newer than the oldest Electron we run on. */
function parsed(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}

/** @returns null for a request that the engine answers */
export function createShellAnswerer(
  engine: Engine,
  window: () => BrowserWindow | null,
  parts: PreferenceParts,
): (request: string, args: unknown) => Promise<Answer<unknown>> | null {
  const handlers = handlersOf(engine, window, parts)
  const isOurs = (request: string): request is ShellRequest => Object.hasOwn(handlers, request)
  return (request, args) => (isOurs(request) ? answerHere(handlers, request, args) : null)
}

async function answerHere(handlers: ShellHandlers, request: ShellRequest, args: unknown): Promise<Answer<unknown>> {
  const read = requests[request].args.safeParse(args)
  if (!read.success) return { ok: false, problem: { code: 'bad-request', text: 'The request cannot be read.' } }
  try {
    // The schema of this very request has read the arguments; TypeScript cannot follow the pair through the table.
    const handler = handlers[request] as (args: unknown) => Promise<Answer<unknown>>
    return await handler(read.data)
  } catch (thrown) {
    return { ok: false, problem: { code: 'failed', text: thrown instanceof Error ? thrown.message : String(thrown) } }
  }
}
