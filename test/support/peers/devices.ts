import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { capture } from '../../../scripts/house.ts'
import { peerFolder } from './processes.ts'
import type { Defer } from './processes.ts'

/** What a device is told: where to send, who it is, and how. */
export interface Handing {
  readonly port: number
  readonly host?: string
  readonly from: string
  readonly to: readonly string[]
  /** The whole message, octets as latin1, CRLF line ends. */
  readonly message: string
  readonly starttls?: boolean
  /** TLS from the first octet, where the program is asked for it. */
  readonly implicitTls?: boolean
  readonly auth?: { readonly mechanism: 'PLAIN' | 'LOGIN' | 'CRAM-MD5'; readonly user: string; readonly password: string }
}

/** What the device heard: whether it was content, and all that was said, as far as the program shows it. */
export interface Handed {
  readonly ok: boolean
  readonly said: string
}

/** Programs and libraries that devices and scripts send mail with. */
export type Device = (defer: Defer, handing: Handing) => Promise<Handed>

/** The one that shows every line. It ends every message with a line break of its own, so it is given one less. */
export async function swaks(defer: Defer, handing: Handing): Promise<Handed> {
  const { auth } = handing
  const login = auth === undefined ? [] : ['--auth', auth.mechanism, '--auth-user', auth.user, '--auth-password', auth.password]
  const { code, stdout, stderr } = await capture('swaks', [
    ...['--server', handing.host ?? '127.0.0.1', '--port', String(handing.port)],
    ...[
      '--from',
      handing.from,
      '--to',
      handing.to.join(','),
      '--data',
      `@${await messageFile(defer, handing.message.replace(/\r\n$/, ''))}`,
    ],
    ...(handing.starttls === true ? ['--tls'] : []),
    ...(handing.implicitTls === true ? ['--tls-on-connect'] : []),
    ...login,
    ...['--helo', 'scanner.test'],
  ])
  return { ok: code === 0, said: stdout + stderr }
}

async function msmtp(defer: Defer, handing: Handing): Promise<Handed> {
  const file = await messageFile(defer, handing.message.replaceAll('\r\n', '\n'))
  const { code, stdout, stderr } = await capture('sh', [
    '-c',
    'exec msmtp --file=/dev/null "$@" < "$0"',
    file,
    ...[`--host=${handing.host ?? '127.0.0.1'}`, `--port=${handing.port}`, `--from=${handing.from}`, '--auth=off', '--debug'],
    ...(handing.starttls === true ? ['--tls=on', '--tls-starttls=on', '--tls-certcheck=off'] : ['--tls=off']),
    ...['--', ...handing.to],
  ])
  return { ok: code === 0, said: stdout + stderr }
}

async function curl(defer: Defer, handing: Handing): Promise<Handed> {
  const { code, stdout, stderr } = await capture('curl', [
    ...['--silent', '--show-error', '--verbose', '--max-time', '30'],
    ...['--mail-from', handing.from, ...handing.to.flatMap((to) => ['--mail-rcpt', to])],
    ...(handing.starttls === true ? ['--ssl-reqd', '--insecure'] : []),
    ...['--upload-file', await messageFile(defer, handing.message)],
    `smtp://${handing.host ?? '127.0.0.1'}:${handing.port}/device.test`,
  ])
  return { ok: code === 0, said: stdout + stderr }
}

const PYTHON = `
import smtplib, ssl, sys
host, port, tls, sender, file, mail_options, rcpt_options, *recipients = sys.argv[1:]
with smtplib.SMTP(host, int(port), timeout=30) as server:
    server.set_debuglevel(1)
    if tls == 'yes':
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        server.starttls(context=context)
    with open(file, 'rb') as message:
        server.sendmail(sender, recipients, message.read(), mail_options.split(), rcpt_options.split())
`

/** @param parameters  what stands behind the addresses of MAIL FROM and RCPT TO */
export async function python(
  defer: Defer,
  handing: Handing,
  parameters: { readonly mail?: string; readonly rcpt?: string } = {},
): Promise<Handed> {
  const file = await messageFile(defer, handing.message)
  const tls = handing.starttls === true ? 'yes' : 'no'
  const { code, stdout, stderr } = await capture('python3', [
    ...['-c', PYTHON, handing.host ?? '127.0.0.1', String(handing.port), tls, handing.from, file],
    ...[parameters.mail ?? 'BODY=8BITMIME', parameters.rcpt ?? '', ...handing.to],
  ])
  return { ok: code === 0, said: stdout + stderr }
}

const PERL = `
use strict; use warnings; use Net::SMTP;
my ($host, $port, $tls, $sender, $file, @recipients) = @ARGV;
open(my $in, '<:raw', $file) or die $!; my $message = do { local $/; <$in> };
# It stuffs dots and ends lines itself.
$message =~ s/\\r\\n/\\n/g;
my $smtp = Net::SMTP->new($host, Port => $port, Timeout => 30, Debug => 1, Hello => 'perl.test') or die "no connection: $@";
if ($tls eq 'yes') { $smtp->starttls(SSL_verify_mode => 0) or die $smtp->message }
$smtp->mail($sender, Bits => '8') or die $smtp->message;
$smtp->recipient(@recipients) or die $smtp->message;
$smtp->data() or die $smtp->message;
$smtp->datasend($message) or die $smtp->message;
$smtp->dataend() or die $smtp->message;
$smtp->quit;
`

async function perl(defer: Defer, handing: Handing): Promise<Handed> {
  const file = await messageFile(defer, handing.message)
  const tls = handing.starttls === true ? 'yes' : 'no'
  const { code, stdout, stderr } = await capture('perl', [
    ...['-e', PERL, handing.host ?? '127.0.0.1', String(handing.port), tls, handing.from, file, ...handing.to],
  ])
  return { ok: code === 0, said: stdout + stderr }
}

async function nodemailer(_defer: Defer, handing: Handing): Promise<Handed> {
  const transport = createTransport({
    host: handing.host ?? '127.0.0.1',
    port: handing.port,
    requireTLS: handing.starttls === true,
    ignoreTLS: handing.starttls !== true,
    tls: { rejectUnauthorized: false },
  })
  try {
    const envelope = { from: handing.from, to: [...handing.to] }
    const sent = await transport.sendMail({ envelope, raw: Buffer.from(handing.message, 'latin1') })
    return { ok: true, said: sent.response }
  } catch (thrown) {
    return { ok: false, said: String(thrown) }
  } finally {
    transport.close()
  }
}

export const devices: readonly (readonly [name: string, device: Device])[] = [
  ['swaks', swaks],
  ['msmtp', msmtp],
  ['curl', curl],
  ['Python smtplib', (defer, handing) => python(defer, handing)],
  ['Perl Net::SMTP', perl],
  ['nodemailer', nodemailer],
]

async function messageFile(defer: Defer, message: string): Promise<string> {
  const file = join(await peerFolder(defer, 'message'), 'message.eml')
  await writeFile(file, message, 'latin1')
  return file
}
