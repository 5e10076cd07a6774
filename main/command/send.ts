import { createTransport } from 'nodemailer'
import type { ActivityEvent, ListenerState } from '../contract/index.ts'
import { connectControl } from '../control/index.ts'
import type { ControlClient } from '../control/index.ts'
import { InputProblem, isRecipient, readInput, readSender } from './input.ts'
import { EXIT, clockTime, harmless, print, tell } from './output.ts'
import type { ExitCode } from './output.ts'

const ASK_AGAIN_MS = 200

export interface SendOptions {
  readonly data: string
  readonly to: string
  readonly from?: string
  readonly file?: string
}

/** `mailroom send`: hands a message to the running engine by SMTP, as a device would, and tells how the first attempt went. */
export async function sendCommand(options: SendOptions): Promise<ExitCode> {
  if (!isRecipient(options.to)) throw new InputProblem(`"${options.to}" is no mail address; write it as name@domain.`)
  const sender = options.from === undefined ? undefined : readSender(options.from)
  const message = options.file === undefined ? undefined : await readInput(options.file, 'message')
  const client = await connectControl(options.data)
  try {
    const status = await client.ask('status.get', {})
    const listener = status.listeners.find((one) => one.problem === null && one.auth !== 'required' && one.tls !== 'required')
    if (listener === undefined) {
      tell('No listener takes mail from this computer without sign-in and encryption, so there is nothing to hand a test message to.')
      return EXIT.no
    }
    const id = await handIn(listener, { from: sender ?? `mailroom@${status.hostname}`, to: [options.to] }, message)
    if (id === '') {
      tell('Accepted. What becomes of it stands in "mailroom activity".')
      return EXIT.ok
    }
    tell(`Accepted as ${id}.`)
    if (status.deliveryPaused !== 'no') {
      tell(PAUSED[status.deliveryPaused])
      return EXIT.no
    }
    return await reportEnd(client, id, options.to)
  } finally {
    client.close()
  }
}

const PAUSED = {
  'by-person': 'It waits: delivery is paused, and goes on when it is resumed in the window.',
  'by-config': 'It waits: the settings have an error, and delivery goes on when it is mended ("mailroom check" tells which).',
} as const

/**
 * @returns the entry's id, from the reply to the final dot; '' when the reply does not tell it
 * @throws InputProblem with the listener's answer when it does not take the message
 */
async function handIn(
  listener: ListenerState,
  envelope: { readonly from: string; readonly to: string[] },
  message: Buffer | undefined,
): Promise<string> {
  const transport = createTransport({
    host: reachable(listener.address),
    port: listener.port,
    secure: listener.tls === 'implicit',
    // Our own certificate is made by ourselves, and the message does not leave this computer on this hop.
    tls: { rejectUnauthorized: false },
  })
  try {
    const sent = await transport.sendMail(message === undefined ? { envelope, ...envelope, ...TEST_MESSAGE } : { envelope, raw: message })
    return /Stored as (\S+)/.exec(sent.response)?.[1] ?? ''
  } catch (thrown) {
    const answer = thrown instanceof Error && 'response' in thrown && typeof thrown.response === 'string' ? thrown.response : undefined
    const reason = answer ?? (thrown instanceof Error ? thrown.message : String(thrown))
    throw new InputProblem(`The listener on port ${listener.port} did not take the message: ${harmless(reason)}`, { cause: thrown })
  } finally {
    transport.close()
  }
}

const TEST_MESSAGE = { subject: 'Mailroom test message', text: 'This is a test message from Mailroom. It arrived.\n' }

function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  return address === '::' ? '::1' : address
}

/** Waits for the end, or for the first attempt that was put off: the queue goes on by itself then. */
async function reportEnd(client: ControlClient, entryId: string, to: string): Promise<ExitCode> {
  for (;;) {
    const events = await client.ask('activity.message', { entryId })
    const ended = events.find((event) => event.type === 'ended')
    const attempt = [...events].reverse().find((event) => event.type === 'attempted')
    if (ended !== undefined) {
      const good = ended.disposition === 'delivered' || ended.disposition === 'relayed'
      print(`${ended.disposition}: ${to}: ${harmless(ended.text)}`)
      return good ? EXIT.ok : EXIT.no
    }
    if (attempt !== undefined && putOff(attempt)) return EXIT.no
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS))
  }
}

function putOff(attempt: Extract<ActivityEvent, { type: 'attempted' }>): boolean {
  const result = attempt.results.find((one) => one.outcome === 'temp_fail')
  if (result === undefined) return false
  print(`put off by ${harmless(attempt.route || 'the rules')}: ${harmless(result.text)}`)
  if (result.nextAttemptAt !== null) print(`It waits and is tried again at ${clockTime(result.nextAttemptAt)}.`)
  return true
}
