import { describe, expect, test } from 'vitest'
import type { SimulatedHost } from '../../../support/simulated-network.ts'
import { relay, states, world } from './attempt.ts'

const recipients = ['a@d.test', 'b@d.test', 'c@d.test']
const route = relay({ protocol: 'lmtp', address: 'localhost', port: 24 })

async function attempt(host: SimulatedHost): Promise<ReturnType<typeof states>> {
  const { attempt: run } = world({ '127.0.0.1': { lmtp: true, ...host } })
  return states(await run({ route, recipients, hosts: [['localhost', ['127.0.0.1']]] }))
}

describe('LMTP: a reply for each accepted recipient', () => {
  test.each([
    ['all taken', { end: ['250', '250', '250'] }, ['ok', 'ok', 'ok']],
    ['each its own', { end: ['250', '452 4.2.2 full', '550 5.7.1 no'] }, ['ok', 'temp:unexpected-reply', 'perm:unexpected-reply']],
    [
      'refused ones get none',
      { rcpt: { 'b@d.test': '550 5.1.1 no' }, end: ['250', '452'] },
      ['ok', 'perm:unexpected-reply', 'temp:unexpected-reply'],
    ],
    ['by BDAT too', { ehlo: ['250', 'CHUNKING'], end: ['250', '452', '250'] }, ['ok', 'temp:unexpected-reply', 'ok']],
    ['lost after one: the one stands', { end: ['250', 'close'] }, ['ok', 'temp:connection', 'temp:connection']],
    ['lost after two', { end: ['250', '550 5.7.1 no', 'reset'] }, ['ok', 'perm:unexpected-reply', 'temp:connection']],
    ['lost before any', { end: ['close'] }, ['temp:connection', 'temp:connection', 'temp:connection']],
    ['silence after two', { end: ['250', '250', 'silence'] }, ['ok', 'ok', 'temp:connection']],
    ['garbage after one', { end: ['250', 'garbage'] }, ['ok', 'temp:unexpected-reply', 'temp:unexpected-reply']],
    ['DATA refused', { data: '451' }, ['temp:unexpected-reply', 'temp:unexpected-reply', 'temp:unexpected-reply']],
  ] as const)('%s', async (_name, host, expected) => {
    expect(await attempt(host)).toEqual(expected)
  })

  test('LHLO is said, and what was taken counts as delivered', async () => {
    const { attempt: run, network } = world({ '127.0.0.1': { lmtp: true } })
    const report = await run({ route, hosts: [['localhost', ['127.0.0.1']]] })
    expect(network.record('127.0.0.1').commands[0]).toBe('LHLO mailroom.example')
    expect(report.outcomes[0]).toMatchObject({ kind: 'completed', via: 'delivered', host: 'localhost' })
  })

  test('those that got no answer may get it twice', async () => {
    const { attempt: run } = world({ '127.0.0.1': { lmtp: true, end: ['250', 'close'] } })
    const report = await run({ route, recipients, hosts: [['localhost', ['127.0.0.1']]] })
    expect(report.outcomes[1]).toMatchObject({ failure: { outcomeUnknown: true, cause: 'connection-lost' } })
    expect(report.outcomes[2]).toMatchObject({ failure: { outcomeUnknown: true } })
  })
})
