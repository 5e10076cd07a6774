import type { ListenerSettings } from '../../../contract/index.ts'
import { TlsError } from '../../system/index.ts'
import type { Connection, ServerIdentity, TlsSession } from '../../system/index.ts'
import { compileNetworks } from '../access.ts'
import type { ListenerDependencies } from '../types.ts'

const HANDSHAKE_MS = 30_000
const PRIVATE = compileNetworks(['private'])

/** This computer or the office's own network, where old devices are. */
export function isPrivate(address: string): boolean {
  return PRIVATE.includes(address)
}

/** TLS as this listener wants it. Old versions are for private addresses alone, whatever the listener says. @throws TlsError */
export function shakeHands(
  connection: Connection,
  identity: ServerIdentity,
  { tlsProfile }: ListenerSettings,
  { network }: Pick<ListenerDependencies, 'network'>,
): Promise<Connection> {
  const legacy = tlsProfile === 'legacy' && isPrivate(connection.remoteAddress)
  return network.acceptTls(connection, { identity, legacy, timeoutMs: HANDSHAKE_MS })
}

/** A version that nobody should need any more (RFC 8996). */
export function isLegacy(tls: TlsSession | null): boolean {
  return /^TLSv1(?:\.1)?$/.test(tls?.version ?? '')
}

export function handshakeProblem(thrown: unknown, address: string): string {
  if (thrown instanceof TlsError) return `No encryption with ${address}: ${thrown.message}`
  return `No encryption with ${address}, since the certificate cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}`
}
