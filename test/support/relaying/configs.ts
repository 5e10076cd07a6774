/** Settings as offices have them. Each listens on ports of its own choice, on all addresses. */
export interface Typical {
  readonly name: string
  /** null: what the first start writes. */
  readonly config: string | null
  /** Whether the office's own network may send without signing in, in the clear on the first port. */
  readonly welcomesOffice: boolean
}

const SERVER = '[server]\nhostname = "mailroom.test"\n'
const HERE = '[directory.default]\ndomains = ["office.test"]\n[directory.default.mailbox.inbox]\naddresses = ["@office.test"]\n'
const ACCOUNT = '[access.account.scanner]\nsecret = "Zb6!kq-nobody-guesses"\n'
const RELAY = `[queue.strategy]
route = [ { if = "is_local_domain('', rcpt_domain)", then = "'local'" }, { else = "'relay'" } ]
[queue.route.relay]
type = "relay"
address = "198.51.100.200"
port = 587
`
const listener = (id: string, port: number, more = ''): string =>
  `[server.listener.${id}]\nbind = ["0.0.0.0:${port}", "[::]:${port}"]\n${more}`
const LAN = listener('lan', 2525)
const PRIVATE = '[access]\nnetworks = ["private"]\n'

export const TYPICAL: readonly Typical[] = [
  { name: 'the first start', config: null, welcomesOffice: true },
  { name: 'a smart host', config: SERVER + LAN + PRIVATE + HERE + RELAY, welcomesOffice: true },
  {
    name: 'delivery by MX, catch-all here',
    config: `${SERVER}${LAN}${PRIVATE}[directory.default]\ndomains = ["office.test"]\n[directory.default.mailbox.inbox]\naddresses = ["*"]\n[queue.strategy]\nroute = "'mx'"\n`,
    welcomesOffice: true,
  },
  {
    name: 'one network by its numbers',
    config: `${SERVER}${LAN}[access]\nnetworks = ["192.168.77.0/24", "fd00:77::/64"]\n${HERE}${RELAY}`,
    welcomesOffice: true,
  },
  { name: 'this computer alone', config: `${SERVER}${LAN}[access]\nnetworks = ["loopback"]\n${HERE}${RELAY}`, welcomesOffice: false },
  { name: 'devices with passwords', config: SERVER + LAN + PRIVATE + ACCOUNT + HERE + RELAY, welcomesOffice: true },
  {
    name: 'passwords alone, from everywhere, under TLS',
    config: `${SERVER}${listener('submission', 587, 'tls = "required"\nauth = "required"\n')}${listener('implicit', 465, 'tls = "implicit"\nauth = "required"\n')}[access]\nnetworks = []\n${ACCOUNT}${HERE}${RELAY}`,
    welcomesOffice: false,
  },
  {
    name: 'network and password together, passwords in the clear',
    config: `${SERVER}${listener('lan', 2525, 'auth = "required"\nauth-from = "networks"\nauth-cleartext = "private"\n')}${PRIVATE}${ACCOUNT}${HERE}${RELAY}`,
    welcomesOffice: false,
  },
  {
    name: 'an old port for old devices beside a new one',
    config: `${SERVER}${LAN}${listener('old', 25, 'tls = "optional"\ntls-profile = "legacy"\nauth-cleartext = "private"\n')}${PRIVATE}${ACCOUNT}${HERE}${RELAY}`,
    welcomesOffice: true,
  },
  {
    name: 'a port for one range, and one device outside that was let in',
    config: `${SERVER}${LAN}${listener('range', 2526, 'tls = "none"\nauth = "none"\nnetworks = ["192.168.77.0/28"]\n')}${PRIVATE}[access.device.fax]\nname = "Fax"\naddress = "203.0.113.200"\n${HERE}${RELAY}`,
    welcomesOffice: true,
  },
  {
    name: 'everything on, a store of friends, a rule by sender',
    config: `${SERVER}${LAN}${listener('implicit', 465, 'tls = "implicit"\n')}${PRIVATE}${ACCOUNT}${HERE}[store.friends]\nkeys = ["ann@office.test", "far.test"]\n${RELAY.replace('{ else = "\'relay\'" }', '{ if = "key_exists(\'friends\', sender)", then = "\'mx\'" }, { else = "\'relay\'" }')}`,
    welcomesOffice: true,
  },
]
