import { readFile } from 'node:fs/promises'
import { release, type } from 'node:os'
import { join } from 'node:path'
import { app } from 'electron'
import { z } from 'zod'
import { licence } from '../contract/index.ts'
import type { About, Licence } from '../contract/index.ts'

export function aboutThis(): About {
  const { electron, chrome, node } = process.versions
  return {
    version: app.getVersion(),
    electron,
    chromium: chrome,
    node,
    system: `${type()} ${release()}, ${process.arch}`,
    dataFolder: app.getPath('userData'),
  }
}

/** Written when the app is built. @throws when it is not there */
export async function licencesBuiltIn(): Promise<Licence[]> {
  return z.array(licence).parse(JSON.parse(await readFile(join(__dirname, '../licences.json'), 'utf8')))
}
