import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { transferHandlers } from '../../../../main/engine/answers/transfer.ts'
import { createConfigFile } from '../../../../main/engine/config/index.ts'
import { createFileCipher, createSecretStore } from '../../../../main/engine/secrets/index.ts'
import { createNodeSystem } from '../../../../main/engine/system/node/index.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const CONFIG = `[access.account.scanner] # second floor
secret = "plain word"
[access.account.nas]
secret = "%{secret:account-nas}%"
`

/** Settings and passwords of one computer, as far as moving them goes. */
async function computer(text: string, stored: Readonly<Record<string, string>> = {}) {
  const folder = await tempFolder()
  const path = join(folder, 'config.toml')
  await writeFile(path, text)
  const system = createNodeSystem()
  const secrets = createSecretStore(system.disk, join(folder, 'secrets.json'), [
    createFileCipher(system.disk, system.random, join(folder, 'secrets.key')),
  ])
  await secrets.open()
  for (const [name, value] of Object.entries(stored)) await secrets.set(name, value)
  const config = createConfigFile({ path, system, secrets: (name) => secrets.get(name) })
  await config.open()
  onTestFinished(() => config.close())
  const submitting = { clock: system.clock } as Parameters<typeof transferHandlers>[0]['submitting']
  const handlers = transferHandlers({ config, secrets, random: system.random, submitting })
  return { handlers, config, secrets, text: () => readFile(path, 'utf8') }
}
const accountsOf = ({ config }: Awaited<ReturnType<typeof computer>>): Record<string, string> =>
  Object.fromEntries(config.current.settings.access.accounts.map(({ name, secret }) => [name, secret]))

test('sealed settings bring every password they refer to, and none that they do not', async () => {
  const first = await computer(CONFIG, { 'account-nas': 'stored word', unused: 'left here' })
  const { text, suggestedName } = await first.handlers['config.export']({ passphrase: 'correct horse' })
  expect(suggestedName).toMatch(/^mailroom-settings-\d{4}-\d\d-\d\d\.sealed\.txt$/)
  expect(text).not.toMatch(/scanner|plain word|stored word/)

  const second = await computer('# nothing\n')
  expect(await second.handlers['config.readImport']({ text, passphrase: null })).toEqual({ kind: 'sealed', wrong: false })
  expect(await second.handlers['config.readImport']({ text, passphrase: 'correct house' })).toEqual({ kind: 'sealed', wrong: true })
  const preview = await second.handlers['config.readImport']({ text, passphrase: 'correct horse' })
  expect(preview).toMatchObject({ kind: 'settings', missing: [], secrets: 2, issues: [] })
  expect(JSON.stringify(preview)).not.toMatch(/plain word|stored word/)
  expect(await second.text()).toBe('# nothing\n')

  expect(await second.handlers['config.import']({ text, passphrase: 'correct horse', secrets: [] })).toEqual({ saved: true, issues: [] })
  expect(accountsOf(second)).toEqual({ scanner: 'plain word', nas: 'stored word' })
  expect(await second.text()).toContain('secret = "%{secret:account-scanner}%"')
  expect([...second.secrets.names].sort()).toEqual(['account-nas', 'account-scanner'])
})

test('a password that is stored here under the same name stays what it is, so that going back finds it', async () => {
  const home = '[access.account.nas]\nsecret = "%{secret:account-nas}%"\n'
  const here = await computer(home, { 'account-nas': 'ours', 'account-nas-2': 'somebody’s' })
  const { text } = await (await computer(CONFIG, { 'account-nas': 'theirs' })).handlers['config.export']({ passphrase: 'correct horse' })
  await here.handlers['config.import']({ text, passphrase: 'correct horse', secrets: [] })
  expect(accountsOf(here)).toMatchObject({ nas: 'theirs' })
  expect(here.secrets.get('account-nas')).toBe('ours')
  const [before] = await here.config.history()
  await here.config.restore(before?.id ?? '')
  expect(await here.text()).toBe(home)
  expect(accountsOf(here)).toEqual({ nas: 'ours' })
})

test('without passwords the missing ones are asked for, and come in only with all of it', async () => {
  const { text } = await (await computer(CONFIG, { 'account-nas': 'theirs' })).handlers['config.export']({ passphrase: null })
  expect(text).not.toMatch(/plain word|theirs/)
  const here = await computer('# nothing\n')
  expect(await here.handlers['config.readImport']({ text, passphrase: null })).toMatchObject({
    kind: 'settings',
    issues: [],
    missing: [
      { name: 'account-scanner', path: 'access.account.scanner.secret' },
      { name: 'account-nas', path: 'access.account.nas.secret' },
    ],
  })
  const half = await here.handlers['config.import']({ text, passphrase: null, secrets: [{ name: 'account-nas', value: 'a' }] })
  expect(half).toMatchObject({ saved: false, issues: [{ code: 'macro-secret-missing', path: 'access.account.scanner.secret' }] })
  expect(here.secrets.names).toEqual([])
  expect(await here.text()).toBe('# nothing\n')
  const secrets = ['account-nas', 'account-scanner'].map((name) => ({ name, value: `typed ${name}` }))
  expect(await here.handlers['config.import']({ text, passphrase: null, secrets })).toMatchObject({ saved: true })
  expect(accountsOf(here)).toEqual({ nas: 'typed account-nas', scanner: 'typed account-scanner' })
})

test('settings with an error leave everything as it is', async () => {
  const here = await computer('# nothing\n')
  const text = `${CONFIG}[limits]\nconnections = 0\n`
  const preview = await here.handlers['config.readImport']({ text, passphrase: null })
  expect(preview).toMatchObject({ kind: 'settings', issues: [{ code: 'plain-secret' }, { code: 'integer-invalid', line: 6 }] })
  const secrets = [{ name: 'account-nas', value: 'a' }]
  expect(await here.handlers['config.import']({ text, passphrase: null, secrets })).toMatchObject({ saved: false })
  expect([await here.text(), here.secrets.names]).toEqual(['# nothing\n', []])
})

test('a file that cannot be read as TOML is not exported half', async () => {
  const here = await computer('[server\n')
  await expect(here.handlers['config.export']({ passphrase: null })).rejects.toMatchObject({ code: 'broken' })
})
