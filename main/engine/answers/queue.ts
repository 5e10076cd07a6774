import type { AnswerParts, HandlersOf } from './handlers.ts'
import { Refused } from './refused.ts'

const HEADER_BYTES = 64 * 1024
const SOURCE_BYTES = 256 * 1024

export function queueHandlers({ queue, spool, exports }: AnswerParts): HandlersOf<'queue'> {
  return {
    'queue.list': () => queue.list(),
    'queue.page': ({ sort, limit, ...filter }) => queue.page(filter, sort, limit),
    'queue.ids': (filter) => queue.ids(filter),
    'queue.retry': ({ ids }) => each(ids, (id) => queue.retryNow(id, 'person')),
    'queue.retryAll': () => queue.retryAll('person'),
    'queue.hold': ({ ids }) => each(ids, (id) => queue.hold(id, 'person')),
    'queue.release': ({ ids }) => each(ids, (id) => queue.release(id)),
    'queue.cancel': ({ ids, bounce }) => each(ids, (id) => queue.cancel(id, bounce)),
    'queue.headers': async ({ id }) => {
      if (queue.get(id) === undefined) throw new Refused('not-waiting', 'This message does not wait any more.')
      return (await spool.readHeaders(id, HEADER_BYTES)).toString('utf8')
    },
    'queue.source': async ({ id }) => {
      const entry = queue.get(id)
      if (entry === undefined) throw new Refused('not-waiting', 'This message does not wait any more.')
      const chunks: Uint8Array[] = []
      for await (const chunk of spool.read(id, 0, SOURCE_BYTES) as AsyncIterable<Uint8Array>) chunks.push(chunk)
      return { text: Buffer.concat(chunks).toString('utf8'), bytes: entry.size, cut: entry.size > SOURCE_BYTES }
    },
    'queue.saveSourceTo': (wanted) => exports.message(wanted),
  }
}

/** Some of the messages may have ended meanwhile; when all have, the person is told. */
async function each(ids: readonly string[], act: (id: string) => boolean | Promise<boolean>): Promise<void> {
  const done = await Promise.all(ids.map(async (id) => act(id)))
  if (ids.length > 0 && !done.includes(true)) throw new Refused('not-waiting', 'It does not wait any more.')
}
