import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ActivityEvent, ClientInfo, NamedDevice, RefusalReason } from '../../../../main/contract/index.ts'
import { createDevices } from '../../../../main/engine/devices/index.ts'
import type { Devices } from '../../../../main/engine/devices/index.ts'
import type { InterfaceAddress } from '../../../../main/engine/system/index.ts'
import { createNodeDisk } from '../../../../main/engine/system/node/index.ts'
import { acceptedDraft } from '../../../support/activity-events.ts'
import { createHeldClock } from '../../../support/held-clock.ts'
import type { HeldClock } from '../../../support/held-clock.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { settingsWith } from '../queue/support.ts'

interface World {
  readonly devices: Devices
  readonly clock: HeldClock
  readonly file: string
  readonly log: ActivityEvent[]
  readonly troubles: unknown[]
  named: NamedDevice[]
  interfaces: InterfaceAddress[]
  changes: number
  accepted(address: string, more?: Partial<ClientInfo>, subject?: string): void
  refused(address: string, reason: RefusalReason, more?: Partial<Extract<ActivityEvent, { type: 'refused' }>>): void
}

async function world(from?: World): Promise<World> {
  const file = from?.file ?? join(await tempFolder(), 'devices.json')
  const clock = from?.clock ?? createHeldClock()
  const log = from?.log ?? []
  const made: World = {
    clock,
    file,
    log,
    troubles: [],
    named: [],
    interfaces: [],
    changes: 0,
    devices: createDevices({
      clock,
      disk: createNodeDisk(),
      file,
      settings: () => ({ ...settingsWith(), access: { networks: ['private'], accounts: [], devices: made.named } }),
      interfaces: () => made.interfaces,
      allowed: (address) => address.startsWith('192.168.') || address.startsWith('fd'),
      bans: () => [],
      certificate: () => null,

      async *history(sinceAt) {
        for (const event of log) if (event.at >= sinceAt) yield event
      },
      onTrouble: (error) => void made.troubles.push(error),
    }),
    accepted(address, more = {}, subject = 'Scan') {
      const draft = acceptedDraft(`entry-${log.length}`, ['ann@office.test'], subject, address)
      record({ ...draft, client: { ...draft.client, ...more }, seq: log.length + 1, at: clock.now() })
    },
    refused(address, reason, more = {}) {
      const client = { address, port: 2525, listener: 'lan', helo: 'fax', account: null, tls: null }
      const what = { code: 550, text: '5.7.1 This computer takes no mail from your address', sender: 'fax@x.test', recipient: '' }
      record({ type: 'refused', seq: log.length + 1, at: clock.now(), client, reason, ...what, ...more })
    },
  }
  function record(event: ActivityEvent): void {
    log.push(event)
    made.devices.record(event)
  }
  await made.devices.open()
  made.devices.onChange(() => {
    made.changes++
  })
  return made
}

const device = (id: string, address: string, more: Partial<NamedDevice> = {}): NamedDevice => ({
  id,
  name: `the ${id}`,
  address,
  blocked: false,
  recipients: [],
  maxMessagesPerHour: 0,
  maxMessagesPerDay: 0,
  ...more,
})

describe('who sent lately', () => {
  test('by address, the last one first, with what it sent', async () => {
    const here = await world()
    here.accepted('192.168.1.20', { helo: 'MFP-2', tls: 'TLSv1.2' }, 'Scan 1')
    await here.clock.advance(1000)
    here.accepted('::ffff:192.168.1.21', { account: 'erp', helo: '' }, 'Invoice')
    await here.clock.advance(1000)
    here.accepted('192.168.1.20', { helo: 'MFP-2' }, 'Scan 2')
    const { devices } = here.devices.view()
    expect(
      devices.map(({ key, name, messages, messagesToday, lastSubject, account }) => [
        key,
        name,
        messages,
        messagesToday,
        lastSubject,
        account,
      ]),
    ).toEqual([
      ['192.168.1.20', 'MFP-2', 2, 2, 'Scan 2', null],
      ['192.168.1.21', '192.168.1.21', 1, 1, 'Invoice', 'erp'],
    ])
    expect(devices[0]).toMatchObject({
      firstAt: here.clock.now() - 2000,
      lastAt: here.clock.now(),
      lastEntryId: 'entry-2',
      tls: null,
      id: null,
    })
    expect(here.changes).toBe(3)
  })

  test('what Mailroom makes itself comes from no device', async () => {
    const here = await world()
    here.accepted('127.0.0.1', { port: 0, listener: '' })
    expect(here.devices.view().devices).toEqual([])
    expect(here.changes).toBe(0)
  })

  test('today begins at midnight, by the calendar of this computer', async () => {
    const here = await world()
    here.accepted('192.168.1.20')
    await here.clock.advance(24 * 3_600_000)
    expect(here.devices.view().devices[0]).toMatchObject({ messages: 1, messagesToday: 0 })
    here.accepted('192.168.1.20')
    expect(here.devices.view().devices[0]).toMatchObject({ messages: 2, messagesToday: 1 })
  })

  test('the settings give the name, limits and who is blocked; the narrowest range counts', async () => {
    const here = await world()
    here.named = [
      device('floor', '192.168.1.0/24', { maxMessagesPerHour: 50 }),
      device('fax', '192.168.1.20', { blocked: true }),
      device('silent', '192.168.9.9'),
    ]
    here.accepted('192.168.1.20', { helo: 'MFP-2' })
    here.accepted('192.168.1.30')
    expect(
      here.devices
        .view()
        .devices.map(({ key, id, name, blocked, messagesPerHour, lastAt }) => [key, id, name, blocked, messagesPerHour, lastAt === null]),
    ).toEqual([
      ['192.168.1.30', 'floor', 'the floor', false, 50, false],
      ['192.168.1.20', 'fax', 'the fax', true, 0, false],
      ['192.168.9.9', 'silent', 'the silent', false, 0, true],
    ])
  })

  test('what was odd is counted by kind, the last one first, and never for strangers', async () => {
    const here = await world()
    const client = { address: '192.168.1.20', port: 2525, listener: 'lan', helo: 'x', account: null, tls: null }
    here.devices.odd({ client, kinds: ['no-quit'] })
    expect(here.devices.view().devices).toEqual([])
    here.accepted('192.168.1.20')
    here.devices.odd({ client, kinds: ['no-quit', 'slow'] })
    await here.clock.advance(1000)
    here.devices.odd({ client, kinds: ['no-quit'] })
    expect(here.devices.view().devices[0]?.oddities).toEqual([
      { kind: 'no-quit', count: 2, lastAt: here.clock.now() },
      { kind: 'slow', count: 1, lastAt: here.clock.now() - 1000 },
    ])
  })

  test('five hundred are kept, those that were silent longest go', async () => {
    const here = await world()
    for (let n = 0; n < 501; n++) here.accepted(`192.168.${n >> 8}.${n & 255}`)
    const { devices } = here.devices.view()
    expect(devices).toHaveLength(500)
    expect(devices.at(-1)?.address).toBe('192.168.0.1')
  })
})

describe('who knocked', () => {
  test('is told with what it tried and why it was refused, one for each address', async () => {
    const here = await world()
    here.refused('203.0.113.9', 'outside-networks', {
      client: { address: '203.0.113.9', port: 2525, listener: 'lan', helo: '', account: null, tls: null },
    })
    await here.clock.advance(500)
    here.refused('::ffff:203.0.113.9', 'outside-networks')
    expect(here.devices.view().knocks).toEqual([
      {
        key: '203.0.113.9',
        client: expect.objectContaining({ helo: 'fax' }) as ClientInfo,
        firstAt: here.clock.now() - 500,
        lastAt: here.clock.now(),
        count: 2,
        reason: 'outside-networks',
        text: '550 5.7.1 This computer takes no mail from your address',
        sender: 'fax@x.test',
        recipient: '',
      },
    ])
    here.devices.dismissKnock('203.0.113.9')
    expect(here.devices.view().knocks).toEqual([])
    expect(here.changes).toBe(3)
  })

  test.each<[RefusalReason, boolean]>([
    ['outside-networks', true],
    ['sign-in-required', true],
    ['sign-in-failed', true],
    ['tls-required', true],
    ['blocked', false],
    ['banned', false],
    ['too-large', false],
    ['recipient-not-allowed', false],
    ['too-many-messages', false],
  ])('%s is a knock: %s', async (reason, isKnock) => {
    const here = await world()
    here.refused('203.0.113.9', reason)
    expect(here.devices.view().knocks).toHaveLength(isKnock ? 1 : 0)
  })

  test('is over once it was let in or blocked, by whatever way', async () => {
    const here = await world()
    here.refused('203.0.113.9', 'outside-networks')
    here.refused('203.0.113.10', 'sign-in-failed')
    here.refused('192.168.1.77', 'outside-networks')
    expect(here.devices.view().knocks.map(({ key }) => key)).toEqual(['203.0.113.10', '203.0.113.9'])
    here.named = [device('a', '203.0.113.9'), device('b', '203.0.113.10')]
    expect(here.devices.view().knocks.map(({ key }) => key)).toEqual(['203.0.113.10'])
    here.named = [device('b', '203.0.113.0/24', { blocked: true })]
    expect(here.devices.view().knocks).toEqual([])
  })

  test('crowds of strangers push each other out', async () => {
    const here = await world()
    for (let n = 0; n < 150; n++) here.refused(`203.0.113.${n}`, 'outside-networks')
    const { knocks } = here.devices.view()
    expect(knocks).toHaveLength(100)
    expect([knocks[0]?.key, knocks.at(-1)?.key]).toEqual(['203.0.113.149', '203.0.113.50'])
  })
})

describe('the next start', () => {
  test('knows everything again after an orderly stop', async () => {
    const here = await world()
    here.accepted('192.168.1.20')
    here.accepted('192.168.1.21')
    here.refused('203.0.113.9', 'outside-networks')
    await here.devices.close()
    expect((await world(here)).devices.view()).toEqual(here.devices.view())
    expect(here.clock.nextIn).toBeNull()
  })

  test('reads from the log what a crash took out of the file, and nothing twice', async () => {
    const here = await world()
    here.accepted('192.168.1.20')
    await here.clock.advance(60_000)
    await here.devices.close()
    here.accepted('192.168.1.20')
    const last = here.log.at(-1)
    if (last?.type === 'accepted') last.oddities = ['no-quit']
    const next = await world(here)
    expect(next.devices.view().devices).toMatchObject([{ messages: 2, oddities: [{ kind: 'no-quit', count: 1 }] }])
  })

  test('goes on after the log was thrown away', async () => {
    const here = await world()
    for (let n = 0; n < 5; n++) here.accepted('192.168.1.20')
    await here.devices.close()
    here.log.length = 0
    const next = await world(here)
    next.accepted('192.168.1.20')
    expect(next.devices.view().devices).toMatchObject([{ messages: 6 }])
  })

  test('begins with the log where the file is damaged, and says so', async () => {
    const here = await world()
    here.accepted('192.168.1.20')
    await here.devices.close()
    await writeFile(here.file, (await readFile(here.file, 'utf8')).slice(0, 40))
    const next = await world(here)
    expect(next.devices.view().devices).toMatchObject([{ messages: 1 }])
    expect(next.troubles).toHaveLength(1)
  })

  test('a file that cannot be written is told and hinders nobody', async () => {
    const here = await world()
    await mkdir(here.file)
    here.accepted('192.168.1.20')
    await here.devices.close()
    expect(here.troubles).toHaveLength(1)
    expect(here.devices.view().devices).toHaveLength(1)
  })
})

test('the networks of this computer are proposed: not itself, not what every cable has', async () => {
  const here = await world()
  const of = (address: string, prefix: number, internal = false): InterfaceAddress => ({
    address,
    family: address.includes(':') ? 6 : 4,
    prefix,
    internal,
  })
  here.interfaces = [
    of('127.0.0.1', 8, true),
    of('192.168.1.5', 24),
    of('192.168.1.6', 24),
    of('10.8.0.2', 32),
    of('203.0.113.5', 29),
    of('169.254.7.7', 16),
    of('fe80::1%eth0', 64),
    of('fd00:1:2:3::5', 64),
    of('2001:db8:1:2:3::5', 64),
  ]
  expect(here.devices.view().networks).toEqual([
    { cidr: '192.168.1.0/24', address: '192.168.1.5', allowed: true },
    { cidr: '203.0.113.0/29', address: '203.0.113.5', allowed: false },
    { cidr: 'fd00:1:2:3::/64', address: 'fd00:1:2:3::5', allowed: true },
    { cidr: '2001:db8:1:2::/64', address: '2001:db8:1:2:3::5', allowed: false },
  ])
})
