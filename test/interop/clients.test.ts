import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { capture } from '../../scripts/house.ts'
import { startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { Cleanups, peerFolder } from '../support/peers/processes.ts'

const CONFIG = `[server]
hostname = "mailroom.test"
[server.listener]
lan = { bind = ["127.0.0.1:0", "[::1]:0"], tls = "optional" }
implicit = { bind = ["127.0.0.1:0"], tls = "implicit" }
[access]
networks = ["loopback"]
[access.account.scanner]
secret = "pa55"
[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"
`
const LOGIN = ['--auth-user', 'scanner', '--auth-password', 'pa55']

let mailroom: Mailroom
let made = 0

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  mailroom = await startMailroom(defer, { config: CONFIG })
  return run
})

function portOf(id: string, address = '127.0.0.1'): string {
  return String(mailroom.listeners.find((listener) => listener.id === id && listener.address === address)?.port ?? 0)
}

/** How the message of this recipient came in, as the log knows it and as its trace says. */
async function cameIn(to: string): Promise<{ source: string; tls: boolean; oddities: readonly string[] }> {
  const accepted = (await mailroom.events()).find((event) => event.type === 'accepted' && event.recipients.includes(to))
  if (accepted?.type !== 'accepted') throw new Error(`Nothing has come in for ${to}.`)
  return { source: accepted.source, tls: accepted.client.tls !== null, oddities: accepted.oddities ?? [] }
}

const CLEAR = { source: 'unauthenticated', tls: false }
const ENCRYPTED = { source: 'unauthenticated', tls: true }
const KNOWN = { source: 'authenticated', tls: false }
const BOTH = { source: 'authenticated', tls: true }

test.each<[string, string, readonly string[], { source: string; tls: boolean }]>([
  ['SMTP, which says HELO', 'lan', ['--protocol', 'SMTP'], CLEAR],
  ['ESMTP', 'lan', ['--protocol', 'ESMTP'], CLEAR],
  ['ESMTP, pipelined', 'lan', ['--protocol', 'ESMTP', '--pipeline'], CLEAR],
  ['STARTTLS', 'lan', ['--tls'], ENCRYPTED],
  ['STARTTLS, pipelined', 'lan', ['--tls', '--pipeline'], ENCRYPTED],
  ['STARTTLS where there is one', 'lan', ['--tls-optional'], ENCRYPTED],
  ['TLS from the first octet', 'implicit', ['--tls-on-connect'], ENCRYPTED],
  ['SMTPS, which says HELO under TLS', 'implicit', ['--protocol', 'SMTPS'], ENCRYPTED],
  ['SSMTPA', 'implicit', ['--protocol', 'SSMTPA', ...LOGIN], BOTH],
  ['ESMTPA in the clear on this computer', 'lan', ['--protocol', 'ESMTPA', ...LOGIN], KNOWN],
  ['ESMTPSA by PLAIN', 'lan', ['--protocol', 'ESMTPSA', '--auth', 'PLAIN', ...LOGIN], BOTH],
  ['ESMTPSA by LOGIN', 'lan', ['--protocol', 'ESMTPSA', '--auth', 'LOGIN', ...LOGIN], BOTH],
  ['ESMTPSA by CRAM-MD5', 'lan', ['--protocol', 'ESMTPSA', '--auth', 'CRAM-MD5', ...LOGIN], BOTH],
  ['ESMTPSA by PLAIN, pipelined', 'lan', ['--tls', '--auth', 'PLAIN', '--pipeline', ...LOGIN], BOTH],
  ['a sign-in if there is one', 'lan', ['--auth-optional', ...LOGIN], KNOWN],
  ['a null sender', 'lan', ['--from', '<>'], CLEAR],
  ['an old-style body without headers', 'lan', ['--data', 'ALARM zone 3\\n'], CLEAR],
  ['an attachment', 'lan', ['--attach-type', 'application/pdf', '--attach-name', 'scan.pdf', '--attach', '%PDF-1.4'], CLEAR],
])('swaks by %s', async (_what, id, more, expected) => {
  const to = `swaks-${++made}@office.test`
  // --protocol brings a port with it, so ours comes last.
  const { code, stdout, stderr } = await capture('swaks', [
    ...['--server', '127.0.0.1', '--from', 'scanner@office.test', '--to', to, '--helo', 'swaks.test', ...more],
    ...['--port', portOf(id)],
  ])
  expect(code, stdout + stderr).toBe(0)
  expect(await cameIn(to)).toMatchObject(expected)
})

test.each([
  ['after EHLO', 'EHLO'],
  ['after MAIL', 'MAIL'],
  ['after RCPT', 'RCPT'],
  ['with DATA sent', 'DATA'],
])('swaks goes away %s: nothing is taken and the next one is served', async (_what, point) => {
  const to = `swaks-${++made}@office.test`
  const base = ['--server', '127.0.0.1', '--port', portOf('lan'), '--from', 'scanner@office.test', '--to', to]
  await capture('swaks', [...base, '--drop-after-send', point])
  await capture('swaks', [...base, '--quit-after', point === 'DATA' ? 'RCPT' : point])
  await expect(cameIn(to)).rejects.toThrow('Nothing has come in')
  expect(await capture('swaks', base)).toMatchObject({ code: 0 })
  expect(await cameIn(to)).toMatchObject(CLEAR)
})

test.each<[string, readonly string[], { source: string; tls: boolean }]>([
  ['over TLS from the first octet', ['--tls=on', '--tls-starttls=off', '--auth=off'], ENCRYPTED],
  ['signing in by PLAIN after STARTTLS', ['--tls=on', '--tls-starttls=on', '--auth=plain', '--user=scanner'], BOTH],
  ['signing in by CRAM-MD5', ['--tls=on', '--tls-starttls=on', '--auth=cram-md5', '--user=scanner'], BOTH],
])('msmtp %s', async (_what, more, expected) => {
  const to = `msmtp-${++made}@office.test`
  const port = portOf(more.includes('--tls-starttls=off') ? 'implicit' : 'lan')
  const { code, stdout, stderr } = await capture('sh', [
    ...['-c', 'printf "Subject: x\\n\\nx\\n" | exec msmtp --file=/dev/null "$@"', 'sh', '--host=127.0.0.1', `--port=${port}`],
    ...['--from=scanner@office.test', '--tls-certcheck=off', '--passwordeval=echo pa55', ...more, '--', to],
  ])
  expect(code, stdout + stderr).toBe(0)
  expect(await cameIn(to)).toMatchObject(expected)
})

test.each<[string, string, readonly string[], { source: string; tls: boolean }]>([
  ['smtps', 'smtps://127.0.0.1', ['--insecure'], ENCRYPTED],
  [
    'smtp with a password by LOGIN',
    'smtp://127.0.0.1',
    ['--ssl-reqd', '--insecure', '--user', 'scanner:pa55', '--login-options', 'AUTH=LOGIN'],
    BOTH,
  ],
  ['smtp by IPv6', 'smtp://[::1]', [], CLEAR],
])('curl by %s', async (_what, url, more, expected) => {
  const to = `curl-${++made}@office.test`
  const file = join(await peerFolder(onTestFinished, 'curl'), 'message.eml')
  await writeFile(file, 'Subject: x\r\n\r\nx\r\n')
  const port = portOf(url.startsWith('smtps') ? 'implicit' : 'lan', url.includes('::1') ? '::1' : '127.0.0.1')
  const { code, stderr } = await capture('curl', [
    ...['--silent', '--show-error', '--max-time', '30', '--mail-from', 'scanner@office.test', '--mail-rcpt', to],
    ...['--upload-file', file, ...more, `${url}:${port}/curl.test`],
  ])
  expect(code, stderr).toBe(0)
  expect(await cameIn(to)).toMatchObject(expected)
})
