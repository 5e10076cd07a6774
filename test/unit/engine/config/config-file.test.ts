import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FIRST_CONFIG, createConfigFile } from '../../../../main/engine/config/index.ts'
import type { ConfigFile, LoadedConfig } from '../../../../main/engine/config/index.ts'
import { createNodeSystem } from '../../../../main/engine/system/node/index.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

interface Opened {
  readonly file: ConfigFile
  readonly path: string
  readonly folder: string
  readonly first: LoadedConfig
  /** The next notice: what was read and whether it is in force. */
  next(): Promise<{ loaded: LoadedConfig; inForce: boolean }>
  readonly notices: { loaded: LoadedConfig; inForce: boolean }[]
}

async function open(
  text?: string,
  environment: (name: string) => string | undefined = () => undefined,
  secrets = new Map([['known', 'pw']]),
): Promise<Opened> {
  const folder = await tempFolder()
  const path = join(folder, 'config.toml')
  if (text !== undefined) await writeFile(path, text)
  const system = { ...createNodeSystem(), environment }
  const file = createConfigFile({ path, system, secrets: (name) => secrets.get(name) })
  const notices: Opened['notices'] = []
  const waiting: ((notice: Opened['notices'][number]) => void)[] = []
  file.onChange((loaded, inForce) => {
    notices.push({ loaded, inForce })
    waiting.shift()?.({ loaded, inForce })
  })
  const first = await file.open()
  onTestFinished(() => file.close())
  return { file, path, folder, first, notices, next: () => new Promise((resolve) => waiting.push(resolve)) }
}

const history = async (folder: string): Promise<string[]> => (await readdir(join(folder, 'config-history'))).sort()

test('a first start writes a commented file that loads without a word and keeps all mail here', async () => {
  const { first, path, file } = await open()
  expect(await readFile(path, 'utf8')).toBe(FIRST_CONFIG)
  expect(first.issues).toEqual([])
  expect(first).toMatchObject({ usable: true, routingBroken: false })
  expect(file.current).toBe(first)
  expect(first.settings.server.listeners).toMatchObject([
    {
      id: 'lan',
      bind: [
        { address: '0.0.0.0', port: 2525 },
        { address: '::', port: 2525 },
      ],
    },
  ])
  expect(first.settings.access.networks).toEqual(['private'])
  expect(first.settings.directories['default']?.mailboxes).toEqual([{ id: 'inbox', addresses: ['*'] }])
  expect(first.settings.queue.strategy.route).toEqual({ branches: [], else: "'local'" })
})

test('the relay that the first file shows in its comments loads when the comments are opened', async () => {
  const opened =
    FIRST_CONFIG.slice(0, FIRST_CONFIG.indexOf('#\n# [queue.route.relay]')) +
    FIRST_CONFIG.slice(FIRST_CONFIG.indexOf('# [queue.route.relay]')).replace(/^# /gm, '')
  const { first } = await open(opened, () => 'pw')
  expect(first.issues.map(({ code }) => code)).toEqual(['route-unused'])
  expect(first.settings.queue.routes['relay']).toMatchObject({ port: 465, auth: { secret: 'pw' } })
})

test('a start with errors runs with what can be used', async () => {
  const { file, first } = await open('[server]\nhostname = "a.test"\n[queue.route.r]\ntype = "relay"\n[queue.strategy]\nroute = "\'r\'"')
  expect(first).toMatchObject({ usable: false, routingBroken: true })
  expect(file.current.settings.server.hostname).toBe('a.test')
  expect(first.issues[0]).toMatchObject({ code: 'address-missing', line: 3, file: expect.stringContaining('config.toml') as string })
})

describe('a file that was saved by hand', () => {
  test('takes effect when it is good', async () => {
    const { file, path, next, folder } = await open('[server]\nhostname = "a.test"')
    const told = next()
    await writeFile(path, '[server]\nhostname = "b.test"')
    expect((await told).inForce).toBe(true)
    expect(file.current.settings.server.hostname).toBe('b.test')
    const [kept = ''] = await history(folder)
    expect(await readFile(join(folder, 'config-history', kept), 'utf8')).toContain('a.test')
  })

  test('is refused when it has an error: the last good one stays in force', async () => {
    const { file, path, next } = await open('[server]\nhostname = "a.test"')
    const told = next()
    await writeFile(path, '[server]\nhostname = "b.test"\n[limits]\nconnections = 0')
    const { loaded, inForce } = await told
    expect(inForce).toBe(false)
    expect(loaded.issues).toMatchObject([{ code: 'integer-invalid', line: 4, column: 15 }])
    expect(file.current.settings.server.hostname).toBe('a.test')
    expect(file.latest).toBe(loaded)
  })

  test('is told as unreadable when it is gone, and read again when it is back', async () => {
    const { file, path, next } = await open('[server]\nhostname = "a.test"')
    const gone = next()
    await rm(path)
    expect((await gone).loaded.issues).toMatchObject([{ code: 'file-unreadable' }])
    expect(file.current.settings.server.hostname).toBe('a.test')
    const back = next()
    await writeFile(path, '[server]\nhostname = "c.test"')
    expect((await back).inForce).toBe(true)
  })
})

describe('saving a text', () => {
  test('writes it, keeps the one before and tells of it once', async () => {
    const { file, path, folder, notices, next } = await open('# one\n')
    expect(await file.saveText('# two\n')).toEqual({ saved: true, issues: [] })
    expect(await readFile(path, 'utf8')).toBe('# two\n')
    const [kept = ''] = await history(folder)
    expect(await readFile(join(folder, 'config-history', kept), 'utf8')).toBe('# one\n')
    expect(file.current.text).toBe('# two\n')
    // The watcher's word about our own write arrives before that of this later one, and makes no notice.
    const told = next()
    await writeFile(path, '# three\n')
    await told
    expect(notices.map(({ loaded }) => loaded.text)).toEqual(['# two\n', '# three\n'])
  })

  test('refuses errors and leaves the file alone', async () => {
    const { file, path } = await open('# one\n')
    const outcome = await file.saveText('[limits]\nconnections = 0')
    expect(outcome).toMatchObject({ saved: false, issues: [{ code: 'integer-invalid' }] })
    expect(await readFile(path, 'utf8')).toBe('# one\n')
    expect(await file.check('[limits]\nconnections = 0')).toMatchObject([{ code: 'integer-invalid' }])
  })

  test('puts hidden passwords back and writes routes under their one spelling', async () => {
    const { file, path } = await open(
      '[route.a]\ntype = "relay"\naddress = "a.test"\nport = 465\nauth = { username = "u", secret = "word" } # c\n',
    )
    expect(
      (
        await file.saveText(
          '[route.a]\ntype = "relay"\naddress = "b.test"\nport = 465\nauth = { username = "u", secret = "%{hidden}%" } # c\n',
        )
      ).saved,
    ).toBe(true)
    expect(await readFile(path, 'utf8')).toBe(
      '[queue.route.a]\ntype = "relay"\naddress = "b.test"\nport = 465\nauth = { username = "u", secret = "word" } # c\n',
    )
    expect(
      (
        await file.check(
          '[queue.route.b]\ntype = "relay"\naddress = "b.test"\nport = 465\nauth = { username = "u", secret = "%{hidden}%" }',
        )
      ).map(({ code }) => code),
    ).toEqual(['secret-hidden'])
  })

  test('says so when the folder cannot be written', async () => {
    const { file, path, folder } = await open('# one\n')
    await rm(join(folder, 'config-history'), { recursive: true, force: true })
    await writeFile(join(folder, 'config-history'), 'in the way')
    const outcome = await file.saveText('# two\n')
    expect(outcome.saved).toBe(false)
    expect(outcome.issues).toMatchObject([{ code: 'file-not-writable' }])
    expect(await readFile(path, 'utf8')).toBe('# one\n')
    expect(file.current.text).toBe('# one\n')
  })

  test('keeps the last twenty texts', async () => {
    const { file, folder } = await open('# 0\n')
    for (let index = 1; index <= 25; index++) await file.saveText(`# ${index}\n`)
    const names = await history(folder)
    expect(names).toHaveLength(20)
    expect(names.every((name) => !name.includes(':'))).toBe(true)
    const texts = await Promise.all(names.map((name) => readFile(join(folder, 'config-history', name), 'utf8')))
    expect(texts).toEqual(Array.from({ length: 20 }, (_, index) => `# ${index + 5}\n`))
  })
})

describe('changing single keys', () => {
  test('keeps the rest of the file and takes effect', async () => {
    const { file, path } = await open('# mine\n[server]\nhostname = "a.test" # name\n')
    expect((await file.change([{ path: ['server', 'hostname'], value: 'b.test' }])).saved).toBe(true)
    expect(await readFile(path, 'utf8')).toBe('# mine\n[server]\nhostname = "b.test" # name\n')
    expect(file.current.settings.server.hostname).toBe('b.test')
  })

  test('builds on what the file says at this moment, not on what was read last', async () => {
    const { file, path } = await open('[server]\nhostname = "a.test"\n')
    await writeFile(path, '[server]\nhostname = "a.test"\n[limits]\nconnections = 7\n')
    await file.change([{ path: ['server', 'hostname'], value: 'b.test' }])
    expect(file.current.settings).toMatchObject({ server: { hostname: 'b.test' }, limits: { maxConnections: 7 } })
  })

  test('is refused with the problem it would make, or when the file cannot be read', async () => {
    const { file } = await open('[server]\nhostname = "a.test"\n')
    expect(await file.change([{ path: ['limits', 'connections'], value: 0 }])).toMatchObject({
      saved: false,
      issues: [{ code: 'integer-invalid', path: 'limits.connections' }],
    })
    const broken = await open('[server')
    expect(await broken.file.change([{ path: ['limits', 'connections'], value: 5 }])).toMatchObject({
      saved: false,
      issues: [{ code: 'change-impossible' }],
    })
  })

  test('that leave the text as it is still take a password that was stored anew', async () => {
    const secrets = new Map([['known', 'old']])
    const { file, folder } = await open('[access.account.a]\nsecret = "%{secret:known}%"\n', undefined, secrets)
    secrets.set('known', 'new')
    expect((await file.change([{ path: ['access', 'account', 'a', 'secret'], value: '%{secret:known}%' }])).saved).toBe(true)
    expect(file.current.settings.access.accounts).toMatchObject([{ secret: 'new' }])
    expect(await readdir(folder)).toEqual(['config.toml'])
  })

  test('several at once are done one after another', async () => {
    const { file } = await open('')
    await Promise.all([1, 2, 3, 4].map((index) => file.change([{ path: ['store', `s${index}`], value: { keys: ['k'] } }])))
    expect(Object.keys(file.current.settings.stores)).toEqual(['s1', 's2', 's3', 's4'])
  })
})

describe('files that settings refer to', () => {
  test('are found beside the configuration, and must be text that may be read', async () => {
    const { file, folder } = await open('')
    await writeFile(join(folder, 'list.txt'), '# vip\na@a.test\nb@b.test yes indeed\n\n')
    await writeFile(join(folder, 'latin1.txt'), Buffer.from([0xe4, 0xff]))
    await mkdir(join(folder, 'folder'))
    await file.saveText('[store.default]\nfile = "list.txt"')
    expect(file.current.settings.stores['default']?.values).toEqual({ 'a@a.test': '', 'b@b.test': 'yes indeed' })
    const problem = async (name: string): Promise<string | undefined> =>
      (await file.check(`[report]\ndomain = "%{file:${name}}%"`))[0]?.message
    expect(await problem('latin1.txt')).toContain('not UTF-8')
    expect(await problem('folder')).toContain('is a folder')
    expect(await problem('nowhere.txt')).toContain('no such file')
  })
})

test('a configuration that is not text is told as such', async () => {
  const { file, path, next } = await open('# one\n')
  const told = next()
  await writeFile(path, Buffer.from([0x23, 0xff, 0xfe]))
  expect((await told).loaded.issues).toMatchObject([{ code: 'file-unreadable' }])
  await chmod(path, 0o600)
  expect(file.current.text).toBe('# one\n')
})
