import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { root } from '../../scripts/house.ts'
import type { Case } from '../support/conformance/case.ts'
import { differencesPage } from '../support/conformance/page.ts'
import { REASONS } from '../support/conformance/reasons.ts'
import { converse } from '../support/conformance/speak.ts'
import type { Target } from '../support/conformance/speak.ts'
import { CASES } from '../support/conformance/table.ts'
import { selfSigned } from '../support/peers/certificates.ts'
import { startMailroom } from '../support/peers/mailroom.ts'
import { startPostfix } from '../support/peers/postfix.ts'
import { Cleanups, peerFolder } from '../support/peers/processes.ts'

const ACCOUNT = { user: 'scanner', password: 'pa55' }
/** STARTTLS, sign-in only behind it, one known account, everything kept here; no limit that so many cases would reach. */
const CONFIG = `[server]
hostname = "server.test"
[server.listener.lan]
bind = ["127.0.0.1:0"]
tls = "optional"
auth-cleartext = "never"
[access]
networks = ["loopback"]
[access.account.${ACCOUNT.user}]
secret = "${ACCOUNT.password}"
[limits]
message-size = "60MB"
sign-in-failures = 0
[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"
`
/** The defaults of 3.7 where later versions have others, and no encryption asked for. */
const POSTFIX = `smtpd_tls_security_level = may
smtpd_tls_loglevel = 0
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_forbid_unauth_pipelining = no
smtpd_forbid_bare_newline = no
`
/** As many conversations at a time as either of them takes from one address without a thought. */
const AT_A_TIME = 6

const targets: { mailroom?: Target; postfix?: Target } = {}

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  const certificate = await selfSigned(await peerFolder(defer, 'certificate'), 'server.test', '127.0.0.1')
  const mailroom = await startMailroom(defer, { config: CONFIG })
  targets.mailroom = { host: '127.0.0.1', port: mailroom.port }
  targets.postfix = await startPostfix(defer, { tls: 'starttls', certificate, sasl: ACCOUNT, settings: POSTFIX }).then(
    ({ address, port }) => ({ host: address, port }),
  )
  return run
})

/** What one of them says to all cases, each on a connection of its own. */
async function answers(target: Target | undefined): Promise<readonly string[]> {
  if (target === undefined) throw new Error('It was not started.')
  const heard: string[] = []
  let next = 0
  async function worker(): Promise<void> {
    for (let i = next++; i < CASES.length; i = next++) {
      const { state, sends } = CASES[i] as Case
      heard[i] = await converse(target as Target, state, sends)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, worker))
  return heard
}

const lines = (each: (one: Case, i: number) => string): string[] =>
  CASES.map((one, i) => `${one.about} | ${one.state} | ${JSON.stringify(one.sends)} | ${each(one, i)}`)

test('Mailroom answers every case as it is written down', async () => {
  const heard = await answers(targets.mailroom)
  expect(lines((_, i) => heard[i] ?? '')).toEqual(lines(({ ours }) => ours))
})

test('Postfix answers every case as it is written down', async () => {
  const heard = await answers(targets.postfix)
  expect(lines((_, i) => heard[i] ?? '')).toEqual(lines(({ theirs }) => theirs))
})

describe('the differences', () => {
  test('each has a reason, and nothing else has one', () => {
    expect(lines(({ why }) => String(why !== null))).toEqual(lines(({ ours, theirs }) => String(ours !== theirs)))
    expect(new Set(CASES.flatMap(({ why }) => (why === null ? [] : [why])))).toEqual(new Set(Object.keys(REASONS)))
  })

  // UPDATE_PAGES=yes writes it anew.
  test('are the ones that docs/conformance.md lists', async () => {
    const file = join(root, 'docs', 'conformance.md')
    const page = differencesPage(CASES)
    if (process.env['UPDATE_PAGES'] === 'yes') await writeFile(file, page)
    expect(await readFile(file, 'utf8')).toBe(page)
  })
})

test('no case is there twice', () => {
  const keys = CASES.map(({ state, sends }) => `${state} ${sends}`)
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([])
})
