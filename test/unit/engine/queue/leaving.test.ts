import { expect, test } from 'vitest'
import { completed, createWorld } from './support.ts'

test('a message leaves the spool only when the log holds its end for good; killed before, it is not delivered again', async () => {
  const world = createWorld()
  let settle: () => void = () => undefined
  world.logSettles = new Promise((resolve) => (settle = resolve))
  world.answer = (request) => request.recipients.map(() => completed())
  const id = await world.submit({ to: ['bob@example.net'] })
  await world.clock.advance(1000)
  expect(world.ofType('ended')).toHaveLength(1)
  expect(world.queue.get(id)).toBeUndefined()
  expect(world.disk.get(id)?.recipients[0]).toMatchObject({ disposition: 'relayed', endedAt: world.startedAt })

  world.restart()
  await world.clock.advance(1000)
  expect(world.attempts).toHaveLength(1)
  settle()
  await world.clock.advance(0)
  expect(world.disk.has(id)).toBe(false)
  expect(world.attempts).toHaveLength(1)
})
