import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { errors, read, warnings } from './read.ts'

type Row = [text: string, code: string, path: string, line: number, column: number, suggestion?: string]

const relay = '[queue.route.r]\ntype = "relay"\naddress = "a.test"\n'
const rule = (list: string): string => `[queue.strategy]\nroute = ${list}`

const ERRORS: Row[] = [
  // the file
  ['a = \n', 'toml-syntax', '', 1, 5],
  [
    '[queue.strategy]\nroute = "\'mx\'"\n[queue.strategy]\ntls = "\'default\'"',
    'toml-syntax',
    '',
    3,
    1,
    '[queue.strategy]\nroute = "\'mx\'"\ntls = "\'default\'"',
  ],
  ['[queue.strategy]\nroute = "matches(\'a\\.b\', rcpt)"', 'toml-syntax', '', 2, 20, 'route = "matches(\'a\\\\.b\', rcpt)"'],
  ['server = 5', 'not-a-table', 'server', 1, 10],
  ['[server]\nlistener = "x"', 'not-a-table', 'server.listener', 2, 12],
  // spellings (1.1)
  ['route = "\'relay\'"', 'route-not-a-table', 'route', 1, 1, 'queue.strategy.route'],
  ['[[route]]\ntype = "mx"', 'route-not-a-table', 'route', 1, 1, 'queue.strategy.route'],
  ['[queue.route.a]\ntype = "mx"\n[route.a]\ntype = "local"', 'route-defined-twice', 'queue.route.a', 3, 1],
  ['[queue.outbound]\nnext-hop = "\'relay\'"', 'old-spelling', 'queue.outbound.next-hop', 2, 1, 'queue.strategy.route'],
  ['[remote.lmtp]\naddress = "a.test"', 'old-spelling', 'remote.lmtp', 1, 1, 'queue.route.lmtp'],
  ['[queue.schedule]\nretry = ["1h"]', 'old-spelling', 'queue.schedule.retry', 2, 1, 'queue.schedule.<id>.retry'],
  // routes (1.2)
  ['[queue.route.r]\naddress = "a.test"', 'route-type-invalid', 'queue.route.r.type', 1, 1],
  ['[queue.route.r]\ntype = ""', 'route-type-invalid', 'queue.route.r.type', 2, 8],
  ['[queue.route.m]\ntype = "mx"\nlimits.mx = 0', 'limit-out-of-range', 'queue.route.m.limits.mx', 3, 13],
  ['[queue.route.m]\ntype = "mx"\nlimits.mx = 51', 'limit-out-of-range', 'queue.route.m.limits.mx', 3, 13],
  ['[queue.route.m]\ntype = "mx"\n[queue.route.m.limits]\nmultihomed = 21', 'limit-out-of-range', 'queue.route.m.limits.multihomed', 4, 14],
  ['[queue.route.m]\ntype = "mx"\nlimits = 3', 'not-a-table', 'queue.route.m.limits', 3, 10],
  ['[queue.route.m]\ntype = "mx"\nallow-loopback = "yes"', 'boolean-invalid', 'queue.route.m.allow-loopback', 3, 18],
  ['[queue.route.r]\ntype = "relay"\nport = 465', 'address-missing', 'queue.route.r.address', 1, 1],
  ['[queue.route.r]\ntype = "relay"\nport = 465\naddress = ""', 'address-invalid', 'queue.route.r.address', 4, 11],
  ['[queue.route.r]\ntype = "relay"\nport = 465\naddress = "smtps://a.test"', 'address-invalid', 'queue.route.r.address', 4, 11],
  ['[queue.route.r]\ntype = "relay"\nport = 465\naddress = "a.test:25"', 'address-invalid', 'queue.route.r.address', 4, 11],
  ['[queue.route.r]\ntype = "relay"\nport = 465\naddress = "192.0.2"', 'address-invalid', 'queue.route.r.address', 4, 11],
  [`${relay}port = 0`, 'port-invalid', 'queue.route.r.port', 4, 8],
  [`${relay}port = 65536`, 'port-invalid', 'queue.route.r.port', 4, 8],
  [`${relay}port = "2_5"`, 'port-invalid', 'queue.route.r.port', 4, 8],
  [`${relay}port = 4_65`, 'port-invalid', 'queue.route.r.port', 4, 8],
  [`${relay}port = +465`, 'port-invalid', 'queue.route.r.port', 4, 8],
  [`${relay}port = 465.0`, 'port-invalid', 'queue.route.r.port', 4, 8],
  [`${relay}port = 465\nprotocol = "imap"`, 'protocol-invalid', 'queue.route.r.protocol', 5, 12],
  [`${relay}port = 465\ntls = true`, 'not-a-table', 'queue.route.r.tls', 5, 7],
  [`${relay}port = 465\ntls.implicit = "on"`, 'boolean-invalid', 'queue.route.r.tls.implicit', 5, 16],
  [`${relay}port = 465\nauth.secret = "%{env:RELAY_SECRET}%"`, 'auth-incomplete', 'queue.route.r.auth.username', 5, 1],
  [`${relay}port = 465\nauth = { username = "u", secret = "" }`, 'auth-incomplete', 'queue.route.r.auth.secret', 5, 35],
  ['[queue.route."a b"]\ntype = "mx"', 'id-invalid', 'queue.route.a b', 1, 1],
  [`[queue.route.${'x'.repeat(65)}]\ntype = "mx"`, 'id-invalid', `queue.route.${'x'.repeat(65)}`, 1, 1],
  ['[queue.route]\nr = "relay"', 'not-a-table', 'queue.route.r', 2, 5],
  // the rules (1.3, 2.7, 2.8)
  [rule('"mx"'), 'unknown-identifier', 'queue.strategy.route', 2, 10, "'mx'"],
  [
    rule('[{ if = "authenticated_as == \'x\'", then = "\'mx\'" }, { else = "\'mx\'" }]'),
    'unknown-identifier',
    'queue.strategy.route.0000.if',
    2,
    18,
    "source == 'authenticated'",
  ],
  [
    rule('[{ if = "mx == \'x\'", then = "\'mx\'" }, { else = "\'mx\'" }]'),
    'unknown-identifier',
    'queue.strategy.route.0000.if',
    2,
    18,
    "'mx'",
  ],
  [rule('[{ if = "retry_num >", then = "\'mx\'" }, { else = "\'mx\'" }]'), 'syntax', 'queue.strategy.route.0000.if', 2, 29],
  [rule('[{ if = "starts_with(rcpt)", then = "\'mx\'" }, { else = "\'mx\'" }]'), 'arity', 'queue.strategy.route.0000.if', 2, 18],
  [rule('[{ if = "matches(\'(\', rcpt)", then = "\'mx\'" }, { else = "\'mx\'" }]'), 'bad-regex', 'queue.strategy.route.0000.if', 2, 26],
  [rule('"\'mx"'), 'unterminated-string', 'queue.strategy.route', 2, 10],
  [rule('[{ else = "\'mx\'" }]'), 'else-without-if', 'queue.strategy.route.0000', 2, 10],
  [rule('[{ if = "true", then = "\'mx\'" }]'), 'no-else', 'queue.strategy.route', 2, 9],
  [rule('[{ if = "true" }, { else = "\'mx\'" }]'), 'if-without-then', 'queue.strategy.route.0000', 2, 10],
  [rule('{ if = "true", then = "\'mx\'" }'), 'not-an-expression', 'queue.strategy.route', 2, 9],
  [rule('"\'nowhere\'"'), 'strategy-names-unknown', 'queue.strategy.route', 2, 10],
  [
    rule('[{ if = "true", then = "\'mxx\'" }, { else = "\'mx\'" }]'),
    'strategy-names-unknown',
    'queue.strategy.route.0000.then',
    2,
    33,
    "'mx'",
  ],
  [rule("'''if_then(size > 9, 'nowhere', 'mx')'''"), 'strategy-names-unknown', 'queue.strategy.route', 2, 30],
  ['queue.strategy.route-fallback = "yes"', 'route-fallback-invalid', 'queue.strategy.route-fallback', 1, 33],
  // schedules (1.4)
  ['[queue.schedule.s]\nexpire = "1d"', 'retry-missing', 'queue.schedule.s.retry', 1, 1],
  ['[queue.schedule.s]\nretry = []', 'retry-missing', 'queue.schedule.s.retry', 2, 9],
  ['[queue.schedule.s]\nretry = "60"', 'duration-without-unit', 'queue.schedule.s.retry', 2, 9],
  ['[queue.schedule.s]\nretry = ["5m", "0s"]', 'duration-invalid', 'queue.schedule.s.retry.0001', 2, 16],
  ['[queue.schedule.s]\nretry = "500ms"', 'duration-too-short', 'queue.schedule.s.retry', 2, 9],
  ['[queue.schedule.s]\nretry = "1h"\nexpire = "1.5h"', 'duration-invalid', 'queue.schedule.s.expire', 3, 10],
  ['[queue.schedule.s]\nretry = "1h"\nexpire = "1d12h"', 'duration-invalid', 'queue.schedule.s.expire', 3, 10],
  ['[queue.schedule.s]\nretry = "1h"\nexpire = "-1d"', 'duration-invalid', 'queue.schedule.s.expire', 3, 10],
  ['[queue.schedule.s]\nretry = "1h"\nexpire = "1w"', 'duration-invalid', 'queue.schedule.s.expire', 3, 10],
  ['[queue.schedule.s]\nretry = "1h"\nmax-attempts = 0', 'integer-invalid', 'queue.schedule.s.max-attempts', 3, 16],
  ['[queue.schedule.s]\nretry = "1h"\nqueue-name = "slow"', 'queue-name-unknown', 'queue.schedule.s.queue-name', 3, 14],
  ['[queue.schedule.s]\nretry = "1h"\nqueue-name = "much-too-long"', 'queue-name-too-long', 'queue.schedule.s.queue-name', 3, 14],
  // connections, TLS (1.5, 1.7)
  ['[queue.connection.c]\nehlo-hostname = "a b"', 'host-name-invalid', 'queue.connection.c.ehlo-hostname', 2, 17],
  ['[queue.connection.c]\nsource-ips = ["127.0.0.1", "x"]', 'address-invalid', 'queue.connection.c.source-ips.0001', 2, 28],
  ['[queue.connection.c]\ntimeout.connect = 30', 'duration-without-unit', 'queue.connection.c.timeout.connect', 2, 19],
  ['[queue.source-ip.nonsense]\nehlo-hostname = "a.test"', 'address-invalid', 'queue.source-ip.nonsense', 1, 1],
  ['[queue.tls.t]\ndane = "require"', 'dane-not-available', 'queue.tls.t.dane', 2, 8],
  ['[queue.tls.t]\nmta-sts = "REQUIRED"', 'mta-sts-not-available', 'queue.tls.t.mta-sts', 2, 11],
  ['[queue.tls.t]\nstarttls = true', 'tls-policy-invalid', 'queue.tls.t.starttls', 2, 12],
  // virtual queues, limiters, quotas (1.6, 1.8, 1.9)
  ['[queue.virtual.q]\nthreads-per-node = 0', 'integer-invalid', 'queue.virtual.q.threads-per-node', 2, 20],
  ['[queue.virtual."äöüäö"]\nthreads-per-node = 1', 'queue-name-too-long', 'queue.virtual.äöüäö', 1, 1],
  ['[queue.limiter.outbound.l]\nkey = "rcpt"\nrate = "1/1s"', 'limiter-key-invalid', 'queue.limiter.outbound.l.key', 2, 7],
  ['[queue.limiter.outbound.l]\nkey = "mx"', 'rate-missing', 'queue.limiter.outbound.l.rate', 1, 1],
  ['[[queue.limiter.outbound]]\nrate = "0/1s"', 'rate-invalid', 'queue.limiter.outbound.0000.rate', 2, 8],
  ['[queue.limiter.outbound.l]\nrate = "1/1s"\nmatch = "nonsense == 1"', 'unknown-identifier', 'queue.limiter.outbound.l.match', 3, 10],
  ['[queue.quota.q]\nkey = "sender"', 'quota-without-limit', 'queue.quota.q', 1, 1],
  ['[queue.quota.q]\nkey = "mx"\nmessages = 1', 'limiter-key-invalid', 'queue.quota.q.key', 2, 7],
  // the rest
  ['[server]\nhostname = "192.0.2.1"', 'host-name-invalid', 'server.hostname', 2, 12],
  ['[server.listener.a]\ntls = "none"', 'bind-missing', 'server.listener.a.bind', 1, 1],
  ['[server.listener.a]\nbind = "2525"', 'bind-invalid', 'server.listener.a.bind', 2, 8],
  ['[server.listener.a]\nbind = ["[::]:2525", "::1:25"]', 'bind-invalid', 'server.listener.a.bind.0001', 2, 22],
  ['[server.listener.a]\nbind = "0.0.0.0:99999"', 'bind-invalid', 'server.listener.a.bind', 2, 8],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\ntls = "starttls"', 'listener-tls-invalid', 'server.listener.a.tls', 3, 7],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\n[server.listener.b]\nbind = "0.0.0.0:2525"', 'bind-twice', 'server.listener.b.bind', 4, 8],
  ['[access]\nnetworks = ["office"]', 'network-invalid', 'access.networks.0000', 2, 13],
  ['[access]\nnetworks = "10.0.0.0/33"', 'network-invalid', 'access.networks', 2, 12],
  ['[access.account.scanner]\nsenders = []', 'account-secret-missing', 'access.account.scanner.secret', 1, 1],
  ['[access.account.scanner]\nsecret = 12345', 'text-expected', 'access.account.scanner.secret', 2, 10],
  [
    `[access.account.a]\nsecret = "$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}"`,
    'account-hash-invalid',
    'access.account.a.secret',
    2,
    10,
  ],
  [
    '[access.account.a]\nsecret = "%{env:RELAY_SECRET}%"\nrecipients = "x y"',
    'recipient-pattern-invalid',
    'access.account.a.recipients',
    3,
    14,
  ],
  ['[access.account.a]\nsecret = "%{env:RELAY_SECRET}%"\nnetworks = "here"', 'network-invalid', 'access.account.a.networks', 3, 12],
  ['[access.device.a]\nname = "Scanner"', 'device-address-missing', 'access.device.a.address', 1, 1],
  ['[access.device.a]\naddress = "private"', 'device-address-invalid', 'access.device.a.address', 2, 11],
  ['[access.device.a]\naddress = "192.168.1.256"', 'device-address-invalid', 'access.device.a.address', 2, 11],
  ['[access.device.a]\naddress = "10.0.0.1"\nblocked = "yes"', 'boolean-invalid', 'access.device.a.blocked', 3, 11],
  [
    '[access.device.a]\naddress = "10.0.0.1"\n[access.device.b]\naddress = "::ffff:10.0.0.1"',
    'device-address-twice',
    'access.device.b.address',
    4,
    11,
  ],
  ['[server.tls]\ncertificate = "a.pem"', 'certificate-incomplete', 'server.tls.key', 1, 1],
  ['[server.tls]\npfx = "a.p12"\nkey = "a.pem"', 'certificate-twice', 'server.tls.pfx', 2, 7],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\nauth-from = "home"', 'listener-auth-invalid', 'server.listener.a.auth-from', 3, 13],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\ntls-profile = "old"', 'listener-tls-invalid', 'server.listener.a.tls-profile', 3, 15],
  ['[limits]\nban-time = "60"', 'duration-without-unit', 'limits.ban-time', 2, 12],
  ['[limits]\nmessage-size = "big"', 'size-invalid', 'limits.message-size', 2, 16],
  [
    '[directory.default.mailbox.a]\naddresses = ["*@a.test"]',
    'mail-address-invalid',
    'directory.default.mailbox.a.addresses.0000',
    2,
    14,
    '@a.test',
  ],
  ['[directory.default.mailbox.NUL]\naddresses = "*"', 'id-invalid', 'directory.default.mailbox.NUL', 1, 1],
  [
    '[directory.a.mailbox.x]\naddresses = "*"\n[directory.b.mailbox.X]\naddresses = "@b.test"',
    'mailbox-twice',
    'directory.b.mailbox.X',
    3,
    1,
  ],
  ['[store.vip]\nfile = "/nowhere"', 'store-file-unreadable', 'store.vip.file', 2, 8],
  ['[resolver]\ntype = "custom"', 'name-server-missing', 'resolver.custom', 1, 1],
  ['[resolver]\ntype = "custom"\ncustom = "tls://9.9.9.9"', 'resolver-not-available', 'resolver.custom', 3, 10],
  ['[resolver]\ntype = "bind"', 'resolver-type-invalid', 'resolver.type', 2, 8],
  ['[report]\ndsn.from-name = "Mail System"', 'syntax', 'report.dsn.from-name', 2, 23],
]

describe('errors, each with its place', () => {
  test.each(ERRORS)('%j: %s', async (text, code, path, line, column, suggestion) => {
    const loaded = await read(text)
    expect(loaded.usable).toBe(false)
    expect(loaded.issues).toContainEqual(expect.objectContaining({ severity: 'error', code, path, line, column }))
    expect(errors(loaded)).toEqual([code])
    if (suggestion !== undefined) expect(loaded.issues.find((issue) => issue.code === code)?.suggestion).toBe(suggestion)
  })
})

/** Of some password. */
const HASH = `$scrypt$ln=14,r=8,p=1$c2FsdHNhbHRzYWx0$${'A'.repeat(43)}`
const used = rule('"\'r\'"')
const WARNINGS: Row[] = [
  ['[queue.route.r]\ntype = "mx"\n[route.r]\ntype = "mx"', 'route-defined-twice', 'queue.route.r', 3, 1],
  [`${relay}port = 465\nusername = "u"`, 'unknown-key', 'queue.route.r.username', 5, 1, 'auth.username'],
  [`${relay}port = 465\nlimits.mx = 2`, 'key-of-other-type', 'queue.route.r.limits.mx', 5, 1],
  ['[queue.route.m]\ntype = "mx"\naddress = "a.test"', 'key-of-other-type', 'queue.route.m.address', 3, 1],
  [`${relay}tls.implicit = true`, 'implicit-tls-on-clear-port', 'queue.route.r.tls.implicit', 4, 16, 'tls.implicit = false'],
  [`${relay}protocol = "lmtp"\ntls.implicit = false`, 'lmtp-port-missing', 'queue.route.r.port', 1, 1, 'port = 24'],
  [
    `${relay}port = 587\ntls.implicit = false\nauth = { username = "u", secret = "%{env:RELAY_SECRET}%" }`,
    'clear-auth',
    'queue.route.r.auth.username',
    6,
    21,
  ],
  [`${relay}port = 465\nauth = { username = "u", secret = "word" }`, 'plain-secret', 'queue.route.r.auth.secret', 5, 35],
  [`[queue.route.Relay]\ntype = "mx"\n[queue.route.relay]\ntype = "mx"`, 'id-case', 'queue.route.relay', 3, 1],
  [`${rule('"\'mx\'"')}\n${relay}port = 465`, 'route-unused', 'queue.route.r', 3, 1],
  [
    rule('[{ if = "retry_num > 0", then = "\'mx\'" }, { if = "retry_num > 1", then = "\'local\'" }, { else = "\'mx\'" }]'),
    'branch-unreachable',
    'queue.strategy.route.0001.if',
    2,
    59,
  ],
  [rule('[{ if = "retry_num > 0", then = "\'mx\'" }, { else = false }]'), 'else-not-string', 'queue.strategy.route.0001.else', 2, 60],
  [
    rule('[{ if = "queue_age > 1h", then = "\'mx\'" }, { else = "\'local\'" }]'),
    'unit-mismatch',
    'queue.strategy.route.0000.if',
    2,
    30,
    'queue_age > 3600',
  ],
  [
    rule("[{ if = \"rcpt_domain == ('a' || 'b')\", then = \"'mx'\" }, { else = \"'local'\" }]"),
    'or-of-constants',
    'queue.strategy.route.0000.if',
    2,
    34,
    "contains(['a', 'b'], rcpt_domain)",
  ],
  ['queue.strategy.tls = "\'strict\'"', 'strategy-names-unknown', 'queue.strategy.tls', 1, 23],
  ['[queue.schedule.s]\nretry = "1h"\nnotify = ["3d", "1d"]', 'notify-not-ascending', 'queue.schedule.s.notify', 3, 10],
  ['[queue.connection.c]\nsource-ips = "192.0.2.77"', 'source-ip-not-here', 'queue.connection.c.source-ips', 2, 14],
  ['[queue.quota.q]\nmessages = 5', 'not-in-effect-yet', 'queue.quota', 1, 1],
  ['[queue.limiter.inbound.l]\nrate = "none"', 'not-in-effect-yet', 'queue.limiter', 1, 1],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\nauth = "required"', 'auth-without-accounts', 'server.listener.a.auth', 3, 8],
  ['[access]\nnetworks = ["0.0.0.0/0"]', 'network-open', 'access.networks', 2, 12],
  ['[access.device.a]\naddress = "::/0"', 'network-open', 'access.device.a.address', 2, 11],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\nnetworks = "0.0.0.0/0"', 'network-open', 'server.listener.a.networks', 3, 12],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\ntls-profile = "legacy"', 'legacy-tls', 'server.listener.a.tls-profile', 3, 15],
  ['[server.listener.a]\nbind = "0.0.0.0:2525"\nauth = "required"\ntls = "none"', 'auth-needs-tls', 'server.listener.a.tls', 4, 7],
  [`[access.account.a]\nsecret = "${HASH}"\n[access.account.b]\nsecret = "x"`, 'hash-without-cram-md5', 'access.account.a.secret', 2, 10],
  ['[server.tls]\npfx = "a.p12"\npassphrase = "word"', 'plain-secret', 'server.tls.passphrase', 3, 14],
  ['[queue]\nstrategie.route = "\'mx\'"', 'unknown-key', 'queue.strategie', 2, 1, 'strategy'],
  ['[lissener.x]\nbind = "0.0.0.0:25"', 'unknown-key', 'lissener', 1, 1],
  ['[directory.default]\ndomain = "a.test"', 'unknown-key', 'directory.default.domain', 2, 1, 'domains'],
  [
    '[directory.a.mailbox.x]\naddresses = "a@a.test"\n[directory.a.mailbox.y]\naddresses = "A@A.test"',
    'address-in-two-mailboxes',
    'directory.a.mailbox.y.addresses',
    4,
    13,
  ],
]

describe('warnings, each with its place', () => {
  test.each(WARNINGS)('%j: %s', async (text, code, path, line, column, suggestion) => {
    const loaded = await read(text)
    expect(errors(loaded)).toEqual([])
    expect(loaded.issues).toContainEqual(expect.objectContaining({ severity: 'warning', code, path, line, column }))
    if (suggestion !== undefined) expect(loaded.issues.find((issue) => issue.code === code)?.suggestion).toBe(suggestion)
  })
})

describe('no problem is made of', () => {
  test.each([
    ['values in any case', '[queue.route.m]\ntype = "MX"\nip-lookup = "IPv6_Only"'],
    ['a policy written as TOML false', '[queue.tls.t]\nstarttls = false\ndane = "None"\nmta-sts = "disabled"'],
    ['durations with blanks and capitals', '[queue.schedule.s]\nretry = ["5 M", " 1d "]'],
    ['numbers and booleans as text', `${relay}port = "465"\ntls.implicit = "true"`],
    ['an address in brackets', '[queue.route.r]\ntype = "relay"\naddress = "[2001:db8::1]"\nport = 465'],
    ['a name with a final dot', '[queue.route.r]\ntype = "relay"\naddress = "a.test."\nport = 465'],
    [
      'a relay on this computer that is signed in to in clear text',
      '[queue.route.r]\ntype = "relay"\naddress = "localhost"\nport = 24\ntls.implicit = false\nauth = { username = "u", secret = "%{env:RELAY_SECRET}%" }',
    ],
    ['an empty file', ''],
    ['a byte order mark', '\uFEFF[limits]\nconnections = 5'],
    ['Windows line ends', '[limits]\r\nconnections = 5\r\n[access]\r\nnetworks = ["loopback"]\r\n'],
    ['a rule that computes its name', `${rule('"key_get(\'\', rcpt)"')}\n${relay}port = 465`],
    ['a route that a rule uses', `${used}\n${relay}port = 465`],
    ['a hash that stands in the file', `[access.account.a]\nsecret = "${HASH}"`],
    ['a blocked range, however wide', '[access.device.a]\naddress = "0.0.0.0/0"\nblocked = true'],
    ['a device within the range of another', '[access.device.a]\naddress = "10.0.0.0/8"\n[access.device.b]\naddress = "10.0.0.0"'],
    [
      'a login in clear text on this computer alone',
      '[server.listener.a]\nbind = "127.0.0.1:2525"\ntls = "none"\nauth = "required"\n[access.account.a]\nsecret = "%{env:RELAY_SECRET}%"',
    ],
    [
      'a login in clear text that was chosen',
      '[server.listener.a]\nbind = "0.0.0.0:2525"\ntls = "none"\nauth = "required"\nauth-cleartext = "private"\n[access.account.a]\nsecret = "%{env:RELAY_SECRET}%"',
    ],
    ['a certificate with its key', '[server.tls]\ncertificate = "a.pem"\nkey = "a-key.pem"'],
    ['the old profile on a port without TLS', '[server.listener.a]\nbind = "0.0.0.0:2525"\ntls = "none"\ntls-profile = "legacy"'],
    ['shipped schedule names', 'queue.strategy.schedule = "\'remote\'"'],
  ])('%s', async (_name, text) => {
    expect((await read(text)).issues).toEqual([])
  })
})

test('all problems are told at once, in the order of the file', async () => {
  const loaded = await read('[queue.route.a]\ntype = "x"\n[queue.route.b]\ntype = "relay"\nport = 0\n[limits]\nconnections = "many"')
  expect(loaded.issues.map(({ code, line }) => [code, line])).toEqual([
    ['route-type-invalid', 2],
    ['address-missing', 3],
    ['port-invalid', 5],
    ['integer-invalid', 7],
  ])
})

test('a relay that points back at our own listener is refused, by every name it has', async () => {
  const relayTo = (address: string, port: number): string =>
    `[queue.route.r]\ntype = "relay"\naddress = "${address}"\nport = ${port}\ntls.implicit = false`
  for (const address of ['127.0.0.1', 'localhost', '192.168.1.5', '::1', '[::1]', '[0:0:0:0:0:0:0:1]', '0.0.0.0', 'MX.example.org']) {
    expect(errors(await read(relayTo(address, 2525))), address).toEqual(['route-loops-to-self'])
  }
  expect(errors(await read(relayTo('192.168.1.6', 2525)))).toEqual([])
  expect(errors(await read(relayTo('localhost', 2526)))).toEqual([])
  const elsewhere = '[server.listener.a]\nbind = "192.168.1.5:2525"\n'
  expect(errors(await read(elsewhere + relayTo('127.0.0.1', 2525)))).toEqual([])
  expect(errors(await read(elsewhere + relayTo('192.168.1.5', 2525)))).toEqual(['route-loops-to-self'])
})

test('the alias is warned about once for the whole file', async () => {
  const loaded = await read('[route.a]\ntype = "mx"\n[route.b]\ntype = "mx"\n[route.c]\ntype = "mx"')
  expect(warnings(loaded)).toEqual(['alias-used'])
  expect(Object.keys(loaded.settings.queue.routes)).toEqual(['a', 'b', 'c'])
})

test('a routes table that differs is never merged: the one in queue.route counts', async () => {
  const loaded = await read('[route.a]\ntype = "relay"\naddress = "x.test"\nport = 465\n[queue.route.a]\ntype = "mx"\nlimits.mx = 3')
  expect(loaded.settings.queue.routes['a']).toMatchObject({ type: 'mx', maxHosts: 3 })
})

describe('deliveries wait when an error touches what decides about them', () => {
  test.each([
    ['the file cannot be read', 'nonsense', true],
    ['the rules cannot be read', rule('"oops("'), true],
    ['a route the rules can choose is broken', '[queue.strategy]\nroute = "\'r\'"\n[queue.route.r]\ntype = "relay"', true],
    [
      'a route is broken and the rules compute names',
      '[queue.strategy]\nroute = "key_get(\'\', rcpt)"\n[queue.route.r]\ntype = "relay"',
      true,
    ],
    ['what is ours cannot be read', '[directory.default]\ndomains = "a b"', true],
    ['only a route nobody chooses is broken', '[queue.route.r]\ntype = "relay"', false],
    ['only a limit is broken', '[limits]\nconnections = 0', false],
    ['there are only warnings', '[queue.route.r]\ntype = "mx"\nadress = "x"', false],
  ])('%s', async (_name, text, broken) => {
    expect((await read(text)).routingBroken).toBe(broken)
  })
})

test('every code is explained in the documentation', () => {
  const documentation = readFileSync(join(import.meta.dirname, '../../../../docs/config-codes.md'), 'utf8')
  for (const [, code] of [...ERRORS, ...WARNINGS]) expect(documentation).toContain(`\`${code}\``)
})
