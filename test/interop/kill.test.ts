import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startLoad } from '../support/peers/load.ts'
import { listening, retrying, startMailroom } from '../support/peers/mailroom.ts'
import { maildirMessages, messageIdOf, withoutTrace } from '../support/peers/messages.ts'
import { peerFolder, until } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'
import type { SmtpHost } from '../support/peers/smtp-host.ts'

/** More for a long night: `MAILROOM_KILL_ROUNDS=200 npm run test:interop -- kill`. */
const ROUNDS = Number(process.env['MAILROOM_KILL_ROUNDS'] ?? 3)
const CLIENTS = 6
/** Attempts under way at one time at one relay, and as much again whose verdict may be on its way to the disk. */
const IN_FLIGHT = 40

const relay = (id: string, { address, port }: SmtpHost): string =>
  `[queue.route.${id}]\ntype = "relay"\naddress = "${address}"\nport = ${port}\ntls.implicit = false\n`

function configOf(ready: SmtpHost, late: SmtpHost): string {
  return `${listening()}[queue.strategy]
route = [ { if = "rcpt_domain == 'ready.test'", then = "'ready'" }, { if = "rcpt_domain == 'late.test'", then = "'late'" }, { else = "'local'" } ]
${relay('ready', ready)}${relay('late', late)}[directory.default.mailbox.inbox]
addresses = ["*"]
${retrying('1s')}`
}

test(
  `every message that got 250 is delivered to every recipient, through ${ROUNDS} sudden deaths`,
  { timeout: 60_000 + ROUNDS * 20_000 },
  async () => {
    const ready = await startSmtpHost(onTestFinished)
    const late = await startSmtpHost(onTestFinished, { script: { rcpt: '451 4.3.0 Come again' } })
    const config = configOf(ready, late)
    const data = await peerFolder(onTestFinished, 'killed')
    const accepted = new Map<string, string>()
    const sent = new Map<string, string>()
    /** How many messages the ready host had taken when each life ended. */
    const lives: number[] = []

    for (let round = 0; round < ROUNDS; round++) {
      const mailroom = await startMailroom(onTestFinished, { config, data })
      const load = startLoad(mailroom.port, CLIENTS, ['one@ready.test', 'two@late.test', 'three@local.test'])
      await load.until(5 + Math.floor(Math.random() * 60))
      await mailroom.kill9()
      await load.stop()
      expect(load.accepted.size).toBeGreaterThan(0)
      for (const [id, message] of load.accepted) accepted.set(id, message)
      for (const [id, message] of load.sent) sent.set(id, message)
      lives.push(ready.record.messages.length)
    }

    late.setScript({})
    const last = await startMailroom(onTestFinished, { config, data })
    await until('nothing waits any more', async () => (await last.ask('queue.list', {})).length === 0, 60_000)
    lives.push(ready.record.messages.length)

    const places = { ready: ready.record.messages, late: late.record.messages, local: await maildirMessages(join(data, 'mail', 'inbox')) }
    for (const [place, messages] of Object.entries(places)) {
      const counts = countsOf(messages)
      const missing = [...accepted.keys()].filter((id) => !counts.has(id))
      expect(missing, `accepted, but not delivered to ${place}`).toEqual([])
      const changed = messages.filter((message) => withoutTrace(message) !== sent.get(messageIdOf(message))).map(messageIdOf)
      expect(changed, `delivered to ${place} with other octets`).toEqual([])
    }
    expect(secondCopiesNotInFlight(ready.record.messages, lives)).toEqual([])
    // The late host took nothing before the last life began, so nobody can have died in the middle of it.
    expect(twice(late.record.messages)).toEqual([])
  },
)

function countsOf(messages: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const id of messages.map(messageIdOf)) counts.set(id, (counts.get(id) ?? 0) + 1)
  return counts
}

function twice(messages: readonly string[]): string[] {
  return [...countsOf(messages)].flatMap(([id, count]) => (count > 1 ? [id] : []))
}

/** A message may come again only when the life that sent it ended while its verdict was not yet on the disk: when it was among that life's last. */
function secondCopiesNotInFlight(messages: readonly string[], lives: readonly number[]): string[] {
  const lifeOf = (index: number): number => lives.findIndex((end) => index < end)
  const before = new Map<string, number>()
  const wrong: string[] = []
  for (const [index, message] of messages.entries()) {
    const id = messageIdOf(message)
    const earlier = before.get(id)
    before.set(id, index)
    if (earlier === undefined) continue
    const end = lives[lifeOf(earlier)] ?? 0
    if (lifeOf(earlier) === lifeOf(index) || end - earlier > IN_FLIGHT) wrong.push(id)
  }
  return wrong
}
