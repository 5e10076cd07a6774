/**
 * A program: SMTP hosts and a name server, for a network namespace that a test has made, where the test itself is not.
 * Its argument is JSON, `{"addresses": [...], "zone": {...}, "script": {...}}`; its first line tells where the name server is, and each further line an address
 * that was connected to.
 */
import { startDnsServer } from '../dns-server.ts'
import type { DnsZone } from '../dns-server.ts'
import type { ServerScript } from '../scripted-server.ts'
import { startSmtpHost } from './smtp-host.ts'

interface Given {
  readonly addresses: readonly string[]
  readonly zone: DnsZone
  readonly script: ServerScript
}
const { addresses, zone, script } = JSON.parse(process.argv[2] ?? '') as Given
const forEver = (): void => undefined
const onConnection = (address: string): void => void process.stdout.write(`${address}\n`)
await Promise.all(addresses.map((address) => startSmtpHost(forEver, { address, script, onConnection })))
process.stdout.write(`${(await startDnsServer(zone)).server}\n`)
