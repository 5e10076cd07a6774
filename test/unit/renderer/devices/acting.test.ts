import { beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeBridge } from '../../../../renderer/preview/fake-bridge.ts'
import { deviceList } from '../../../../renderer/lib/state/device-list.svelte.ts'
import { toasts } from '../../../../renderer/lib/state/toasts.svelte.ts'
import { say } from '../../../../renderer/lib/words/words.svelte.ts'
import { acting } from '../../../../renderer/screens/devices/acting.svelte.ts'
import { NOW } from '../builders.ts'

const door = '192.168.20.15'
const known = (address: string) => deviceList.now?.devices.find((device) => device.address === address)
const said = (): string | undefined => toasts.shown.map((toast) => say(toast.said)).at(-1)

beforeEach(async () => {
  vi.stubGlobal('window', { mailroom: createFakeBridge({ mail: 'usual', live: 0, now: NOW }) })
  acting.problems = []
  await deviceList.load()
})

describe('deciding about a device', () => {
  test('one press lets a knocking device in under a name', async () => {
    expect(deviceList.now?.knocks.map((knock) => knock.client.address)).toEqual([door])
    expect(await acting.admit({ address: door, name: 'Door' })).toBe(true)
    expect(deviceList.now?.knocks).toEqual([])
    expect(known(door)).toMatchObject({ name: 'Door', blocked: false })
    expect(said()).toBe('Door may send.')
  })
  test('without a name it is called by its address', async () => {
    await acting.admit({ address: door, name: '' })
    expect(known(door)?.name).toBe(door)
  })
  test('undo takes it out of the settings again', async () => {
    await acting.admit({ address: door, name: 'Door' })
    toasts.shown.at(-1)?.action?.run()
    await vi.waitFor(() => expect(known(door)).toBeUndefined())
  })
  test('undo of a block brings back the name and lets it send', async () => {
    await acting.block({ address: '192.168.1.40', name: 'Scanner, reception' })
    expect(known('192.168.1.40')?.blocked).toBe(true)
    toasts.shown.at(-1)?.action?.run()
    await vi.waitFor(() => expect(known('192.168.1.40')).toMatchObject({ blocked: false, name: 'Scanner, reception' }))
  })
  test('a new name for a blocked device does not let it in', async () => {
    const loud = known('192.168.1.99')
    if (loud === undefined) throw new Error('the made-up office has no blocked device')
    await acting.rename(loud, 'Heating')
    expect(known('192.168.1.99')).toMatchObject({ name: 'Heating', blocked: true })
  })
  test('what is refused is told and changes nothing', async () => {
    const bridge = createFakeBridge({ mail: 'usual', live: 0, now: NOW })
    const refusing = { ...bridge, ask: async () => ({ ok: false, problem: { code: 'x', text: 'the disk is full' } }) }
    vi.stubGlobal('window', { mailroom: refusing })
    const before = toasts.shown.length
    expect(await acting.admit({ address: door, name: 'Door' })).toBe(false)
    expect(acting.problems).toEqual(['the disk is full'])
    expect(toasts.shown).toHaveLength(before)
  })
})
