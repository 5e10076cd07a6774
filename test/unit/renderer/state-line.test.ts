import { describe, expect, test } from 'vitest'
import type { Status } from '../../../main/contract/channels.ts'
import { listeningAt, stateLine } from '../../../renderer/lib/state/state-line.ts'
import { say } from '../../../renderer/lib/words/words.svelte.ts'
import { alert, MINUTE, NOW, status } from './builders.ts'

const nameOf = (route: string): string => ({ m365: 'Microsoft 365' })[route] ?? route
function said(now: Status | null): { tone: string; text: string } {
  const line = stateLine(now, NOW, nameOf)
  return { tone: line.tone, text: [line.title, line.text, line.tail].flatMap((part) => (part === null ? [] : say(part))).join(' | ') }
}
const closed = { id: 'lan', address: '0.0.0.0', port: 2525, tls: 'none', auth: 'none', problem: 'the port is in use' } as const

describe('the one sentence says the gravest fact', () => {
  test('before the engine has answered', () => expect(said(null).text).toMatch(/^Mailroom is starting/))
  test('when it does not run', () => expect(said(status({ running: false }))).toMatchObject({ tone: 'failed' }))
  test('when mail flows', () => {
    expect(said(status())).toEqual({ tone: 'delivered', text: 'Mail is flowing | The last message left 30 seconds ago.' })
  })
  test('when mail flows and some waits', () => {
    expect(said(status({ waiting: 4 })).text).toBe(
      'Mail is flowing | The last message left 30 seconds ago. | 4 messages wait and go out by themselves.',
    )
    expect(said(status({ waiting: 1 })).text).toMatch(/1 message waits and goes out by itself\.$/)
  })
  test('when nothing has come yet', () => expect(said(status({ lastDeliveredAt: null })).text).toMatch(/^Ready/))
  test('when a person paused it, whatever else is wrong', () => {
    const line = said(status({ deliveryPaused: 'by-person', waiting: 2, alerts: [alert('auth-rejected')] }))
    expect(line).toEqual({ tone: 'held', text: 'Sending is paused | Devices can still hand over their mail. 2 messages wait.' })
  })
  test('when the settings stop it', () => expect(said(status({ deliveryPaused: 'by-config' })).tone).toBe('failed'))
  test('when no port is open', () => {
    expect(said(status({ listeners: [closed] })).text).toBe(
      'Devices cannot hand over mail | Port 2525 could not be opened: the port is in use',
    )
  })
  test('when one of two ports is closed, mail still flows', () => {
    expect(said(status({ listeners: [closed, { ...closed, id: 'b', problem: null }] })).tone).toBe('delivered')
  })
  test('when a route is out of reach', () => {
    const line = said(status({ waiting: 12, alerts: [alert('relay-unreachable', { since: NOW - 22 * MINUTE })] }))
    expect(line.tone).toBe('waiting')
    expect(line.text).toBe(
      'Mail waits for Microsoft 365 | It cannot be reached since 14:20. 12 messages are safe here and go out by themselves.',
    )
  })
  test('when a route does not let us in, which weighs more than one out of reach', () => {
    const line = said(status({ waiting: 12, alerts: [alert('relay-unreachable', { subject: 'other' }), alert('auth-rejected')] }))
    expect(line.tone).toBe('failed')
    expect(line.text).toMatch(/Microsoft 365 does not let us in\. 12 messages wait here/)
  })
  test('a shut route with nothing waiting for it does not alarm', () =>
    expect(said(status({ alerts: [alert('auth-rejected')] })).tone).toBe('delivered'))
  test('when the disk is full', () =>
    expect(said(status({ alerts: [alert('disk-low'), alert('auth-rejected')], waiting: 1 })).text).toMatch(/^No room left/))
})

describe('what the last tries say', () => {
  const stall = (more: Partial<Status['stalls'][number]> = {}): Status['stalls'][number] => ({
    route: 'm365',
    since: NOW - 22 * MINUTE,
    lastAt: NOW - MINUTE,
    attempts: 1,
    status: '4.3.2',
    text: '451 4.3.2 Closed for the night',
    cause: 'reply',
    ...more,
  })
  const lastDeliveredAt = NOW - 60 * MINUTE
  test('mail does not flow when nothing went out since a route began to put everything off; its words stand there', () => {
    const now = status({ waiting: 2, lastDeliveredAt, stalls: [stall()] })
    expect(said(now)).toEqual({
      tone: 'waiting',
      text: 'Mail waits for Microsoft 365 | Microsoft 365 cannot take it just now. | Every try since 14:20 was put off. 2 messages are safe here and go out by themselves.',
    })
    expect(stateLine(now, NOW, nameOf).reply).toBe('451 4.3.2 Closed for the night')
  })
  test('one message put off while others go out is nothing yet, three tries in a row are', () => {
    expect(said(status({ waiting: 1, stalls: [stall()] })).tone).toBe('delivered')
    expect(said(status({ waiting: 1, stalls: [stall({ attempts: 3 })] })).tone).toBe('waiting')
  })
  test('a route that once put off what does not wait any more is no matter', () =>
    expect(said(status({ lastDeliveredAt, stalls: [stall({ attempts: 9 })] })).tone).toBe('delivered'))
})

describe('a day on which everything fails', () => {
  const today = { day: '2026-11-23', accepted: 3, delivered: 0, waiting: 0, held: 0, failed: 3 }
  test('is told as such, also when it is the first message ever', () => {
    expect(said(status({ today }))).toMatchObject({
      tone: 'failed',
      text: expect.stringMatching(/^Mail does not arrive.* 3 messages failed/) as string,
    })
    expect(said(status({ today: { ...today, accepted: 1, failed: 1 }, lastDeliveredAt: null })).tone).toBe('failed')
  })
  test('a mistyped address or two are no such day', () => expect(said(status({ today: { ...today, failed: 2 } })).tone).toBe('delivered'))
})

describe('where devices reach us', () => {
  test('is the best address and the first open port', () => {
    expect(listeningAt(status({ listeners: [closed, { ...closed, port: 465, problem: null }] }))).toEqual({
      address: '192.168.1.20',
      port: 465,
    })
  })
  test('is the listener’s own address when it is open there only', () =>
    expect(listeningAt(status({ listeners: [{ ...closed, address: '127.0.0.1', problem: null }] }))?.address).toBe('127.0.0.1'))
  test('is the listener’s own address when no other is known', () =>
    expect(listeningAt(status({ addresses: [] }))?.address).toBe('0.0.0.0'))
  test('is nowhere when nothing is open', () => {
    expect(listeningAt(status({ listeners: [closed] }))).toBeNull()
    expect(listeningAt(null)).toBeNull()
  })
})
