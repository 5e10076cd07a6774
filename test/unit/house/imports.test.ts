import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const cruised = z.object({
  summary: z.object({ violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })) }),
})

/** Every file of a small house, what it imports, and the rule that must refuse it (null: it is allowed). */
const cases: readonly (readonly [file: string, imports: string, refusedBy: string | null])[] = [
  ['main/engine/queue/uses-delivery.ts', '../delivery/index.ts', null],
  ['main/engine/delivery/uses-spool.ts', '../spool/index.ts', null],
  ['main/engine/spool/uses-contract.ts', '../../contract/index.ts', null],
  ['main/shell/uses-engine.ts', '../engine/engine.ts', null],
  ['main/shell/uses-electron.ts', 'electron', null],
  ['main/engine/listener/uses-devices.ts', '../devices/index.ts', null],
  ['main/engine/devices/uses-listener.ts', '../listener/index.ts', 'floor-of-devices'],
  ['main/engine/delivery/uses-queue.ts', '../queue/index.ts', 'floor-of-delivery'],
  ['main/engine/delivery/uses-listener.ts', '../listener/index.ts', 'floor-of-delivery'],
  ['main/engine/spool/uses-activity.ts', '../activity/index.ts', 'floor-of-spool'],
  ['main/engine/mail/uses-system.ts', '../system/index.ts', 'floor-of-mail'],
  ['main/engine/queue/uses-engine.ts', '../engine.ts', 'floor-of-queue'],
  ['main/engine/queue/past-the-door.ts', '../spool/inside.ts', 'rooms-through-their-index'],
  ['main/shell/past-the-door.ts', '../engine/spool/inside.ts', 'engine-through-its-doors'],
  ['main/engine/bounce/calls-spool.ts', '../spool/index.ts', 'bounce-names-the-spool-only'],
  ['main/engine/queue/uses-electron.ts', 'electron', 'engine-is-not-the-app'],
  ['main/command/uses-electron.ts', 'electron', 'electron-in-the-shell-alone'],
  ['main/contract/uses-node.ts', 'node:path', 'contract-knows-zod-alone'],
  ['main/engine/attic/has-no-floor.ts', '../mail/index.ts', 'known-rooms-only'],
  ['renderer/uses-engine.ts', '../main/engine/mail/index.ts', 'window-knows-the-contract-alone'],
  ['renderer/uses-node.ts', 'node:path', 'window-has-no-node'],
  ['preload/uses-engine.ts', '../main/engine/mail/index.ts', 'preload-knows-the-contract-alone'],
  ['main/command/uses-shell.ts', '../shell/uses-engine.ts', 'command-is-not-the-shell'],
  ['main/command/uses-tests.ts', '../../test/support/fake.ts', 'product-without-tests'],
  ['renderer/lib/circle-begins.ts', './circle-ends.ts', 'no-cycle'],
  ['renderer/lib/lost.ts', './nowhere.ts', 'resolvable'],
]
const rooms = ['system', 'mail', 'spool', 'activity', 'devices', 'delivery', 'listener', 'queue']
const empty = [
  ...rooms.map((room) => `main/engine/${room}/index.ts`),
  'main/engine/spool/inside.ts',
  'main/engine/engine.ts',
  'main/contract/index.ts',
  'test/support/fake.ts',
]

test('the import check refuses what goes up a floor, past a door, to Electron or in a circle, and nothing else', async () => {
  const house = await mkdtemp(path.join(tmpdir(), 'mailroom-house-'))
  onTestFinished(() => rm(house, { recursive: true, force: true }))
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(house, file)), { recursive: true })
    await writeFile(path.join(house, file), text)
  }
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.base.json', 'package.json'])
    await copyFile(path.join(project, name), path.join(house, name))
  await symlink(path.join(project, 'node_modules'), path.join(house, 'node_modules'), 'junction')
  for (const file of empty) await write(file, 'export const nothing = 0\n')
  await write('renderer/lib/circle-ends.ts', `export * from './circle-begins.ts'\n`)
  for (const [file, imports] of cases) await write(file, `import * as what from '${imports}'\nexport const it = what\n`)

  const found = cruised.parse(JSON.parse(await cruise(house)))
  const refused = new Map(cases.map(([file]) => [file, new Set<string>()]))
  for (const { from, rule } of found.summary.violations) refused.get(from)?.add(rule.name)

  for (const [file, , rule] of cases) {
    if (rule === null) expect([...(refused.get(file) ?? [])], file).toEqual([])
    else expect([...(refused.get(file) ?? [])], file).toContain(rule)
  }
  expect(found.summary.violations.filter(({ from }) => empty.includes(from))).toEqual([])
}, 30_000)

/** json output always ends with exit code 0; the violations are in it. */
async function cruise(house: string): Promise<string> {
  const program = path.join(project, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs')
  const args = [program, '--config', '.dependency-cruiser.cjs', '--no-cache', '--output-type', 'json', 'main', 'preload', 'renderer']
  return (await promisify(execFile)(process.execPath, args, { cwd: house, maxBuffer: 1 << 26 })).stdout
}
