import type { AnswerParts, HandlersOf } from './handlers.ts'
import { Refused } from './refused.ts'

const HEADER_BYTES = 64 * 1024

export function queueHandlers({ queue, spool }: AnswerParts): HandlersOf<'queue'> {
  return {
    'queue.list': () => queue.list(),
    'queue.retry': ({ ids }) => each(ids, (id) => queue.retryNow(id, 'person')),
    'queue.retryAll': () => queue.retryAll('person'),
    'queue.hold': ({ ids }) => each(ids, (id) => queue.hold(id, 'person')),
    'queue.release': ({ ids }) => each(ids, (id) => queue.release(id)),
    'queue.cancel': ({ ids, bounce }) => each(ids, (id) => queue.cancel(id, bounce)),
    'queue.headers': async ({ id }) => {
      if (queue.get(id) === undefined) throw new Refused('not-waiting', 'This message does not wait any more.')
      return (await spool.readHeaders(id, HEADER_BYTES)).toString('utf8')
    },
  }
}

/** Some of the messages may have ended meanwhile; when all have, the person is told. */
async function each(ids: readonly string[], act: (id: string) => boolean | Promise<boolean>): Promise<void> {
  const done = await Promise.all(ids.map(async (id) => act(id)))
  if (ids.length > 0 && !done.includes(true)) throw new Refused('not-waiting', 'It does not wait any more.')
}
