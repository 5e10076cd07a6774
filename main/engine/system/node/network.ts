import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'
import { connect as connectTls, rootCertificates } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { TlsError } from '../network.ts'
import type { Connection, InterfaceAddress, Network, TlsOptions } from '../network.ts'
import { errorCode } from '../disk.ts'
import { acceptTls, listen } from './listen.ts'
import { createNodeResolver } from './resolver.ts'

/** The real network. */
export function createNodeNetwork(): Network {
  return {
    connect: (target) =>
      new Promise((resolve, reject) => {
        const socket = connectTcp({
          host: target.address,
          port: target.port,
          noDelay: true,
          ...(target.localAddress === undefined ? {} : { localAddress: target.localAddress }),
        })
        const timer = setTimeout(() => {
          fail(Object.assign(new Error(`no answer from ${target.address} port ${target.port}`), { code: 'ETIMEDOUT' }))
        }, target.timeoutMs)
        function fail(problem: Error): void {
          clearTimeout(timer)
          socket.destroy()
          // A socket destroyed while connecting may still report; nobody is waiting for that any more.
          socket.on('error', () => undefined)
          reject(problem)
        }
        socket.once('error', fail)
        socket.once('connect', () => {
          clearTimeout(timer)
          socket.off('error', fail)
          resolve(asConnection(socket, null))
        })
      }),
    startTls,
    listen,
    acceptTls,
    resolver: (options) => createNodeResolver(options),
    async lookup(name) {
      // In the order of the answer, which is what Node does unless told otherwise.
      const found = await lookup(name, { all: true })
      return found.map((entry) => entry.address)
    },
    interfaces: ownAddresses,
    hostname: () => hostname(),
  }
}

function asConnection(socket: Socket, tls: Connection['tls']): Connection {
  return {
    stream: socket,
    localAddress: socket.localAddress ?? '',
    remoteAddress: socket.remoteAddress ?? '',
    remotePort: socket.remotePort ?? 0,
    tls,
  }
}

function startTls(connection: Connection, options: TlsOptions): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: connection.stream,
      // RFC 6066 §3: an IP address is never sent as server name; it is still checked against the certificate.
      ...(isIP(options.serverName) === 0 ? { servername: options.serverName } : { host: options.serverName }),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...(options.extraCertificates === undefined ? {} : { ca: [...rootCertificates, ...options.extraCertificates] }),
    })
    const timer = setTimeout(() => fail(new TlsError('timeout', 'ETIMEDOUT', 'the TLS handshake took too long')), options.timeoutMs)
    function fail(problem: TlsError): void {
      clearTimeout(timer)
      socket.destroy()
      socket.on('error', () => undefined)
      reject(problem)
    }
    const onError = (thrown: Error): void => fail(new TlsError('handshake', errorCode(thrown), thrown.message, thrown))
    const onClose = (): void => fail(new TlsError('handshake', 'ECONNRESET', 'the connection closed during the TLS handshake'))
    socket.once('error', onError)
    socket.once('close', onClose)
    socket.once('secureConnect', () => {
      clearTimeout(timer)
      const refusal = refusalOf(socket)
      if (refusal !== null && !options.allowInvalidCertificates) {
        fail(new TlsError('certificate', refusal, `the certificate of ${options.serverName} is not trusted: ${refusal}`))
        return
      }
      socket.off('error', onError)
      socket.off('close', onClose)
      resolve({
        stream: socket,
        localAddress: connection.localAddress,
        remoteAddress: connection.remoteAddress,
        remotePort: connection.remotePort,
        tls: {
          version: socket.getProtocol() ?? '',
          cipher: socket.getCipher().name,
          authorized: refusal === null,
          authorizationError: refusal,
          fingerprint: fingerprintOf(socket),
        },
      })
    })
  })
}

/** A peer without a certificate gives an empty object, whatever the type says. */
function fingerprintOf(socket: TLSSocket): string | null {
  const certificate: Partial<ReturnType<TLSSocket['getPeerCertificate']>> = socket.getPeerCertificate()
  return certificate.fingerprint256 ?? null
}

/** With rejectUnauthorized off Node reports chain and name problems here instead of ending the connection. */
function refusalOf(socket: TLSSocket): string | null {
  if (socket.authorized) return null
  const problem: unknown = socket.authorizationError
  if (problem instanceof Error) return errorCode(problem) || problem.message
  return typeof problem === 'string' ? problem : 'UNKNOWN'
}

function ownAddresses(): InterfaceAddress[] {
  return Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map((entry) => ({
      address: entry.address,
      family: entry.family === 'IPv6' ? (6 as const) : (4 as const),
      prefix: Number(entry.cidr?.split('/')[1] ?? (entry.family === 'IPv6' ? 128 : 32)),
      internal: entry.internal,
    })),
  )
}
