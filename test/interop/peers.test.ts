import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ensureExim } from '../../scripts/exim.ts'
import { capture } from '../../scripts/house.ts'

test.for([
  ['postfix', '/usr/sbin/postconf', ['mail_version'], /^mail_version = 3/],
  ['dovecot', '/usr/sbin/dovecot', ['--version'], /^2\./],
  ['swaks', 'swaks', ['--version'], /^swaks version/],
  ['swaks with SASL, IPv6 and TLS', 'swaks', ['--support'], /AUTH CRAM-MD5 supported[^]*IPv6 supported[^]*TLS supported/],
  ['msmtp', 'msmtp', ['--version'], /^msmtp version/],
  ['curl with SMTP', 'curl', ['--version'], /\bsmtps?\b/],
  ['Python with smtplib', 'python3', ['-c', 'import smtplib, ssl; print("ready")'], /^ready/],
  ['unbound', '/usr/sbin/unbound', ['-V'], /^Version/],
  ['dig', 'dig', ['-v'], /^DiG/],
  ['openssl', 'openssl', ['version'], /^OpenSSL/],
] as const)('%s is here to be talked to', async ([, command, args, answer]) => {
  const { code, stdout, stderr } = await capture(command, args)
  expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: expect.stringMatching(answer) as string })
})

test('Exim, unpacked beside the system, reads a configuration of our own', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mailroom-exim-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const config = path.join(folder, 'exim.conf')
  await writeFile(
    config,
    `primary_hostname = exim.test\nkeep_environment =\nspool_directory = ${folder}/spool\nlog_file_path = ${folder}/%slog\n`,
  )
  const { code, stdout } = await capture(await ensureExim(), ['-C', config, '-bV'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Exim version 4/)
  expect(stdout).toContain(`Configuration file is ${config}`)
})
