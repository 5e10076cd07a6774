import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { asking, startUnbound, startZone } from '../support/peers/dns.ts'
import { ownAddress } from '../support/peers/loopback.ts'
import { listening, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { Attempt, Mailroom } from '../support/peers/mailroom.ts'
import { Cleanups } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'
import type { SmtpHost } from '../support/peers/smtp-host.ts'

/** The local part of a recipient says by which of these routes it goes. */
const ROUTES = `[queue.strategy]
route = "email_part(rcpt, 'local')"
[queue.route]
usual = { type = "mx", allow-loopback = true }
three = { type = "mx", allow-loopback = true, limits.mx = 3 }
four = { type = "mx", allow-loopback = true, limits.mx = 4 }
home1 = { type = "mx", allow-loopback = true, limits.multihomed = 1 }
home3 = { type = "mx", allow-loopback = true, limits.multihomed = 3 }
strict = { type = "mx" }
`

const busy = { greet: '421 4.3.2 Busy +close' }

/** Addresses of hosts in the order in which they were connected to. */
let connected: string[]
let mailroom: Mailroom
/** Four hosts that are too busy to talk, one that takes everything, and addresses where nobody listens. */
let hosts: readonly SmtpHost[]
let open: SmtpHost
let nobody: readonly string[]

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  const onConnection = (address: string): void => void connected.push(address)
  connected = []
  hosts = await Promise.all([0, 1, 2, 3].map(() => startSmtpHost(defer, { script: busy, onConnection })))
  open = await startSmtpHost(defer, { onConnection })
  nobody = [ownAddress(), ownAddress(), ownAddress()]
  const dns = await startUnbound(defer, 'mx.test', [
    // In an order that is not that of preference.
    'many.mx.test. MX 40 d.mx.test.',
    'many.mx.test. MX 20 B.MX.test.',
    'many.mx.test. MX 10 a.mx.test.',
    'many.mx.test. MX 30 c.mx.test.',
    'many.mx.test. MX 50 open.mx.test.',
    ...['a', 'b', 'c', 'd'].map((name, i) => `${name}.mx.test. A ${hosts[i]?.address ?? ''}`),
    `open.mx.test. A ${open.address}`,
    'equal.mx.test. MX 10 a.mx.test.',
    'equal.mx.test. MX 10 b.mx.test.',
    'equal.mx.test. MX 20 open.mx.test.',
    'homes.mx.test. MX 10 multi.mx.test.',
    'homes.mx.test. MX 20 open.mx.test.',
    ...nobody.map((address) => `multi.mx.test. A ${address}`),
    `implicit.mx.test. A ${open.address}`,
    'null.mx.test. MX 0 .',
    'nowhere.mx.test. MX 10 missing.mx.test.',
    'nothing.mx.test. TXT hello',
  ])
  mailroom = await startMailroom(defer, { config: listening() + asking(dns) + ROUTES + retrying('1h') })
  return run
})

/** The first attempt for a recipient of the shared Mailroom, and who was connected to meanwhile. */
async function attemptFor(recipient: string): Promise<{ attempt: Attempt; order: string[] }> {
  connected.length = 0
  await mailroom.ask('message.sendTest', { to: recipient, from: 'ann@device.test' })
  const attempts = await mailroom.attempts(recipient, 1)
  return { attempt: attempts.at(-1)!, order: [...connected] }
}

const addressesOf = (...found: readonly SmtpHost[]): string[] => found.map(({ address }) => address)

test('hosts are tried by preference, and no more of them than limits.mx', async () => {
  const { attempt, order } = await attemptFor('three@many.mx.test')
  expect(order).toEqual(addressesOf(...hosts.slice(0, 3)))
  expect(attempt.tries.map(({ host, address }) => [host, address])).toEqual(
    ['a', 'b', 'c'].map((name, i) => [`${name}.mx.test`, hosts[i]?.address]),
  )
  expect(attempt.results).toMatchObject([{ outcome: 'temp_fail', text: expect.stringContaining('421 4.3.2 Busy') as string }])
  expect((await attemptFor('four@many.mx.test')).order).toEqual(addressesOf(...hosts))
})

test('the host that takes it ends the search', async () => {
  const before = open.record.messages.length
  const { attempt, order } = await attemptFor('usual@many.mx.test')
  expect(order).toEqual([...addressesOf(...hosts), open.address])
  expect(attempt.results).toMatchObject([{ outcome: 'completed' }])
  expect(open.record.messages).toHaveLength(before + 1)
})

test('the command tells the same hosts in the same order before anything is sent', async () => {
  const { stdout, code } = await mailroom.command('route', '--recipient', 'three@many.mx.test', '--resolve', '--json')
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toEqual({
    recipient: 'three@many.mx.test',
    route: 'three',
    type: 'mx',
    rule: null,
    trace: [],
    targets: ['a', 'b', 'c'].map((name, i) => ({
      host: `${name}.mx.test`,
      address: hosts[i]?.address,
      port: 25,
      preference: (i + 1) * 10,
    })),
    problem: null,
  })
})

test('hosts of one preference take turns by chance, before those of the next', async () => {
  const firsts = new Set<string>()
  for (let i = 0; i < 20 || firsts.size < 2; i++) {
    expect(i).toBeLessThan(60)
    const { stdout } = await mailroom.command('route', '--recipient', 'usual@equal.mx.test', '--resolve', '--json')
    const { targets } = JSON.parse(stdout) as { targets: { host: string }[] }
    firsts.add(targets[0]?.host ?? '')
    expect(targets[2]?.host).toBe('open.mx.test')
    if (firsts.size === 2) break
  }
  expect([...firsts].sort()).toEqual(['a.mx.test', 'b.mx.test'])
})

test.each([
  ['home1', 1],
  ['usual', 2],
  ['home3', 3],
])('by route %s, %i addresses of a host that does not answer are tried before the next host', async (route, count) => {
  const { attempt } = await attemptFor(`${route}@homes.mx.test`)
  expect(attempt.tries.map(({ address }) => address)).toEqual([...nobody.slice(0, count), open.address])
  expect(attempt.tries.map(({ problem }) => problem === null)).toEqual([...Array<boolean>(count).fill(false), true])
  expect(attempt.results).toMatchObject([{ outcome: 'completed' }])
})

test('a domain without MX is its own mail host', async () => {
  const { attempt } = await attemptFor('usual@implicit.mx.test')
  expect(attempt.tries).toMatchObject([{ host: 'implicit.mx.test', address: open.address, problem: null }])
})

test('an address in brackets needs no DNS', async () => {
  const { attempt } = await attemptFor(`usual@[${open.address}]`)
  expect(attempt.results).toMatchObject([{ outcome: 'completed' }])
  expect(attempt.tries).toMatchObject([{ address: open.address, port: 25 }])
})

test.each([
  ['a domain that takes no mail (null MX)', 'usual@null.mx.test', '5.1.10', 'dns'],
  ['a domain that does not exist', 'usual@unknown.mx.test', '5.1.2', 'dns'],
  ['a mail host that does not exist', 'usual@nowhere.mx.test', '5.4.4', 'dns'],
  ['a domain with neither MX nor address', 'usual@nothing.mx.test', '5.1.2', 'dns'],
  ['loopback addresses from DNS, unless the route allows them', 'strict@many.mx.test', '5.4.4', 'connection'],
])('%s ends it at once, and nobody is connected to', async (_name, recipient, status, errorClass) => {
  const { attempt, order } = await attemptFor(recipient)
  expect(order).toEqual([])
  expect(attempt.results).toMatchObject([{ outcome: 'perm_fail', status, errorClass }])
  expect(await mailroom.ended(recipient)).toMatchObject({ disposition: 'bounced' })
})

test('a mail host that defers a recipient is not gone around by the next one', async () => {
  const best = await startSmtpHost(onTestFinished, { script: { rcpt: '450 4.2.1 Greylisted' } })
  const backup = await startSmtpHost(onTestFinished)
  const dns = await startZone(onTestFinished, {
    'grey.test': {
      MX: [
        [20, 'backup.grey.test'],
        [10, 'best.grey.test'],
      ],
    },
    'best.grey.test': { A: [best.address] },
    'backup.grey.test': { A: [backup.address] },
  })
  const own = await startMailroom(onTestFinished, { config: listening() + asking(dns.server) + ROUTES + retrying('1s') })
  await own.ask('message.sendTest', { to: 'usual@grey.test', from: 'ann@device.test' })
  await own.attempts('usual@grey.test', 2)
  expect(backup.record.connections).toBe(0)
  best.setScript({})
  expect(await own.ended('usual@grey.test')).toMatchObject({ disposition: 'relayed' })
  expect(backup.record.connections).toBe(0)
})

test('an alias has the mail hosts of the domain it stands for', async () => {
  const dns = await startZone(onTestFinished, {
    'alias.test': { CNAME: 'real.test' },
    'real.test': { MX: [[10, 'open.real.test']] },
    'open.real.test': { CNAME: 'host.real.test' },
    'host.real.test': { A: [open.address] },
  })
  const own = await startMailroom(onTestFinished, { config: listening() + asking(dns.server) + ROUTES + retrying('1h') })
  await own.ask('message.sendTest', { to: 'usual@alias.test', from: 'ann@device.test' })
  const [attempt] = await own.attempts('usual@alias.test', 1)
  expect(attempt).toMatchObject({ tries: [{ host: 'open.real.test', address: open.address }], results: [{ outcome: 'completed' }] })
  expect(open.record.commands).toContain('RCPT TO:<usual@alias.test>')
})

test.each(['SERVFAIL', 'REFUSED', 'TIMEOUT', 'GARBAGE'] as const)(
  'a name server that answers %s: the mail waits and goes when it has recovered',
  async (fault) => {
    const zone = { 'late.test': { MX: [[10, 'open.late.test']] }, 'open.late.test': { A: [open.address] } } as const
    const dns = await startZone(onTestFinished, { 'late.test': { MX: fault } })
    const quick = asking(dns.server) + 'timeout = "300ms"\nattempts = 1\n'
    const own = await startMailroom(onTestFinished, { config: listening() + quick + ROUTES + retrying('1s') })
    await own.ask('message.sendTest', { to: 'usual@late.test', from: 'ann@device.test' })
    const [attempt] = await own.attempts('usual@late.test', 1)
    expect(attempt).toMatchObject({ tries: [], results: [{ outcome: 'temp_fail', errorClass: 'dns', status: '4.4.3' }] })
    dns.setZone(zone)
    expect(await own.ended('usual@late.test')).toMatchObject({ disposition: 'relayed' })
  },
)
