import { requests } from '../contract/index.ts'
import type { ActivityEvent, Answer, Args, ConfigState, RequestName, Result, Status } from '../contract/index.ts'
import type { Activity } from './activity/index.ts'
import { redactText } from './config/index.ts'
import type { ConfigFile } from './config/index.ts'
import type { Delivery } from './delivery/index.ts'
import { CONTEXTS, ExpressionError, compile } from './expression/index.ts'
import type { Queue } from './queue/index.ts'
import { factsOf } from './questions.ts'
import type { Router } from './routing/index.ts'
import type { SecretStore } from './secrets/index.ts'
import type { Spool } from './spool/index.ts'
import { OURSELVES, submit } from './submit.ts'
import type { SubmitParts } from './submit.ts'
import { testMessage } from './test-message.ts'

const HEADER_BYTES = 64 * 1024

/** What requests are answered from. */
export interface AnswerParts {
  readonly activity: Activity
  readonly queue: Queue
  readonly config: ConfigFile
  readonly configPath: string
  readonly secrets: SecretStore
  readonly spool: Pick<Spool, 'readHeaders'>
  readonly delivery: Delivery
  readonly submitting: SubmitParts
  router(): Router
  status(): Status
  pause(paused: boolean): void
  /** The port of the first open listener, for questions about a message that a device would send; 0 when there is none. */
  devicePort(): number
}

/** Requests that only the shell can answer. */
type ShellRequest = 'clipboard.write' | 'window.openConfigFile'
type EngineRequest = Exclude<RequestName, ShellRequest>
type Handlers = { readonly [R in EngineRequest]: (args: Args<R>) => Promise<Result<R>> | Result<R> }

/** A request that makes sense and cannot be met; its text is for people. */
class Refused extends Error {
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Answers one request of a window or of the command. Arguments are unknown until their schema has read them; refusals come back as values.
 * Never throws.
 */
export function createAnswerer(parts: AnswerParts): (request: string, args: unknown) => Promise<Answer<unknown>> {
  const handlers = handlersOf(parts)
  return async (request, args) => {
    if (!isEngineRequest(request, handlers)) return refusal('unknown-request', `There is no request "${request}".`)
    const read = requests[request].args.safeParse(args)
    if (!read.success) return refusal('bad-request', `The request "${request}" cannot be read: ${read.error.message}`)
    try {
      // The schema of this very request has read the arguments; TypeScript cannot follow the pair through the table.
      const handler = handlers[request] as (args: unknown) => Promise<unknown>
      return { ok: true, value: await handler(read.data) }
    } catch (thrown) {
      return thrown instanceof Refused
        ? refusal(thrown.code, thrown.message)
        : refusal('failed', thrown instanceof Error ? thrown.message : String(thrown))
    }
  }
}

function isEngineRequest(request: string, handlers: Handlers): request is EngineRequest {
  return Object.hasOwn(handlers, request)
}

function refusal(code: string, text: string): Answer<never> {
  return { ok: false, problem: { code, text } }
}

function handlersOf(parts: AnswerParts): Handlers {
  const { activity, queue, config, secrets, delivery } = parts
  return {
    'status.get': () => parts.status(),
    'delivery.pause': ({ paused }) => parts.pause(paused),
    'alert.dismiss': ({ key }) => activity.clear(key),

    'activity.rows': async (query) => {
      const found = await activity.rows(query)
      return { rows: [...found.rows], more: found.more, counts: { ...found.counts } }
    },
    'activity.message': async ({ entryId }) => [...(await activity.ofEntry(entryId))],
    'activity.events': (query) => eventsOf(activity, query),

    'queue.list': () => queue.list(),
    'queue.retry': ({ ids }) => each(ids, (id) => queue.retryNow(id, 'person')),
    'queue.retryAll': () => queue.retryAll('person'),
    'queue.hold': ({ ids }) => each(ids, (id) => queue.hold(id, 'person')),
    'queue.release': ({ ids }) => each(ids, (id) => queue.release(id)),
    'queue.cancel': ({ ids, bounce }) => each(ids, (id) => queue.cancel(id, bounce)),
    'queue.headers': async ({ id }) => {
      if (queue.get(id) === undefined) throw new Refused('not-waiting', 'This message does not wait any more.')
      return (await parts.spool.readHeaders(id, HEADER_BYTES)).toString('utf8')
    },

    'config.get': () => configStateOf(config, parts.configPath),
    'config.check': async ({ text }) => [...(await config.check(text))],
    'config.saveText': async ({ text }) => {
      const { saved, issues } = await config.saveText(text)
      return { saved, issues: [...issues] }
    },
    'config.change': async ({ changes, secrets: given }) => {
      for (const { name, value } of given) await secrets.set(name, value)
      const { saved, issues } = await config.change(changes)
      return { saved, issues: [...issues] }
    },

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

    'relay.test': (test) =>
      delivery.testRelay({ ...test, password: test.password ?? storedPassword(config, test.routeId) }, new AbortController().signal),
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

/** Some of the messages may have ended meanwhile; when all have, the person is told. */
async function each(ids: readonly string[], act: (id: string) => boolean | Promise<boolean>): Promise<void> {
  const done = await Promise.all(ids.map(async (id) => act(id)))
  if (ids.length > 0 && !done.includes(true)) throw new Refused('not-waiting', 'It does not wait any more.')
}

export function configStateOf(config: ConfigFile, path: string): ConfigState {
  const { latest, current } = config
  return {
    path,
    text: redactText(latest.text),
    inForce: latest === current && latest.usable,
    issues: [...latest.issues],
    settings: current.view,
  }
}

function storedPassword(config: ConfigFile, routeId: string | null): string {
  const route = routeId === null ? undefined : config.current.settings.queue.routes[routeId]
  return route?.type === 'relay' ? (route.auth?.secret ?? '') : ''
}

async function eventsOf(activity: Activity, query: Args<'activity.events'>): Promise<ActivityEvent[]> {
  if (query.afterSeq !== null) return activity.since(query.afterSeq).slice(0, query.limit)
  const events: ActivityEvent[] = []
  for await (const event of activity.read({ sinceAt: query.sinceAt })) {
    events.push(event)
    if (events.length === query.limit) break
  }
  return events
}
