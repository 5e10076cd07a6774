import { describe, expect, test } from 'vitest'
import { say } from '../../../../renderer/lib/words/words.svelte.ts'
import { lifelineOf } from '../../../../renderer/screens/queue/lifeline.ts'
import { endOf, groupByCause, nextOf, triedAt, triesOf } from '../../../../renderer/screens/queue/queue-groups.ts'
import { entry, MINUTE, NOW, waiting } from '../builders.ts'

const whoOf = (route: string | null, domain: string): string => (route === 'm365' ? 'Microsoft 365' : domain)

describe('the queue is sorted by why', () => {
  test('those who wait for the same reason stand together, the longest waiting first', () => {
    const groups = groupByCause(
      [
        entry({ id: 'b', createdAt: NOW - 1 }),
        entry({ id: 'held', held: true }),
        entry({ id: 'a', createdAt: NOW - 9 }),
        entry({ id: 'new', recipients: [waiting({ retryNum: 0, status: 'scheduled', lastReply: null, lastError: 'none' })] }),
        entry({ id: 'mx', recipients: [waiting({ route: 'mx', lastReply: '450 4.2.1 too quickly', lastError: 'unexpected-reply' })] }),
      ],
      whoOf,
    )
    expect(groups.map((group) => [group.kind, group.entries.map((one) => one.id).join()])).toEqual([
      ['cause', 'mx'],
      ['cause', 'a,b'],
      ['fresh', 'new'],
      ['held', 'held'],
    ])
  })
  test('each reason is said in words, with the server’s own beneath', () => {
    const [group] = groupByCause([entry()], whoOf)
    expect(group?.why && say(group.why)).toBe('Microsoft 365 asks us to slow down.')
    expect(group?.reply).toBe('451 4.7.500 Server busy')
  })
  test('the cause that was kept says it more exactly', () => {
    const [group] = groupByCause([entry({ recipients: [waiting({ lastCause: 'auth-rejected' })] })], whoOf)
    expect(group?.why && say(group.why)).toContain('does not let us in')
  })
  test('an error without a reply is said as what it was', () => {
    const [group] = groupByCause([entry({ recipients: [waiting({ lastError: 'connection', lastReply: 'connect ECONNREFUSED' })] })], whoOf)
    expect(group?.why && say(group.why)).toBe('Microsoft 365 cannot be reached.')
  })
})

describe('a message in the queue', () => {
  const done = waiting({ status: 'completed', nextAttemptAt: 1, expiresAt: 1, retryNum: 9 })
  const two = entry({ recipients: [done, waiting({ nextAttemptAt: NOW + 5 }), waiting({ nextAttemptAt: NOW + 3, retryNum: 2 })] })
  test('is tried next when its first unfinished recipient is', () => expect([nextOf(two), triesOf(two)]).toEqual([NOW + 3, 2]))
  test('has no next try while it is held', () => expect(nextOf(entry({ held: true }))).toBeNull())
  test('may have no end in time', () => expect(endOf(entry({ recipients: [waiting({ expiresAt: null })] }))).toBeNull())
  test('was tried when the recipient was that was tried most', () => {
    const once = waiting({ attemptedAt: [NOW] })
    expect(triedAt(entry({ recipients: [once, waiting({ attemptedAt: [NOW, NOW + 5] })] }))).toEqual([NOW, NOW + 5])
  })
})

describe('the lifeline', () => {
  const life = {
    createdAt: NOW - 4 * MINUTE,
    endsAt: NOW - 4 * MINUTE + 3 * 24 * 60 * MINUTE,
    nextAt: NOW + 6 * MINUTE,
    triedAt: [NOW - 4 * MINUTE],
  }
  test('shows the first minutes wide and the days after narrow', () => {
    const { gone, next, tries } = lifelineOf(life, NOW)
    expect(gone).toBeCloseTo(19.2, 1)
    expect(next).toBeCloseTo(28.6, 1)
    expect(tries).toEqual([0])
  })
  test('never leaves its rail', () => {
    expect(lifelineOf(life, NOW + 9e9).gone).toBe(100)
    expect(lifelineOf(life, NOW - 9e9).gone).toBe(0)
    expect(lifelineOf({ ...life, endsAt: life.createdAt }, NOW).gone).toBe(100)
  })
  test('an overdue try stands at the present', () => {
    const { gone, next } = lifelineOf({ ...life, nextAt: NOW - MINUTE }, NOW)
    expect(next).toBe(gone)
  })
})
