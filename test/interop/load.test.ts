import { setTimeout as pause } from 'node:timers/promises'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { busy, dawdlers, goodDevice, idlers, knockers, residentBytes } from '../support/crowd.ts'
import type { Crowd } from '../support/crowd.ts'
import { connectDevice } from '../support/device.ts'
import { listening, startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { Cleanups } from '../support/peers/processes.ts'

/** Limits as they are out of the box, but for the number of messages an hour, which a test sends in a minute. */
const CONFIG = listening(`[limits]
messages-per-hour = 0
messages-per-day = 0
[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"`)
const MEGABYTE = 2 ** 20

let mailroom: Mailroom

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  mailroom = await startMailroom(defer, { config: CONFIG })
  await goodDevice(mailroom.port, 20)
  return run
})

function gathered(crowd: Crowd): Crowd {
  onTestFinished(() => crowd.disperse())
  return crowd
}

test('five hundred idle connections and fifty busy ones: nobody is refused, a good device least of all', async () => {
  const before = await residentBytes(mailroom.process.pid)
  const idle = gathered(await idlers(mailroom.port, 500))
  const sending = gathered(busy(mailroom.port, 50, 20_000, 500))
  expect(await goodDevice(mailroom.port, 40)).toHaveLength(40)
  expect(idle.done).toBe(500)
  expect(sending.done).toBeGreaterThan(50)
  expect([...idle.refused, ...sending.refused]).toEqual([])
  expect((await residentBytes(mailroom.process.pid)) - before).toBeLessThan(150 * MEGABYTE)
})

test('slowloris: three hundred that send a byte now and then take nothing from a good device', async () => {
  const before = await residentBytes(mailroom.process.pid)
  gathered(dawdlers(mailroom.port, 300, 200))
  expect(await goodDevice(mailroom.port, 40)).toHaveLength(40)
  expect((await residentBytes(mailroom.process.pid)) - before).toBeLessThan(100 * MEGABYTE)
})

test('ten thousand connections a minute from one address: a good device is heard, and the log is not filled', async () => {
  const before = await residentBytes(mailroom.process.pid)
  const events = (await mailroom.events()).length
  const flood = gathered(knockers(mailroom.port, 10_000))
  const [times] = await Promise.all([goodDevice(mailroom.port, 40), pause(5_000)])
  expect(times).toHaveLength(40)
  expect(flood.done).toBeGreaterThan(500)
  expect((await residentBytes(mailroom.process.pid)) - before).toBeLessThan(100 * MEGABYTE)
  // Four or so for each message of the good device, and next to nothing for the flood.
  expect((await mailroom.events()).length - events).toBeLessThan(40 * 6)
})

test('one address cannot have more than its share of connections, whatever it does with them', async () => {
  const open = await Promise.all(Array.from({ length: 60 }, () => connectDevice(mailroom.port, '127.0.0.1', '127.65.0.1')))
  const greetings = await Promise.all(open.map((device) => device.says()))
  expect(greetings.filter((one) => one.startsWith('220'))).toHaveLength(50)
  expect(greetings.filter((one) => one.startsWith('421 4.7.0'))).toHaveLength(10)
  expect(await goodDevice(mailroom.port, 3)).toHaveLength(3)
})

test('when the crowds have gone it holds no more connections than before', async () => {
  const idle = await idlers(mailroom.port, 500)
  await idle.disperse()
  const again = gathered(await idlers(mailroom.port, 500))
  expect(again.refused).toEqual([])
})
