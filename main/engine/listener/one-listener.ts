import type { AddressInfo } from 'node:net'
import type { SMTPServerAddress, SMTPServerOptions, SMTPServerSession } from 'smtp-server'
import type { ListenerSettings, ListenerState, Settings } from '../../contract/index.ts'
import { SmtpFailure } from '../mail/index.ts'
import { errorCode } from '../system/index.ts'
import { compileNetworks } from './access.ts'
import { findAccount } from './accounts.ts'
import { clientOf } from './envelope.ts'
import { toRefusal } from './edge.ts'
import type { RefusalReason } from './edge.ts'
import { accountOf, declaredBytes, refuseSender, tooManyMessages, tooManyRecipients } from './policy.ts'
import type { Refusal } from './policy.ts'
import type { MessageRate } from './rate.ts'
import { OfficeServer } from './server.ts'
import { takeMessage } from './transaction.ts'
import type { ListenerDependencies } from './types.ts'

/** RFC 5321 §4.5.3.2.7 asks servers for five minutes; scanners that warm up between pages need more. */
const IDLE_MS = 10 * 60_000
/** The library itself gives up this much later than we do. */
const CLOSE_MARGIN_MS = 1_000

/** One address and port of one listener, open. */
export interface OpenListener {
  readonly state: ListenerState
  close(graceMs: number): Promise<void>
}

/** @throws Error with words for people when the port cannot be opened */
export async function openListener(
  listener: ListenerSettings,
  bind: { readonly address: string; readonly port: number },
  dependencies: ListenerDependencies,
  rate: MessageRate,
): Promise<OpenListener> {
  const server = new OfficeServer(
    { ...(await tlsOptions(listener, dependencies)), ...sessionOptions(listener, dependencies, rate) },
    // Settings may change while the listener stays open, so networks are asked for at each connection.
    (address) => compileNetworks(dependencies.settings().access.networks).includes(address),
  )
  const address = await new Promise<AddressInfo>((resolve, reject) => {
    const onError = (thrown: Error): void => reject(new Error(openingProblem(thrown, bind), { cause: thrown }))
    server.once('error', onError)
    server.listen({ port: bind.port, host: bind.address, ipv6Only: bind.address.includes(':') }, () => {
      server.off('error', onError)
      resolve(server.server.address() as AddressInfo)
    })
  })
  // From here on an error belongs to one connection: a client that vanished or failed its handshake. Nothing is lost by it.
  server.on('error', (thrown: Error) => dependencies.problem(thrown.message, `listener ${listener.id}`))
  return {
    state: { id: listener.id, address: address.address, port: address.port, tls: listener.tls, auth: listener.auth, problem: null },
    close: (graceMs) =>
      new Promise((resolve) => {
        server.options.closeTimeout = graceMs + CLOSE_MARGIN_MS
        server.close(() => resolve())
        // Idle clients would keep the server open for the whole grace time; only those in a transaction are waited for.
        for (const connection of server.connections) {
          if (!connection._handlerPending && connection._dataStream === false) connection.send(421, '4.3.2 Mailroom is stopping', false)
        }
      }),
  }
}

async function tlsOptions(listener: ListenerSettings, dependencies: ListenerDependencies): Promise<SMTPServerOptions> {
  if (listener.tls === 'none') return { disabledCommands: ['STARTTLS', ...(listener.auth === 'none' ? ['AUTH'] : [])] }
  const identity = await dependencies.certificate()
  return {
    secure: listener.tls === 'implicit',
    ...identity,
    minVersion: 'TLSv1.2',
    disabledCommands: listener.auth === 'none' ? ['AUTH'] : [],
  }
}

function sessionOptions(listener: ListenerSettings, dependencies: ListenerDependencies, rate: MessageRate): SMTPServerOptions {
  const settings = (): Settings => dependencies.settings()
  const { limits, server } = settings()
  const known = (session: SMTPServerSession): boolean => compileNetworks(settings().access.networks).includes(session.remoteAddress)

  /** Tells the client, and the log who it was and what it tried. */
  function refuse(refusal: Refusal, session: SMTPServerSession, recipient: string, sender?: string): Error {
    const mailFrom = session.envelope.mailFrom
    dependencies.refused({
      client: clientOf(session, listener.id),
      code: refusal.failure.code,
      text: `${refusal.failure.status} ${refusal.failure.message}`,
      reason: refusal.reason,
      sender: sender ?? (mailFrom === false ? '' : mailFrom.address),
      recipient,
    })
    return toRefusal(refusal.failure)
  }

  return {
    name: server.hostname,
    banner: 'Mailroom',
    heloResponse: '%s at your service',
    size: limits.maxMessageBytes,
    rejectOversized: true,
    maxClients: limits.maxConnections,
    socketTimeout: IDLE_MS,
    authMethods: ['PLAIN', 'LOGIN', 'CRAM-MD5'],
    // Whether a sign-in is needed is decided at MAIL FROM, where the refusal can be told with its reason.
    authOptional: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    hideDSN: false,
    hideREQUIRETLS: false,
    lenientAddressParsing: false,
    logger: false,

    onAuth(auth, session, callback) {
      const account = findAccount(settings().access.accounts, auth)
      if (account !== null) callback(null, { user: account.name })
      else callback(refuse(failedSignIn(), session, ''))
    },

    onMailFrom(mailFrom, session, callback) {
      checkSender(mailFrom, session).then(
        (refusal) => callback(refusal === null ? null : refuse(refusal, session, '', mailFrom.address)),
        (thrown: unknown) => callback(toRefusal(thrown)),
      )
    },

    onRcptTo(recipient, session, callback) {
      const limit = settings().limits.maxRecipients
      const refusal = session.envelope.rcptTo.length >= limit ? tooManyRecipients(limit) : null
      callback(refusal === null ? null : refuse(refusal, session, recipient.address))
    },

    onData(stream, session, callback) {
      takeMessage(stream, session, listener.id, dependencies).then(
        (id) => callback(null, `2.0.0 Stored as ${id}`),
        (thrown: unknown) => {
          const refusal = toRefusal(thrown)
          // A client that hung up hears nothing; all others are told, and so is the log.
          if (errorCode(thrown) !== 'ECONNECTION')
            refuse({ failure: refusal.cause as SmtpFailure, reason: reasonOf(refusal.responseCode) }, session, '')
          callback(refusal)
        },
      )
    },
  }

  async function checkSender(mailFrom: SMTPServerAddress, session: SMTPServerSession): Promise<Refusal | null> {
    const refusal = refuseSender({
      listener,
      settings: settings(),
      inNetworks: known(session),
      account: accountOf(session),
      secure: session.secure,
      reversePath: mailFrom.address,
      declaredBytes: declaredBytes(mailFrom),
      queuedBytes: dependencies.spool.bytes,
      freeBytes: await dependencies.spool.freeBytes(),
    })
    if (refusal !== null) return refusal
    return rate.take(session.remoteAddress, settings().limits.maxMessagesPerHour) ? null : tooManyMessages()
  }
}

function failedSignIn(): Refusal {
  return { failure: new SmtpFailure(535, '7.8', 'User name or password is wrong'), reason: 'sign-in-failed' }
}

function reasonOf(code: number): RefusalReason {
  if (code === 552) return 'too-large'
  if (code === 554) return 'loop'
  return code === 452 ? 'disk-low' : 'storage'
}

/** Why a port cannot be opened, and what to do about it. */
function openingProblem(thrown: Error, bind: { readonly address: string; readonly port: number }): string {
  const where = `${bind.address} port ${bind.port}`
  switch (errorCode(thrown)) {
    case 'EADDRINUSE':
      return `Another program already listens on ${where}. End that program, or choose another port.`
    case 'EACCES':
      return `This system does not let Mailroom open ${where}. Ports below 1024 need special permission; choose 2525 or another high port.`
    case 'EADDRNOTAVAIL':
      return `This computer has no address ${bind.address}. Correct "bind", or use 0.0.0.0 for all addresses.`
    default:
      return `${where} cannot be opened: ${thrown.message}`
  }
}
