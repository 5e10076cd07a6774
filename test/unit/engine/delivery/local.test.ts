import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { Route } from '../../../../main/contract/index.ts'
import { createLocalDelivery } from '../../../../main/engine/delivery/index.ts'
import { failureOf, MESSAGE, states, world } from './attempt.ts'

const route: Route = { type: 'local', id: 'local', description: '' }

function mailboxes(store: (mailbox: string, message: Readable) => Promise<void>): ReturnType<typeof world> {
  const deliverLocally = createLocalDelivery({ mailboxFor: (address) => (address.startsWith('no') ? null : 'inbox'), store })
  return world({}, { parts: { deliverLocally } })
}

describe('local routes', () => {
  test('each recipient gets its own copy and its own verdict', async () => {
    const kept: string[] = []
    const { attempt } = mailboxes(async (mailbox, message) => void kept.push(`${mailbox}: ${await text(message)}`))
    const report = await attempt({ route, recipients: ['a@office.lan', 'nobody@office.lan', 'b@office.lan'] })
    expect(kept).toEqual([`inbox: ${MESSAGE}`, `inbox: ${MESSAGE}`])
    expect(states(report)).toEqual(['ok', 'perm:unexpected-reply', 'ok'])
    expect(report.outcomes[0]).toMatchObject({
      host: 'localhost',
      via: 'delivered',
      dsnPassedOn: false,
      reply: { code: 250, status: '2.1.5' },
    })
    expect(report.outcomes[1]).toMatchObject({
      entity: 'localhost',
      failure: { status: '5.1.1', cause: 'mailbox-missing', reply: { code: 550 } },
    })
    expect(report.tries).toEqual([{ host: 'localhost', address: 'localhost', port: 0, tls: null, problem: null }])
    expect(report.transcript).toHaveLength(3)
  })

  test.each([
    ['ENOSPC', '4.3.1'],
    ['EDQUOT', '4.3.1'],
    ['EACCES', '4.3.0'],
    ['EIO', '4.3.0'],
  ])('%s is temporary, %s', async (code, status) => {
    const { attempt } = mailboxes(() => Promise.reject(Object.assign(new Error(code), { code })))
    const report = await attempt({ route })
    expect(states(report)).toEqual(['temp:io'])
    expect(failureOf(report)).toMatchObject({ status, cause: 'storage' })
    expect(report.tries[0]?.problem).toBe(failureOf(report).text)
  })

  test('a store that throws at once is our trouble too', async () => {
    const deliverLocally = (): never => {
      throw new Error('not ready')
    }
    expect(states(await world({}, { parts: { deliverLocally } }).attempt({ route }))).toEqual(['temp:io'])
  })

  test('abandoned: nothing more is stored', async () => {
    const { attempt } = mailboxes(() => Promise.resolve())
    expect(failureOf(await attempt({ route }, AbortSignal.abort()))).toMatchObject({ cause: 'cancelled', class: 'io' })
  })
})
