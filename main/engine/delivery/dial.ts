import { isIP } from 'node:net'
import type { Connection } from '../system/index.ts'
import { TlsError, errorCode } from '../system/index.ts'
import { FaultError } from './fault.ts'
import type { SessionOptions, SessionWorld } from './session-options.ts'

/** Opens the TCP connection. @throws FaultError `connect`, or `cancelled` as soon as the attempt is abandoned */
export async function dial(options: SessionOptions, world: SessionWorld): Promise<Connection> {
  const { address, port, localAddress, timeoutMs, host } = options
  world.transcript.note(
    `Connecting to ${host === address ? '' : `${host} `}[${address}]:${port}${localAddress === undefined ? '' : ` from ${localAddress}`}`,
  )
  const target = { address, port, timeoutMs: timeoutMs.connect, ...(localAddress === undefined ? {} : { localAddress }) }
  try {
    if (world.signal.aborted) throw new FaultError({ kind: 'cancelled', stage: null })
    return await abandonable(world.network.connect(target), world.signal)
  } catch (error) {
    if (error instanceof FaultError) throw error
    const code = errorCode(error)
    world.transcript.note(`No connection: ${code || String(error)}`)
    throw new FaultError({ kind: 'connect', code, detail: error instanceof Error ? error.message : String(error) }, error)
  }
}

/** Waits no longer once the attempt is abandoned; a connection that opens after that is closed at once. */
function abandonable(opening: Promise<Connection>, signal: AbortSignal): Promise<Connection> {
  return new Promise<Connection>((resolve, reject) => {
    const onAbort = (): void => reject(new FaultError({ kind: 'cancelled', stage: null }))
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort)
    opening
      .then((connection) => {
        if (signal.aborted) connection.stream.destroy()
        resolve(connection)
      })
      .catch((error: unknown) => reject(error instanceof Error ? error : new Error(String(error))))
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Puts TLS on the connection, with the host's name to be found in the certificate (routing rules 5.3). @throws FaultError `tls`, `tls-name` */
export async function encrypt(
  connection: Connection,
  options: SessionOptions,
  timeoutMs: number,
  world: SessionWorld,
): Promise<Connection> {
  const { host, allowInvalidCertificates, tlsRequired } = options
  if (!isTlsName(host)) {
    connection.stream.destroy()
    throw new FaultError({ kind: 'tls-name', strict: tlsRequired, name: host })
  }
  try {
    const handshake = world.network.startTls(connection, { serverName: host, allowInvalidCertificates, timeoutMs })
    const secured = await abandonable(handshake, world.signal)
    world.transcript.note(tlsNote(secured))
    return secured
  } catch (error) {
    connection.stream.destroy()
    if (error instanceof FaultError) throw error
    const code = error instanceof TlsError ? error.code : errorCode(error)
    const detail = error instanceof Error ? error.message : String(error)
    world.transcript.note(`Encryption failed: ${detail}`)
    throw new FaultError({ kind: 'tls', reason: tlsReason(error, code), code, detail }, error)
  }
}

function tlsReason(error: unknown, code: string): 'certificate' | 'handshake' | 'timeout' | 'lost' {
  if (/^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)) return 'lost'
  return error instanceof TlsError ? error.kind : 'handshake'
}

function tlsNote(connection: Connection): string {
  if (connection.tls === null) return 'Encrypted'
  const { version, cipher, authorized, authorizationError } = connection.tls
  const certificate = authorized
    ? 'certificate verified'
    : `certificate not verified (${authorizationError ?? 'unknown reason'}), accepted by the settings`
  return `${version} ${cipher}, ${certificate}`
}

/** Whether a certificate can carry this name: an IP address, or labels of letters, digits, `-` and `_` (RFC 1035 §2.3.4 for the lengths). */
export function isTlsName(name: string): boolean {
  if (isIP(name) !== 0) return true
  return name.length <= 253 && /^[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_-]{1,63})*$/i.test(name)
}

/** 127.0.0.0/8 and ::1, also written as IPv4 in IPv6. */
export function isLoopback(address: string): boolean {
  const bare = address.toLowerCase().replace(/^::ffff:/, '')
  return bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}
