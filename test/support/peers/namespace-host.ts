/**
 * A program: SMTP hosts and a name server, for a network namespace that a test has made, where the test itself is not.
 * Its argument is JSON, `{"addresses": [...], "zone": {...}}`; its first line tells where the name server is, and each further line an address
 * that was connected to.
 */
import { startDnsServer } from '../dns-server.ts'
import type { DnsZone } from '../dns-server.ts'
import { startSmtpHost } from './smtp-host.ts'

const { addresses, zone } = JSON.parse(process.argv[2] ?? '') as { addresses: readonly string[]; zone: DnsZone }
const forEver = (): void => undefined
const onConnection = (address: string): void => void process.stdout.write(`${address}\n`)
await Promise.all(addresses.map((address) => startSmtpHost(forEver, { address, onConnection })))
process.stdout.write(`${(await startDnsServer(zone)).server}\n`)
