import { isIP } from 'node:net'
import type { RelayTest, RelayTestResult, TlsPolicy, TranscriptLine } from '../../contract/index.ts'
import { judge } from './classify.ts'
import { toFault } from './fault.ts'
import type { Fault } from './fault.ts'
import { nextStep } from './hosts.ts'
import { openSession } from './session.ts'
import type { SessionOptions } from './session-options.ts'
import { Transcript } from './transcript.ts'
import type { DeliveryParts } from './types.ts'

/** A person is waiting, so nothing takes the minutes that mail may take. */
const TEST_TIMEOUTS = { connect: 15_000, greeting: 30_000, ehlo: 20_000, mailFrom: 20_000, rcptTo: 20_000, data: 20_000 }

const STARTTLS_POLICY: Readonly<Record<RelayTest['encryption'], TlsPolicy>> = {
  implicit: 'optional',
  starttls: 'require',
  optional: 'optional',
  none: 'disable',
}

type ResolvedTest = RelayTest & { readonly password: string }

/** See `Delivery.testRelay`. */
export async function testRelay(
  test: ResolvedTest,
  parts: DeliveryParts,
  signal: AbortSignal,
  onLine?: (line: TranscriptLine) => void,
): Promise<RelayTestResult> {
  const { network, clock } = parts
  const transcript = new Transcript(clock, onLine)
  const host = test.address.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const addresses = isIP(host) !== 0 ? [host] : await network.lookup(host).catch(() => [])
  if (addresses.length === 0) {
    const text = `The name "${host}" is not known. Check how it is written, and whether this computer is online.`
    return { ok: false, cause: 'relay-not-found', text, tls: null, transcript: transcript.lines() }
  }
  let fault: Fault = { kind: 'internal', detail: 'no address was tried' }
  let tried = ''
  for (const address of addresses.slice(0, 10)) {
    tried = address
    try {
      const session = await openSession(optionsFor(test, host, address, parts.hostname()), { network, clock, transcript, signal })
      const { tls } = session
      await session.quit()
      const text = successText(test, tls?.version ?? null)
      return { ok: true, cause: '', text, tls: tls === null ? null : `${tls.version} ${tls.cipher}`, transcript: transcript.lines() }
    } catch (error) {
      fault = toFault(error)
      if (nextStep(fault) !== 'next-address') break
    }
  }
  const { failure } = judge(fault, { host, address: tried })
  return { ok: false, cause: failure.cause, text: failure.text, tls: null, transcript: transcript.lines() }
}

function optionsFor(test: ResolvedTest, host: string, address: string, ehloName: string): SessionOptions {
  const signIn = test.username !== '' && test.password !== ''
  return {
    host,
    address,
    port: test.port,
    localAddress: undefined,
    protocol: test.protocol,
    ehloName,
    implicitTls: test.encryption === 'implicit',
    starttls: STARTTLS_POLICY[test.encryption],
    tlsRequired: test.encryption === 'starttls',
    allowInvalidCertificates: test.allowInvalidCertificates,
    tlsTimeoutMs: 20_000,
    timeoutMs: TEST_TIMEOUTS,
    credentials: signIn ? { username: test.username, secret: test.password, allowCleartext: test.allowCleartext } : null,
  }
}

function successText(test: ResolvedTest, tlsVersion: string | null): string {
  const line = tlsVersion === null ? 'without encryption' : `encrypted with ${tlsVersion}`
  return test.username === '' || test.password === ''
    ? `The relay host answers, ${line}. No user name and password were tried.`
    : `The relay host answers, ${line}, and accepts the user name and password.`
}
