import type { Duplex } from 'node:stream'

/** The network as the engine knows it. A test or a simulation brings its own. */
export interface Network {
  /** @throws system errors (ECONNREFUSED, ENETUNREACH, EADDRNOTAVAIL, …) and ETIMEDOUT after `timeoutMs` */
  connect(target: ConnectTarget): Promise<Connection>
  /** TLS over an open connection, as the client. @throws TlsError */
  startTls(connection: Connection, options: TlsOptions): Promise<Connection>
  /**
   * Opens a port; port 0 takes a free one. `onConnection` gets every client, paused; it may go on writing after the client has ended its side.
   * @param onTrouble  the port itself has trouble later on; it stays open
   * @throws system errors (EADDRINUSE, EACCES, EADDRNOTAVAIL, …)
   */
  listen(at: ListenTarget, onConnection: (connection: Connection) => void, onTrouble: (error: Error) => void): Promise<ListeningPort>
  /** TLS over a connection that was accepted, as the server; nothing is asked of the client's certificate. @throws TlsError */
  acceptTls(connection: Connection, options: ServerTlsOptions): Promise<Connection>
  /** DNS by the given servers (`ip`, `ip:port`), or the system's when empty. */
  resolver(options: ResolverOptions): Resolver
  /** Addresses as the operating system finds them (hosts file, mDNS, DNS), in its order. @throws ENOTFOUND, EAI_AGAIN */
  lookup(name: string): Promise<string[]>
  /** This computer's own addresses, loopback included. */
  interfaces(): readonly InterfaceAddress[]
  hostname(): string
}

export interface ConnectTarget {
  /** An IP address, never a name. */
  readonly address: string
  readonly port: number
  /** Bind to this address of ours. */
  readonly localAddress?: string
  readonly timeoutMs: number
}

export interface ListenTarget {
  /** An IP address; `0.0.0.0` or `::` for all of a family. */
  readonly address: string
  readonly port: number
}

export interface ListeningPort {
  readonly address: string
  readonly port: number
  /** Takes no more clients; the port is free when it resolves. Open connections stay. */
  close(): Promise<void>
}

export interface Connection {
  readonly stream: Duplex
  readonly localAddress: string
  readonly remoteAddress: string
  readonly remotePort: number
  /** null until TLS is on. */
  readonly tls: TlsSession | null
}

export interface TlsSession {
  /** `TLSv1.3`. */
  readonly version: string
  readonly cipher: string
  /** Chain and name were checked and are good. */
  readonly authorized: boolean
  /** Why not, when `authorized` is false (`DEPTH_ZERO_SELF_SIGNED_CERT`, …). */
  readonly authorizationError: string | null
  /** SHA-256 of the peer's certificate, `AB:CD:…`. */
  readonly fingerprint: string | null
}

export interface TlsOptions {
  /** Name to check and to send as SNI; an IP address is checked and not sent. */
  readonly serverName: string
  readonly allowInvalidCertificates: boolean
  /** Additional trust anchors in PEM, for tests and offices with their own authority. */
  readonly extraCertificates?: readonly string[]
  readonly timeoutMs: number
}

/** Certificate (chain) and private key, in PEM or as PKCS#12. */
export type ServerIdentity =
  { readonly cert: string; readonly key: string } | { /** PKCS#12. */ readonly pfx: Buffer; readonly passphrase: string }

export interface ServerTlsOptions {
  /** The same object as long as it is the same certificate: what is built from it is kept. */
  readonly identity: ServerIdentity
  /** Old devices: TLS 1.0 and its ciphers too. */
  readonly legacy: boolean
  readonly timeoutMs: number
}

/** `certificate`: the chain or the name was refused; otherwise the handshake itself failed. */
export class TlsError extends Error {
  override readonly name = 'TlsError'
  readonly kind: 'certificate' | 'handshake' | 'timeout'
  readonly code: string
  constructor(kind: 'certificate' | 'handshake' | 'timeout', code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.kind = kind
    this.code = code
  }
}

export interface ResolverOptions {
  readonly servers: readonly string[]
  readonly timeoutMs: number
  readonly attempts: number
}

/**
 * Names are fully qualified, A-labels without final dot. Every call rejects with a DnsError. Answers are bounded: at most 1 000 records are
 * looked at, and a call ends after `timeoutMs * attempts` at the latest.
 */
export interface Resolver {
  /** `exchange` as in the answer without final dot; '' is the root (null MX). */
  mx(name: string): Promise<{ readonly records: readonly MxRecord[]; readonly ttlSeconds: number | null }>
  a(name: string): Promise<{ readonly addresses: readonly string[]; readonly ttlSeconds: number | null }>
  aaaa(name: string): Promise<{ readonly addresses: readonly string[]; readonly ttlSeconds: number | null }>
  txt(name: string): Promise<readonly string[]>
  ptr(address: string): Promise<readonly string[]>
}

export interface MxRecord {
  readonly preference: number
  readonly exchange: string
}

/** `missing`: NODATA. `no-such-name`: NXDOMAIN. `bad-name`: not a name that can be asked for. Everything else is `temporary`. */
export class DnsError extends Error {
  override readonly name = 'DnsError'
  readonly kind: 'missing' | 'no-such-name' | 'bad-name' | 'temporary'
  /** Node's code, for example ESERVFAIL. */
  readonly code: string
  constructor(kind: 'missing' | 'no-such-name' | 'bad-name' | 'temporary', code: string, message: string) {
    super(message)
    this.kind = kind
    this.code = code
  }
}

export interface InterfaceAddress {
  readonly address: string
  readonly family: 4 | 6
  /** Prefix length, 24 for 255.255.255.0. */
  readonly prefix: number
  readonly internal: boolean
}
