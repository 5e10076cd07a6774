import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import type { Args, RequestName, Result } from '../contract/index.ts'
import { requests } from '../contract/index.ts'
import { controlAnswer, controlPath } from './protocol.ts'

export interface ControlClient {
  /** @throws ControlProblem with the engine's own words, or when the engine went away */
  ask<R extends RequestName>(request: R, args: Args<R>): Promise<Result<R>>
  close(): void
}

export class ControlProblem extends Error {
  override readonly name = 'ControlProblem'
  readonly code: string
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

/** @throws ControlProblem `not-running` when no engine runs on this data folder */
export async function connectControl(dataFolder: string): Promise<ControlClient> {
  const socket = connect(controlPath(dataFolder))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (thrown) =>
      reject(new ControlProblem('not-running', `No Mailroom is running on the data folder ${dataFolder}.`, thrown)),
    )
  })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (problem: Error) => void }>()
  const lines = createInterface({ input: socket })
  // It says again what the socket said; whoever waits for an answer hears of it below.
  lines.on('error', () => undefined)
  lines.on('line', (line) => {
    const answer = controlAnswer.parse(JSON.parse(line))
    const waiter = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (answer.ok) waiter?.resolve(answer.value)
    else waiter?.reject(new ControlProblem(answer.problem.code, answer.problem.text))
  })
  let isGone = false
  const stopped = (): ControlProblem => new ControlProblem('stopped', 'Mailroom stopped before it answered.')
  const gone = (): void => {
    isGone = true
    for (const waiter of waiting.values()) waiter.reject(stopped())
    waiting.clear()
  }
  socket.on('close', gone)
  socket.on('error', gone)
  let lastId = 0
  return {
    async ask(request, args) {
      if (isGone) throw stopped()
      const id = ++lastId
      const value = await new Promise<unknown>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        socket.write(`${JSON.stringify({ id, request, args })}\n`)
      })
      // JSON has no undefined: a request without a result answers nothing.
      return requests[request].result.parse(value ?? undefined) as Result<typeof request>
    },
    close: () => socket.destroy(),
  }
}
