import { X509Certificate, createPrivateKey } from 'node:crypto'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { OwnCertificate } from '../../../../main/contract/index.ts'
import { CertificateProblem, createCertificateKeeper } from '../../../../main/engine/listener/index.ts'
import type { CertificateKeeper } from '../../../../main/engine/listener/index.ts'
import { makeCertificate } from '../../../../main/engine/listener/certificate/make.ts'
import { createNodeSystem } from '../../../../main/engine/system/node/index.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import type { HeldClock } from '../../../support/held-clock.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

const DAY = 86_400_000
const NONE: OwnCertificate = { certificate: null, key: null, pfx: null, passphrase: '' }

interface World {
  readonly keeper: CertificateKeeper
  readonly clock: HeldClock
  readonly folder: string
  readonly problems: string[]
  readonly changes: () => number
  names: { hostname: string; addresses: string[] }
  own: OwnCertificate
}

async function world(given: { folder?: string; own?: OwnCertificate; start?: number } = {}): Promise<World> {
  const folder = given.folder ?? (await tempFolder())
  const clock = createHeldClock(given.start ?? Date.now())
  const problems: string[] = []
  let changes = 0
  const made: World = {
    clock,
    folder,
    problems,
    changes: () => changes,
    names: { hostname: 'mailroom.office.test', addresses: ['192.168.1.5', 'fd00::5', 'fe80::1%eth0'] },
    own: given.own ?? NONE,
    keeper: createCertificateKeeper({
      clock,
      disk: createNodeSystem().disk,
      folder: join(folder, 'tls'),
      configPath: join(folder, 'config.toml'),
      names: () => made.names,
      own: () => made.own,
      problem: (text) => void problems.push(text),
      changed() {
        changes++
      },
    }),
  }
  return made
}

/** Waits for what a due timer began: the keeper does one thing after the other. */
async function settled(keeper: CertificateKeeper): Promise<void> {
  await keeper.tidy()
}

describe('the certificate that is made', () => {
  test('names this computer, is kept, and its key is nobody else’s to read', async () => {
    const first = await world()
    expect(first.keeper.view()).toBeNull()
    const identity = await first.keeper.identity()
    expect(await first.keeper.identity()).toBe(identity)
    const view = first.keeper.view()
    expect(view).toMatchObject({ source: 'made', issuer: 'mailroom.office.test', problem: null })
    expect(view?.names).toEqual(['mailroom.office.test', 'localhost', '192.168.1.5', 'fd00::5', 'fe80::1'])
    expect(view?.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(view?.fingerprintSha1).toMatch(/^([0-9A-F]{2}:){19}[0-9A-F]{2}$/)
    expect(view?.pem).not.toContain('PRIVATE')
    expect((await stat(join(first.folder, 'tls', 'key.pem'))).mode & 0o077).toBe(0)

    const second = await world({ folder: first.folder })
    expect(await second.keeper.identity()).toEqual(identity)
  })

  test('is made once, however many ask at the same time', async () => {
    const { keeper } = await world()
    const all = await Promise.all([keeper.identity(), keeper.identity(), keeper.identity()])
    expect(new Set(all).size).toBe(1)
  })

  test('is made anew a month before it ends, by itself', async () => {
    const { keeper, clock, changes } = await world()
    const before = await keeper.identity()
    const endsAt = keeper.view()?.notAfter ?? 0
    await clock.advance(endsAt - clock.now() - 31 * DAY)
    await settled(keeper)
    expect(await keeper.identity()).toBe(before)
    await clock.advance(2 * DAY)
    await settled(keeper)
    expect(await keeper.identity()).not.toBe(before)
    expect(keeper.view()?.notAfter).toBeGreaterThan(endsAt + 700 * DAY)
    expect(changes()).toBe(2)
    keeper.close()
    expect(clock.nextIn).toBeNull()
  })

  test('is made anew for another name or IPv4 address, and not for the addresses that IPv6 changes each day', async () => {
    const here = await world()
    const first = await here.keeper.identity()
    here.names = { hostname: 'mailroom.office.test', addresses: ['192.168.1.5', 'fd00::77'] }
    await here.keeper.refresh()
    expect(await here.keeper.identity()).toBe(first)
    here.names = { hostname: 'mailroom.office.test', addresses: ['10.0.0.5'] }
    await here.keeper.refresh()
    const second = await here.keeper.identity()
    expect(second).not.toBe(first)
    here.names = { hostname: 'other.office.test', addresses: ['10.0.0.5'] }
    await here.keeper.refresh()
    expect(here.keeper.view()?.names[0]).toBe('other.office.test')
  })

  test('replaces one that is damaged or does not fit its key', async () => {
    const first = await world()
    await first.keeper.identity()
    const before = first.keeper.view()?.fingerprint
    await writeFile(join(first.folder, 'tls', 'key.pem'), (await makeCertificate(first.names, Date.now())).key)
    const second = await world({ folder: first.folder })
    await second.keeper.identity()
    expect(second.keeper.view()?.fingerprint).not.toBe(before)
    expect(second.problems).toEqual([])
  })

  test('a person may have a new one at any time', async () => {
    const { keeper } = await world()
    await keeper.identity()
    const before = keeper.view()?.fingerprint
    await keeper.renew()
    expect(keeper.view()?.fingerprint).not.toBe(before)
  })
})

/** Made by OpenSSL, as an office's authority would. */
let shop: string
const openssl = (...args: string[]): Promise<unknown> => promisify(execFile)('openssl', args, { cwd: shop })

beforeAll(async () => {
  shop = join(process.env['TMPDIR'] ?? '/tmp', `mailroom-certificates-${process.pid}`)
  await mkdir(shop, { recursive: true })
  await openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
    '-days',
    '400',
    '-subj',
    '/O=Office/CN=Office CA',
  )
  await openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'key.pem',
    '-out',
    'request.pem',
    '-subj',
    '/CN=mail.office.test',
  )
  await writeFile(join(shop, 'names.txt'), 'subjectAltName=DNS:mail.office.test,DNS:smtp.office.test,IP:192.168.1.5\n')
  const sign = (out: string, days: string): Promise<unknown> =>
    openssl(
      'x509',
      '-req',
      '-in',
      'request.pem',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca-key.pem',
      '-CAcreateserial',
      '-days',
      days,
      '-extfile',
      'names.txt',
      '-out',
      out,
    )
  await sign('leaf.pem', '300')
  await sign('short.pem', '20')
  await openssl('pkey', '-in', 'key.pem', '-aes256', '-passout', 'pass:open sesame', '-out', 'locked-key.pem')
  await openssl(
    'pkcs12',
    '-export',
    '-in',
    'leaf.pem',
    '-inkey',
    'key.pem',
    '-certfile',
    'ca.pem',
    '-passout',
    'pass:open sesame',
    '-out',
    'office.p12',
  )
  await openssl('pkcs12', '-export', '-nokeys', '-in', 'leaf.pem', '-passout', 'pass:', '-out', 'no-key.p12')
  await writeFile(
    join(shop, 'chain.pem'),
    (await readFile(join(shop, 'ca.pem'), 'utf8')) + (await readFile(join(shop, 'leaf.pem'), 'utf8')),
  )
  return () => rm(shop, { recursive: true, force: true })
})

const text = (name: string): Promise<string> => readFile(join(shop, name), 'utf8')
const fingerprintOf = async (name: string): Promise<string> => new X509Certificate(await text(name)).fingerprint256

describe('the office’s own certificate', () => {
  test.each([
    ['PEM', { ...NONE, certificate: 'leaf.pem', key: 'key.pem' }],
    ['PEM with its issuer first', { ...NONE, certificate: 'chain.pem', key: 'key.pem' }],
    ['PEM with a locked key', { ...NONE, certificate: 'leaf.pem', key: 'locked-key.pem', passphrase: 'open sesame' }],
    ['PKCS#12', { ...NONE, pfx: 'office.p12', passphrase: 'open sesame' }],
  ])('%s from files beside config.toml', async (_form, own) => {
    const { keeper, problems } = await world({ folder: shop, own })
    await keeper.identity()
    expect(problems).toEqual([])
    expect(keeper.view()).toMatchObject({
      source: 'own',
      names: ['mail.office.test', 'smtp.office.test', '192.168.1.5'],
      issuer: 'Office CA',
      fingerprint: await fingerprintOf('leaf.pem'),
      problem: null,
    })
    keeper.close()
  })

  test.each([
    ['its file is gone', { ...NONE, certificate: 'nowhere.pem', key: 'key.pem' }, /file is not there/],
    ['its path is a folder', { ...NONE, certificate: '.', key: 'key.pem' }, /path is that of a folder/],
    ['the key of another', { ...NONE, certificate: 'leaf.pem', key: 'ca-key.pem' }, /does not belong/],
    ['no passphrase', { ...NONE, certificate: 'leaf.pem', key: 'locked-key.pem' }, /passphrase of the key is wrong/],
    ['certificate and key taken for each other', { ...NONE, certificate: 'key.pem', key: 'leaf.pem' }, /no certificate in the text/],
    ['a wrong passphrase', { ...NONE, pfx: 'office.p12', passphrase: 'wrong' }, /passphrase of the PKCS#12 file is wrong/],
    ['PKCS#12 without a key', { ...NONE, pfx: 'no-key.p12' }, /has no certificate with its key/],
    ['PEM taken for PKCS#12', { ...NONE, pfx: 'leaf.pem' }, /no certificate in a form that is known/],
  ])('%s: told with the remedy, and the one that is made serves meanwhile', async (_says, own, told) => {
    const here = await world({ own })
    for (const name of await readdir(shop)) await copyFile(join(shop, name), join(here.folder, name)).catch(() => undefined)
    await here.keeper.identity()
    expect(here.keeper.view()).toMatchObject({ source: 'made', problem: expect.stringMatching(told) as string })
    expect(here.problems).toHaveLength(1)
    await here.keeper.refresh()
    expect(here.problems).toHaveLength(1)

    here.own = { ...NONE, certificate: 'leaf.pem', key: 'key.pem' }
    await here.keeper.refresh()
    expect(here.keeper.view()).toMatchObject({ source: 'own', problem: null })
    here.keeper.close()
  })

  test('that ends soon is told a month before, and replaced when it has ended', async () => {
    const here = await world({ folder: shop, own: { ...NONE, certificate: 'short.pem', key: 'key.pem' } })
    await here.keeper.identity()
    expect(here.keeper.view()).toMatchObject({ source: 'own', problem: expect.stringMatching(/ends on \d{4}-/) as string })
    await here.clock.advance(21 * DAY)
    await settled(here.keeper)
    expect(here.keeper.view()).toMatchObject({ source: 'made', problem: expect.stringMatching(/ended on/) as string })
    here.keeper.close()
  })

  test('that another program renews in place is taken within a day', async () => {
    const here = await world({ own: { ...NONE, certificate: 'now.pem', key: 'key.pem' } })
    await copyFile(join(shop, 'key.pem'), join(here.folder, 'key.pem'))
    await copyFile(join(shop, 'short.pem'), join(here.folder, 'now.pem'))
    await here.keeper.identity()
    await copyFile(join(shop, 'leaf.pem'), join(here.folder, 'now.pem'))
    await here.clock.advance(DAY)
    await settled(here.keeper)
    expect(here.keeper.view()).toMatchObject({ fingerprint: await fingerprintOf('leaf.pem'), problem: null })
    here.keeper.close()
  })

  test('that is handed over is checked, unlocked and kept for this user alone', async () => {
    const here = await world()
    const given = {
      form: 'pem',
      certificate: await text('chain.pem'),
      key: await text('locked-key.pem'),
      passphrase: 'open sesame',
    } as const
    await expect(here.keeper.store({ ...given, passphrase: 'wrong' })).rejects.toThrow(CertificateProblem)
    await expect(here.keeper.store({ ...given, key: await text('ca-key.pem') })).resolves.toBeDefined()
    const stored = await here.keeper.store(given)
    here.own = { ...stored, passphrase: '' }
    await here.keeper.identity()
    await here.keeper.tidy()
    expect(here.keeper.view()?.fingerprint).toBe(await fingerprintOf('leaf.pem'))
    expect((await stat(stored.key ?? '')).mode & 0o077).toBe(0)
    expect(createPrivateKey(await readFile(stored.key ?? '', 'utf8')).type).toBe('private')
    // The one of the authority, stored before and never used, is gone.
    expect((await readdir(join(here.folder, 'tls'))).filter((name) => name.startsWith('own-'))).toHaveLength(2)
    here.own = NONE
    await here.keeper.renew()
    await here.keeper.tidy()
    expect((await readdir(join(here.folder, 'tls'))).sort()).toEqual(['certificate.pem', 'key.pem'])
    here.keeper.close()
  })

  test('PKCS#12 that is handed over stays locked', async () => {
    const here = await world()
    const bytes = await readFile(join(shop, 'office.p12'))
    const stored = await here.keeper.store({ form: 'pfx', bytes, passphrase: 'open sesame' })
    expect(stored).toMatchObject({ certificate: null, key: null })
    expect(await readFile(stored.pfx ?? '')).toEqual(bytes)
    await expect(here.keeper.store({ form: 'pfx', bytes: Buffer.from('nonsense'), passphrase: '' })).rejects.toThrow(CertificateProblem)
  })
})
