import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { capture } from '../../scripts/house.ts'
import { startMailroom } from '../support/peers/mailroom.ts'
import type { Mailroom } from '../support/peers/mailroom.ts'
import { Cleanups, peerFolder } from '../support/peers/processes.ts'

const CONFIG = `[server]
hostname = "mailroom.test"
[server.listener]
lan = { bind = ["127.0.0.1:0"], tls = "optional" }
implicit = { bind = ["127.0.0.1:0"], tls = "implicit" }
old = { bind = ["127.0.0.1:0"], tls = "optional", tls-profile = "legacy" }
old-implicit = { bind = ["127.0.0.1:0"], tls = "implicit", tls-profile = "legacy" }
[access]
networks = ["loopback"]
[limits]
errors-per-connection = 1000
[directory.default.mailbox.inbox]
addresses = ["*"]
[queue.strategy]
route = "'local'"
`

let mailroom: Mailroom

beforeAll(async () => {
  const { defer, run } = new Cleanups()
  mailroom = await startMailroom(defer, { config: CONFIG })
  return run
})

function portOf(id: string): number {
  return mailroom.listeners.find((listener) => listener.id === id)?.port ?? 0
}

/** A whole message through `openssl s_client`. @returns what it heard under TLS */
async function handIn(id: string, version: string, to: string): Promise<string> {
  const said = `EHLO client.test\nMAIL FROM:<ann@client.test>\nRCPT TO:<${to}>\nDATA\nSubject: x\n\nx\n.\nQUIT\n`
  const { stdout } = await capture('sh', [
    ...['-c', 'printf %s "$0" | exec openssl s_client "$@" 2>&1', said],
    ...['-connect', `127.0.0.1:${portOf(id)}`, '-quiet', '-crlf', `-${version}`, '-cipher', 'DEFAULT@SECLEVEL=0'],
    ...(id.includes('implicit') ? [] : ['-starttls', 'smtp']),
  ])
  return stdout
}

const VERSIONS = { tls1: 'TLSv1', tls1_1: 'TLSv1.1', tls1_2: 'TLSv1.2', tls1_3: 'TLSv1.3' } as const
const versions = Object.entries(VERSIONS)

describe.each(['lan', 'implicit', 'old', 'old-implicit'])('openssl s_client at the listener "%s"', (id) => {
  const taken = id.startsWith('old') ? versions : versions.slice(2)
  const refused = id.startsWith('old') ? [] : versions.slice(0, 2)

  test.each(taken)('hands in a message by %s', async (version, name) => {
    const to = `${id}-${version}@office.test`
    expect(await handIn(id, version, to)).toMatch(/250 2\.0\.0 Stored as/)
    await mailroom.ended(to)
    const accepted = (await mailroom.events()).find((event) => event.type === 'accepted' && event.recipients.includes(to))
    expect(accepted).toMatchObject({ client: { tls: name } })
    // RFC 8996: what nobody should need any more is told.
    const odd = accepted?.type === 'accepted' ? (accepted.oddities ?? []) : []
    expect(odd.includes('legacy-tls')).toBe(version === 'tls1' || version === 'tls1_1')
  })

  test.each(refused)('is refused by %s', async (version) => {
    const said = await handIn(id, version, 'nobody@office.test')
    expect(said).toMatch(/alert protocol version|unsupported protocol|no protocols available/)
    expect(said).not.toContain('250 2.0.0')
  })
})

const findings = z.array(z.object({ id: z.string(), severity: z.string(), finding: z.string() }))
/** What every certificate gets that was signed by itself: nobody vouches for it, and nobody can revoke it. */
const SELF_SIGNED = new Set(['cert_chain_of_trust', 'cert_revocation'])

async function testssl(...args: readonly string[]): Promise<z.infer<typeof findings>> {
  const file = join(await peerFolder(onTestFinished, 'testssl'), 'findings.json')
  const quietly = ['--quiet', '--color', '0', '--warnings', 'off', '--connect-timeout', '10', '--openssl-timeout', '10', '--jsonfile', file]
  await capture('testssl', [...quietly, ...args])
  return findings.parse(JSON.parse(await readFile(file, 'utf8')))
}

test.each([
  ['from the first octet: protocols, ciphers, certificate and known weaknesses', 'implicit', ['-p', '-s', '-S', '-U']],
  ['after STARTTLS: protocols and certificate', 'lan', ['-t', 'smtp', '-p', '-S']],
] as const)(
  'testssl.sh finds nothing above "low" in the encryption %s',
  async (_what, id, args) => {
    const found = await testssl(...args, `127.0.0.1:${portOf(id)}`)
    const shown = found.filter(({ severity }) => /^(?:MEDIUM|HIGH|CRITICAL|FATAL)$/.test(severity))
    expect(shown.filter((one) => !SELF_SIGNED.has(one.id))).toEqual([])
    // It did look.
    expect(found.find((one) => one.id === 'TLS1')).toMatchObject({
      severity: expect.stringMatching(/INFO|OK/) as string,
      finding: 'not offered',
    })
    expect(found.find((one) => one.id === 'TLS1_3')).toMatchObject({ severity: 'OK' })
    expect(found.length).toBeGreaterThan(10)
  },
  240_000,
)
