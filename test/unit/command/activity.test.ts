import { describe, expect, test } from 'vitest'
import { fits } from '../../../main/command/activity.ts'
import type { ActivityEvent, Disposition } from '../../../main/contract/index.ts'

const client = { address: '192.168.1.20', port: 2525, listener: 'lan', helo: 'scanner', account: null, tls: null }
const accepted: ActivityEvent = {
  seq: 1,
  at: 0,
  entryId: 'e',
  type: 'accepted',
  reversePath: 'scan@office.lan',
  recipients: ['Ann@example.org', 'bob@example.org'],
  size: 100,
  subject: '',
  messageId: '',
  source: 'unauthenticated',
  client,
  storedInMs: 1,
}

function attempted(...outcomes: ('completed' | 'temp_fail' | 'perm_fail')[]): ActivityEvent {
  const results = outcomes.map((outcome, index) => ({
    address: index === 0 ? 'Ann@example.org' : 'bob@example.org',
    outcome,
    status: '',
    text: '',
    cause: 'reply',
    errorClass: 'none',
    nextAttemptAt: null,
    mayArriveTwice: false,
  }))
  const attempt = { route: 'relay', routeType: 'relay', rule: null, trace: [], attempt: 1, startedAt: 0, durationMs: 1, tries: [] } as const
  return { seq: 2, at: 0, entryId: 'e', type: 'attempted', ...attempt, trace: [], tries: [], results, transcript: [] }
}

function ended(disposition: Disposition): ActivityEvent {
  return { seq: 3, at: 0, entryId: 'e', type: 'ended', recipient: 'Ann@example.org', disposition, text: '' }
}

const refused: ActivityEvent = {
  seq: 4,
  at: 0,
  type: 'refused',
  client,
  code: 550,
  text: '',
  reason: 'outside-networks',
  sender: '',
  recipient: 'ann@example.org',
}
const held: ActivityEvent = { seq: 5, at: 0, entryId: 'e', type: 'held', by: 'person' }

describe('an event fits what is asked for', () => {
  test.each<[string, ActivityEvent, { recipient?: string; status?: string }, boolean]>([
    ['everything when nothing is asked', held, {}, true],
    ['any of the recipients', accepted, { recipient: 'bob@example.org' }, true],
    ['whatever the capitals', accepted, { recipient: 'ANN@EXAMPLE.ORG' }, true],
    ['not another recipient', accepted, { recipient: 'carol@example.org' }, false],
    ['not a part of a recipient', accepted, { recipient: 'example.org' }, false],
    ['the recipient of an attempt', attempted('completed'), { recipient: 'ann@example.org' }, true],
    ['not one who was not in it', attempted('completed'), { recipient: 'bob@example.org' }, false],
    ['the recipient that ended', ended('relayed'), { recipient: 'ann@example.org' }, true],
    ['the recipient that was refused', refused, { recipient: 'ann@example.org' }, true],
    ['nothing about a message as a whole', held, { recipient: 'ann@example.org' }, false],
    ['the kind of event', refused, { status: 'refused' }, true],
    ['in capitals too', refused, { status: 'Refused' }, true],
    ['not another kind', refused, { status: 'accepted' }, false],
    ['an outcome', attempted('temp_fail'), { status: 'temp_fail' }, true],
    ['an outcome among several', attempted('completed', 'perm_fail'), { status: 'perm_fail' }, true],
    ['not another outcome', attempted('completed'), { status: 'temp_fail' }, false],
    ['what waits', attempted('temp_fail'), { status: 'waiting' }, true],
    ['an end', ended('expired'), { status: 'expired' }, true],
    ['delivered as the window says it: also what was relayed', ended('relayed'), { status: 'delivered' }, true],
    ['failed as the window says it: bounced', ended('bounced'), { status: 'failed' }, true],
    ['failed as the window says it: expired', ended('expired'), { status: 'failed' }, true],
    ['not what was cancelled', ended('cancelled'), { status: 'failed' }, false],
    ['both at the same time', ended('relayed'), { recipient: 'ann@example.org', status: 'relayed' }, true],
    ['neither when one does not', ended('relayed'), { recipient: 'bob@example.org', status: 'relayed' }, false],
  ])('%s', (_, event, wanted, result) => {
    expect(fits(event, wanted)).toBe(result)
  })
})
