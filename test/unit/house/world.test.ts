import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { beforeAll, describe, expect, test } from 'vitest'

const cwd = fileURLToPath(new URL('../../..', import.meta.url))
let eslint: ESLint

beforeAll(() => {
  // The rules under test look at the words alone, so the lines need not belong to a project that has types.
  const { rules = {} } = tseslint.configs.disableTypeChecked
  const languageOptions = { parserOptions: { projectService: false, project: false } }
  eslint = new ESLint({ cwd, overrideConfig: [{ files: ['**/*.ts'], rules, languageOptions }] })
})

async function refusals(filePath: string, line: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${line}\n`, { filePath })
  return (result?.messages ?? []).filter(({ message }) => message.includes('main/engine/system')).map(({ ruleId }) => ruleId ?? '')
}

describe('the engine reaches the world only through system', { timeout: 30_000 }, () => {
  test.for([
    'export const now = Date.now()',
    'export const now = new Date()',
    'export const now = Date()',
    'export const timer = setTimeout(() => undefined, 1)',
    'export const timer = setInterval(() => undefined, 1)',
    'setImmediate(() => undefined)',
    'export const chance = Math.random()',
    `export const home = process.env['HOME']`,
    `import fs from 'node:fs'`,
    `import { readFile } from 'fs/promises'`,
    `import { connect } from 'node:net'`,
    `import { lookup } from 'node:dns/promises'`,
    `import { setTimeout as wait } from 'node:timers/promises'`,
    `import { randomBytes } from 'node:crypto'`,
    `import tls from 'node:tls'\nexport const socket = tls.connect({ host: 'mx.example.org' })`,
  ])('refused: %s', async (line) => {
    expect(await refusals('main/engine/queue/example.ts', line)).toHaveLength(1)
  })

  test.for([
    'export const day = new Date(0).toISOString()',
    `import { isIP } from 'node:net'\nexport const is = isIP('::1')`,
    `import type { Socket } from 'node:net'\nexport type S = Socket`,
    `import { createHash } from 'node:crypto'\nexport const hash = createHash('sha256')`,
    `import tls from 'node:tls'\nexport const upgrade = (socket) => tls.connect({ socket })`,
  ])('allowed: %s', async (line) => {
    expect(await refusals('main/engine/queue/example.ts', line)).toEqual([])
  })

  test('system itself, and what is not the engine, may', async () => {
    expect(await refusals('main/engine/system/node/example.ts', 'export const now = Date.now()')).toEqual([])
    expect(await refusals('main/shell/example.ts', 'export const now = Date.now()')).toEqual([])
  })
})
