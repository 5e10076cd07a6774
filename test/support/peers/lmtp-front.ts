import { createTransport } from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import type { KeyPair } from './certificates.ts'
import { ownAddress } from './loopback.ts'
import type { Defer } from './processes.ts'

export interface LmtpFrontOptions {
  /** Where it hands messages on, one conversation a recipient. */
  readonly behind: { readonly address: string; readonly port: number }
  readonly user: string
  readonly password: string
  readonly certificate: KeyPair
}

export interface LmtpFront {
  readonly address: string
  readonly port: number
  /** How each message's session was: encrypted, and who had signed in. */
  readonly sessions: readonly { readonly secure: boolean; readonly user: string }[]
}

/** Dovecot's LMTP asks nobody for a password. This stands before it, encrypts, asks for one, and hands on with each recipient's own reply. */
export async function startLmtpFront(defer: Defer, options: LmtpFrontOptions): Promise<LmtpFront> {
  const address = ownAddress()
  const sessions: { secure: boolean; user: string }[] = []
  const server = new SMTPServer({
    lmtp: true,
    key: options.certificate.key,
    cert: options.certificate.cert,
    disableReverseLookup: true,
    onAuth(auth, _session, callback) {
      const right = auth.username === options.user && auth.password === options.password
      if (right) callback(null, { user: options.user })
      else callback(Object.assign(new Error('5.7.8 no'), { responseCode: 535 }))
    },
    onData(stream, session, callback) {
      sessions.push({ secure: session.secure, user: typeof session.user === 'string' ? session.user : '' })
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom === false ? '' : mailFrom.address
        const replies = rcptTo.map(({ address: to }) => handOn(options.behind, { from, to: [to] }, Buffer.concat(chunks)))
        // One reply for each recipient (RFC 2033 §4.2), which the library's types do not know.
        void Promise.all(replies).then((all) => (callback as (error: null, replies: readonly (string | Error)[]) => void)(null, all))
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(24, address, resolve))
  defer(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { address, port: 24, sessions }
}

async function handOn(
  behind: LmtpFrontOptions['behind'],
  envelope: { readonly from: string; readonly to: string[] },
  raw: Buffer,
): Promise<string | Error> {
  const transport = createTransport({ host: behind.address, port: behind.port, lmtp: true, ignoreTLS: true })
  try {
    const sent = await transport.sendMail({ envelope, raw })
    return sent.response.replace(/^250 /, '')
  } catch (thrown) {
    const { response, responseCode } = thrown as { response?: string; responseCode?: number }
    return Object.assign(new Error((response ?? 'failed').replace(/^\d{3} /, '')), { responseCode: responseCode ?? 451 })
  } finally {
    transport.close()
  }
}
