import { X509Certificate } from 'node:crypto'
import { Duplex } from 'node:stream'
import { TLSSocket, connect, createSecureContext } from 'node:tls'
import type { ServerIdentity } from '../../system/index.ts'

/**
 * The certificate that clients of this identity get to see. Node reads PKCS#12 but does not tell what is in it, so it is asked by a handshake
 * with itself, within memory. That shows as well that it can be served.
 */
export function leafOf(identity: ServerIdentity): Promise<X509Certificate> {
  const [here, there] = pipe()
  const server = new TLSSocket(here, { isServer: true, secureContext: createSecureContext(identity) })
  const client = connect({ socket: there, rejectUnauthorized: false })
  return new Promise<X509Certificate>((resolve, reject) => {
    for (const side of [server, client]) side.on('error', reject)
    // A server without a certificate ends the handshake from its side, which it tells under this name.
    server.on('_tlsError', reject)
    for (const side of [here, there]) side.on('close', () => reject(new Error('the handshake ended early')))
    client.once('secureConnect', () => {
      const { raw } = client.getPeerCertificate() as { raw?: Buffer }
      if (raw === undefined) reject(new Error('there is no certificate in it'))
      else resolve(new X509Certificate(raw))
    })
  }).finally(() => {
    client.destroy()
    server.destroy()
  })
}

/** Two ends of one line. */
function pipe(): [Duplex, Duplex] {
  const ends: Duplex[] = []
  const end = (other: number): Duplex =>
    new Duplex({
      read: () => undefined,
      write(chunk, _encoding, done) {
        ends[other]?.push(chunk)
        done()
      },
      final(done) {
        ends[other]?.push(null)
        done()
      },
    })
  ends.push(end(1), end(0))
  return [ends[0] as Duplex, ends[1] as Duplex]
}
