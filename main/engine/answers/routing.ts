import type { ConfigFile } from '../config/index.ts'
import { CONTEXTS, ExpressionError, compile } from '../expression/index.ts'
import type { AnswerParts, HandlersOf } from './handlers.ts'
import { factsOf } from './questions.ts'
import { OURSELVES, submit } from './submit.ts'
import { testMessage } from './test-message.ts'

export function routingHandlers(parts: AnswerParts): HandlersOf<'routing' | 'relay' | 'message'> {
  const { config, delivery } = parts
  /** Tests that can be stopped, by the name of their run. */
  const running = new Map<string, AbortController>()
  return {
    'routing.explain': (question) => parts.router().explain(factsOf(question, parts.devicePort()), question.resolve),
    'routing.checkExpression': ({ text, context }) => {
      try {
        compile(text, CONTEXTS[context])
        return { problem: null }
      } catch (thrown) {
        if (!(thrown instanceof ExpressionError)) throw thrown
        const { kind, message, column, suggestion } = thrown
        return { problem: { kind, message, column, suggestion: suggestion ?? null } }
      }
    },

    'relay.test': async (test) => {
      const abort = new AbortController()
      const { run } = test
      const password = test.password ?? storedPassword(config, test.routeId)
      if (run === undefined) return delivery.testRelay({ ...test, password }, abort.signal)
      running.get(run)?.abort()
      running.set(run, abort)
      try {
        return await delivery.testRelay({ ...test, password }, abort.signal, (line) => parts.tell('relay.testLine', { run, line }))
      } finally {
        if (running.get(run) === abort) running.delete(run)
      }
    },
    'relay.stopTest': ({ run }) => running.get(run)?.abort(),
    'message.sendTest': async ({ to, from }) => {
      const { spool, clock } = parts.submitting
      const entryId = spool.newId()
      const { hostname } = config.current.settings.server
      const own = await testMessage({ to, from, hostname, id: entryId, now: clock.now() })
      await submit(parts.submitting, entryId, { ...own, client: { ...OURSELVES, port: parts.devicePort(), helo: hostname } })
      return { entryId }
    },
  }
}

function storedPassword(config: ConfigFile, routeId: string | null): string {
  const route = routeId === null ? undefined : config.current.settings.queue.routes[routeId]
  return route?.type === 'relay' ? (route.auth?.secret ?? '') : ''
}
