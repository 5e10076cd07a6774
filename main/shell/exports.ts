import type { BrowserWindow } from 'electron'
import type { Answer, Args, Exported, Result, SavedFile } from '../contract/index.ts'
import { dayOf } from '../contract/index.ts'
import type { Engine } from '../engine/engine.ts'
import { saveAs } from './files.ts'

/** Large things to a place that the person chooses: the dialog is shown here, the engine writes, and the page never learns the path. */

interface ExportHandlers {
  'activity.export': (args: Args<'activity.export'>) => Promise<Answer<Exported>>
  'queue.saveSource': (args: Args<'queue.saveSource'>) => Promise<Answer<SavedFile>>
}

export function exportHandlers(engine: Engine, window: () => BrowserWindow | null): ExportHandlers {
  return {
    'activity.export': async (wanted) => {
      const name = `mailroom-activity-${wanted.filter.day ?? dayOf(Date.now())}.${wanted.format}`
      return (await ask(engine, window, 'activity.exportTo', name, wanted)) ?? { ok: true, value: { saved: false, name: '', rows: 0 } }
    },
    'queue.saveSource': async (wanted) =>
      (await ask(engine, window, 'queue.saveSourceTo', `${wanted.id}.eml`, wanted)) ?? { ok: true, value: { saved: false, name: '' } },
  }
}

type WithPath = 'activity.exportTo' | 'queue.saveSourceTo'

/** @returns null when the dialog was closed */
async function ask<R extends WithPath>(
  engine: Engine,
  window: () => BrowserWindow | null,
  request: R,
  suggestedName: string,
  wanted: Omit<Args<R>, 'path'>,
): Promise<Answer<Result<R>> | null> {
  const told: { answer: Answer<unknown> | null } = { answer: null }
  const shown = await saveAs(window(), suggestedName, async (path) => {
    told.answer = await engine.ask(request, { ...wanted, path })
  })
  if (!shown.ok) return shown
  // The engine answers this very request with this very result; its table cannot say so to TypeScript.
  return told.answer as Answer<Result<R>> | null
}
