import type { QueueEntry } from '../contract/index.ts'
import { connectControl } from '../control/index.ts'
import type { ControlClient } from '../control/index.ts'
import { EXIT, clockTime, harmless, print, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'

export type QueueAction = 'list' | 'show' | 'retry' | 'hold' | 'release' | 'cancel'

const DONE = { retry: 'is tried now.', hold: 'is held until it is released.', release: 'goes on.', cancel: 'is given up.' } as const

/** `mailroom queue …`: asks the running engine. @throws ControlProblem when there is none */
export async function queueCommand(
  action: QueueAction,
  id: string | undefined,
  options: { readonly data: string; readonly json?: boolean; readonly all?: boolean; readonly bounce?: boolean },
): Promise<ExitCode> {
  const client = await connectControl(options.data)
  try {
    if (action === 'list') return list(await client.ask('queue.list', {}), options.json === true)
    if (action === 'retry' && options.all === true) {
      await client.ask('queue.retryAll', {})
      tell('Everything that waits is tried now.')
      return EXIT.ok
    }
    const entry = (await client.ask('queue.list', {})).find((one) => one.id === id)
    if (entry === undefined) {
      tell(`No waiting message has the id ${harmless(id ?? '')}. "mailroom queue list" shows those that wait.`)
      return EXIT.no
    }
    if (action === 'show') return await show(client, entry, options.json === true)
    await act(client, action, entry.id, options.bounce === true)
    tell(`${entry.id} ${DONE[action]}`)
    return EXIT.ok
  } finally {
    client.close()
  }
}

function act(client: ControlClient, action: Exclude<QueueAction, 'list' | 'show'>, id: string, bounce: boolean): Promise<void> {
  switch (action) {
    case 'retry':
      return client.ask('queue.retry', { ids: [id] })
    case 'hold':
      return client.ask('queue.hold', { ids: [id] })
    case 'release':
      return client.ask('queue.release', { ids: [id] })
    case 'cancel':
      return client.ask('queue.cancel', { ids: [id], bounce })
  }
}

/** The shape that scripts can rely on (docs/command.md). */
function forScripts(entry: QueueEntry): unknown {
  const { id, createdAt, sender, size, held } = entry
  const recipients = entry.recipients.map(({ address, status, route, retryNum, nextAttemptAt, lastReply }) => ({
    address,
    status,
    route,
    retryNum,
    nextAttemptAt,
    lastReply,
  }))
  return { id, createdAt, sender, size, held, recipients }
}

function list(entries: readonly QueueEntry[], json: boolean): ExitCode {
  if (json) printJson(entries.map(forScripts))
  else if (entries.length === 0) print('Nothing waits.')
  else for (const entry of entries) print(oneLine(entry))
  return EXIT.ok
}

function oneLine(entry: QueueEntry): string {
  const waiting = entry.recipients.filter((recipient) => recipient.status === 'scheduled' || recipient.status === 'temp_fail')
  const next = Math.min(...waiting.map((recipient) => recipient.nextAttemptAt ?? Number.POSITIVE_INFINITY))
  const when = entry.held ? 'held' : Number.isFinite(next) ? `next ${clockTime(next)}` : 'being sent'
  const to = waiting.map((recipient) => harmless(recipient.address)).join(', ')
  return `${entry.id}  ${clockTime(entry.createdAt)}  ${when}  ${harmless(entry.sender) || '<>'} -> ${to}`
}

async function show(client: ControlClient, entry: QueueEntry, json: boolean): Promise<ExitCode> {
  if (json) {
    printJson(forScripts(entry))
    return EXIT.ok
  }
  print(oneLine(entry))
  for (const recipient of entry.recipients) {
    print(
      `  ${harmless(recipient.address)}: ${recipient.status}, ${recipient.retryNum} failed ${recipient.retryNum === 1 ? 'try' : 'tries'}, route ${recipient.route ?? 'not chosen yet'}`,
    )
    if (recipient.lastReply !== null) print(`    ${harmless(recipient.lastReply)}`)
  }
  print('')
  const headers = await client.ask('queue.headers', { id: entry.id })
  for (const line of headers.trimEnd().split(/\r?\n/)) print(harmless(line))
  return EXIT.ok
}
