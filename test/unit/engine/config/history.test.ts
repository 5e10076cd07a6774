import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createConfigFile } from '../../../../main/engine/config/index.ts'
import type { ConfigFile } from '../../../../main/engine/config/index.ts'
import { createNodeSystem } from '../../../../main/engine/system/node/index.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

async function open(text: string, secrets = new Map<string, string>()): Promise<{ file: ConfigFile; path: string; folder: string }> {
  const folder = await tempFolder()
  const path = join(folder, 'config.toml')
  await writeFile(path, text)
  const file = createConfigFile({ path, system: createNodeSystem(), secrets: (name) => secrets.get(name) })
  await file.open()
  onTestFinished(() => file.close())
  return { file, path, folder }
}
/** The next thing that the file tells. */
const next = (file: ConfigFile): Promise<boolean> => new Promise((resolve) => file.onChange((_loaded, inForce) => resolve(inForce)))

const RELAY = '[queue.route.relay]\ntype = "relay"\naddress = "a.test"\nport = 465\nauth.username = "u"\nauth.secret = "hunter2" # mine\n'

test('the history tells what each change touched, newest first, and never a value', async () => {
  const { file } = await open('[server]\nhostname = "a.test"\n')
  await file.change([{ path: ['server', 'hostname'], value: 'b.test' }])
  await file.saveText(`# a word\n${file.latest.text}`)
  await file.change([{ path: ['activity', 'keep'], value: '30d' }])
  await file.change([{ path: ['queue', 'schedule', 'remote'], value: { retry: ['1m', '2m'], expire: '1d' } }])
  const history = await file.history()
  expect(history.map(({ changes }) => changes)).toEqual([
    [
      { path: 'queue.schedule.remote.retry', what: 'added' },
      { path: 'queue.schedule.remote.expire', what: 'added' },
    ],
    [{ path: 'activity.keep', what: 'added' }],
    [],
    [{ path: 'server.hostname', what: 'changed' }],
  ])
  expect(history[3]).toMatchObject({ addedLines: 1, removedLines: 1, bytes: 29 })
  expect(history[2]).toMatchObject({ addedLines: 1, removedLines: 0 })
  expect(JSON.stringify(history)).not.toContain('b.test')
  expect(history.every(({ at }) => Math.abs(at - Date.now()) < 60_000)).toBe(true)
  expect(await file.historyText(history[3]?.id ?? '')).toEqual({
    before: '[server]\nhostname = "a.test"\n',
    after: '[server]\nhostname = "b.test"\n',
  })
})

test('an old text comes back as it was, its passwords too, and the present one can be had back the same way', async () => {
  const { file, path } = await open(RELAY)
  await file.saveText('# nothing\n')
  const [entry] = await file.history()
  expect(await file.restore(entry?.id ?? '')).toMatchObject({ saved: true })
  expect(await readFile(path, 'utf8')).toBe(RELAY)
  const [undo] = await file.history()
  await file.restore(undo?.id ?? '')
  expect(await readFile(path, 'utf8')).toBe('# nothing\n')
})

test('an old text that is wrong today is refused, and nothing is written', async () => {
  const secrets = new Map([['pw', 'word']])
  const { file, path } = await open('[access.account.a]\nsecret = "%{secret:pw}%"\n', secrets)
  await file.saveText('# nothing\n')
  secrets.clear()
  const [entry] = await file.history()
  expect(await file.restore(entry?.id ?? '')).toMatchObject({ saved: false, issues: [{ code: 'macro-secret-missing' }] })
  expect(await readFile(path, 'utf8')).toBe('# nothing\n')
})

test('a name that is no version of the file leads nowhere, also when it points outside', async () => {
  const { file } = await open('# one\n')
  expect(await file.historyText('../config')).toBeUndefined()
  expect(await file.restore('nothing')).toBeUndefined()
})

test('changes can be tried without being made', async () => {
  const { file, path } = await open('[server]\nhostname = "a.test"\n')
  expect(await file.tryChange([{ path: ['limits', 'connections'], value: 0 }])).toMatchObject([
    { code: 'integer-invalid', path: 'limits.connections' },
  ])
  expect(await file.tryChange([{ path: ['limits', 'connections'], value: 5 }])).toEqual([])
  expect(await readFile(path, 'utf8')).toBe('[server]\nhostname = "a.test"\n')
})

test('a list that the settings name is read again when it is saved', async () => {
  const { file, folder } = await open('# nothing yet\n')
  await writeFile(join(folder, 'vips.txt'), 'ann@a.test\n')
  await file.saveText('[store.default]\nfile = "vips.txt"\n')
  expect(Object.keys(file.current.settings.stores['default']?.values ?? {})).toEqual(['ann@a.test'])
  const told = next(file)
  await writeFile(join(folder, 'vips.txt'), 'ann@a.test\nbob@b.test\n')
  expect(await told).toBe(true)
  expect(Object.keys(file.current.settings.stores['default']?.values ?? {})).toEqual(['ann@a.test', 'bob@b.test'])
  expect(await file.history()).toHaveLength(1)
})

test('a file in a macro is read again too, also when it was missing at first', async () => {
  const { file, folder } = await open('[report]\ndomain = "%{file:domain.txt}%"\n')
  expect(file.current.usable).toBe(false)
  const told = next(file)
  await writeFile(join(folder, 'domain.txt'), 'office.test')
  expect(await told).toBe(true)
  expect(file.current.settings.report.domain).toBe('office.test')
})
