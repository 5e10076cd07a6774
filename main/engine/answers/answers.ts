import { requests } from '../../contract/index.ts'
import type { Answer } from '../../contract/index.ts'
import { errorCode } from '../system/index.ts'
import { activityHandlers } from './activity.ts'
import { configHandlers } from './config.ts'
import { deviceHandlers } from './devices.ts'
import type { AnswerParts, EngineRequest, Handlers } from './handlers.ts'
import { mailboxHandlers } from './mailboxes.ts'
import { queueHandlers } from './queue.ts'
import { Refused } from './refused.ts'
import { routingHandlers } from './routing.ts'

/**
 * Answers one request of a window or of the command. Arguments are unknown until their schema has read them; refusals come back as values.
 * Never throws.
 */
export function createAnswerer(parts: AnswerParts): (request: string, args: unknown) => Promise<Answer<unknown>> {
  const handlers: Handlers = {
    'status.get': () => parts.status(),
    'delivery.pause': ({ paused }) => parts.pause(paused),
    ...activityHandlers(parts),
    ...queueHandlers(parts),
    ...configHandlers(parts),
    ...routingHandlers(parts),
    ...deviceHandlers(parts),
    ...mailboxHandlers(parts),
  }
  return async (request, args) => {
    if (!isEngineRequest(request, handlers)) return refusal('unknown-request', `There is no request "${request}".`)
    const read = requests[request].args.safeParse(args)
    if (!read.success) return refusal('bad-request', `The request "${request}" cannot be read: ${read.error.message}`)
    try {
      // The schema of this very request has read the arguments; TypeScript cannot follow the pair through the table.
      const handler = handlers[request] as (args: unknown) => Promise<unknown>
      return { ok: true, value: await handler(read.data) }
    } catch (thrown) {
      return thrown instanceof Refused ? refusal(thrown.code, thrown.message) : refusal('failed', whyFailed(thrown))
    }
  }
}

/** What goes wrong with the disk most is said in words. */
function whyFailed(thrown: unknown): string {
  const code = errorCode(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'The disk is full, so this could not be saved.'
  if (code === 'EROFS') return 'The disk can only be read, so this could not be saved.'
  return thrown instanceof Error ? thrown.message : String(thrown)
}

function isEngineRequest(request: string, handlers: Handlers): request is EngineRequest {
  return Object.hasOwn(handlers, request)
}

function refusal(code: string, text: string): Answer<never> {
  return { ok: false, problem: { code, text } }
}
