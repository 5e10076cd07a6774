import type { Chance } from './chance.ts'
import type { Ledger } from './ledger.ts'
import { MailServer } from './mail-server.ts'
import type { SimulatedNetwork } from './network.ts'
import { MX_DOMAINS, mxAddressesOf, RELAYS } from './plan.ts'
import type { World } from './world.ts'

const EXTENSIONS = ['PIPELINING', 'SIZE 10000000', '8BITMIME', 'DSN', 'CHUNKING', 'STARTTLS', 'ENHANCEDSTATUSCODES', 'SMTPUTF8']

interface Parts {
  readonly ledger: Ledger
  readonly network: SimulatedNetwork
  readonly chance: Chance
}

/** Every mail server of the world, each with extensions of its own. */
export function makeServers({ ledger, network, chance, world }: Parts & { readonly world: World }): MailServer[] {
  const addresses = [...Object.values(RELAYS).flat(), ...MX_DOMAINS.flatMap(mxAddressesOf)]
  return addresses.map((address) => {
    const offers = EXTENSIONS.filter(() => chance.hits(0.5))
    const lmtp = (RELAYS.lmtp as readonly string[]).includes(address)
    const server = new MailServer({ address, lmtp, implicitTls: false, offers }, world, ledger)
    if (!offers.includes('STARTTLS')) ledger.withoutTls.add(address)
    network.hosts.set(address, server)
    return server
  })
}

/** What DNS says. @param healthy  every domain has its two servers; else some say that they have none, or say nothing */
export function makeZone({ ledger, network, chance }: Parts, healthy: boolean): void {
  const { mx, a } = network.zone
  for (const [name, addresses] of Object.entries(RELAYS)) a.set(`${name}.relay.test`, addresses)
  for (const domain of MX_DOMAINS) {
    const [first = '', second = ''] = mxAddressesOf(domain)
    a.set(`mx1.${domain}`, [first])
    a.set(`mx2.${domain}`, [second])
    const kind = healthy ? 1 : chance.unit()
    const word = chance.pick(['SERVFAIL', 'NODATA', 'NXDOMAIN', 'HANG'] as const)
    if (kind < 0.12) mx.set(domain, word)
    else if (kind < 0.16) mx.set(domain, [{ preference: 0, exchange: '' }])
    else if (kind < 0.2) mx.set(domain, [{ preference: 5, exchange: 'mailroom.test' }])
    else {
      mx.set(domain, [
        { preference: 10, exchange: `mx1.${domain}` },
        { preference: 20, exchange: `mx2.${domain}` },
      ])
    }
    // A null MX, or one that points at us.
    if (kind >= 0.12 && kind < 0.2) ledger.finalNames.add(domain)
    a.set(domain, kind < 0.06 ? [second] : 'NODATA')
  }
}
