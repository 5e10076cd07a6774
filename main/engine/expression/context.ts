import type { ValueType } from './value.ts'

/** Who asks: which variables exist depends on it (2.8). `match` is the filter of a limiter or quota, `dsn` the texts of reports. */
export type ContextName = 'route' | 'schedule' | 'tls' | 'connection' | 'match' | 'dsn'
export interface ExpressionContext {
  name: ContextName
  variables: readonly string[]
}

/** The types of all variables there are; the check and the lints reason with them. */
export const VARIABLE_TYPES: ReadonlyMap<string, ValueType> = new Map([
  ['rcpt', 'string'],
  ['rcpt_domain', 'string'],
  ['recipients', 'array'],
  ['sender', 'string'],
  ['sender_domain', 'string'],
  ['priority', 'int'],
  ['retry_num', 'int'],
  ['notify_num', 'int'],
  ['expires_in', 'int'],
  ['last_status', 'string'],
  ['last_error', 'string'],
  ['queue_name', 'string'],
  ['queue_age', 'int'],
  ['received_from_ip', 'string'],
  ['received_via_port', 'int'],
  ['source', 'string'],
  ['size', 'int'],
  ['mx', 'string'],
  ['remote_ip', 'string'],
  ['local_ip', 'string'],
])

const HOST_VARIABLES: readonly string[] = ['mx', 'remote_ip', 'local_ip']
const ALL_VARIABLES: readonly string[] = [...VARIABLE_TYPES.keys()]
const RECIPIENT_VARIABLES = ALL_VARIABLES.filter((name) => !HOST_VARIABLES.includes(name))
const DSN_VARIABLES: readonly string[] = [
  'sender',
  'sender_domain',
  'priority',
  'retry_num',
  'notify_num',
  'expires_in',
  'last_status',
  'last_error',
]

/** The variables of each context: 17 of the recipient, three more once a host is being chosen (2.8). */
export const CONTEXTS: Readonly<Record<ContextName, ExpressionContext>> = {
  route: { name: 'route', variables: RECIPIENT_VARIABLES },
  schedule: { name: 'schedule', variables: RECIPIENT_VARIABLES },
  tls: { name: 'tls', variables: ALL_VARIABLES },
  connection: { name: 'connection', variables: ALL_VARIABLES },
  match: { name: 'match', variables: ALL_VARIABLES },
  dsn: { name: 'dsn', variables: DSN_VARIABLES },
}

/** Names of the inbound contexts, and words people try, with what serves here instead (2.8). */
export const REPLACEMENTS: ReadonlyMap<string, { hint: string; suggestion?: string }> = new Map([
  [
    'authenticated_as',
    {
      hint: "use source == 'authenticated', sender, sender_domain, received_from_ip or received_via_port",
      suggestion: "source == 'authenticated'",
    },
  ],
  ['listener', { hint: 'use received_via_port, the local port the message came in on', suggestion: 'received_via_port' }],
  ['local_port', { hint: 'use received_via_port, the local port the message came in on', suggestion: 'received_via_port' }],
  ['helo_domain', { hint: 'use received_from_ip, the address of the client', suggestion: 'received_from_ip' }],
  [
    'remote_ip',
    {
      hint: 'use received_from_ip, the address of the client; remote_ip is known only in tls and connection',
      suggestion: 'received_from_ip',
    },
  ],
  ['local_ip', { hint: 'it is known only in tls and connection' }],
  ['mx', { hint: "it is known only in tls and connection; the name of the route is written 'mx'", suggestion: "'mx'" }],
  ['remote_port', { hint: 'use received_from_ip, the address of the client', suggestion: 'received_from_ip' }],
  ['is_tls', { hint: 'how the client connected is not known any more when a message is routed; source may do' }],
  ['protocol', { hint: 'how the client connected is not known any more when a message is routed; received_via_port may do' }],
  ['asn', { hint: 'no outbound rule can see it; received_from_ip may do' }],
  ['country', { hint: 'no outbound rule can see it; received_from_ip may do' }],
  ['recipient', { hint: 'the address of the recipient is rcpt', suggestion: 'rcpt' }],
  ['rcpt_to', { hint: 'the address of the recipient is rcpt', suggestion: 'rcpt' }],
  ['to', { hint: 'the address of the recipient is rcpt', suggestion: 'rcpt' }],
  ['domain', { hint: 'the domain of the recipient is rcpt_domain', suggestion: 'rcpt_domain' }],
  ['recipient_domain', { hint: 'the domain of the recipient is rcpt_domain', suggestion: 'rcpt_domain' }],
  ['from', { hint: 'the envelope sender is sender', suggestion: 'sender' }],
  ['mail_from', { hint: 'the envelope sender is sender', suggestion: 'sender' }],
  ['return_path', { hint: 'the envelope sender is sender', suggestion: 'sender' }],
  ['subject', { hint: 'rules see the envelope, never the headers' }],
])

/** Functions of the documented system that this one refuses, and why (2.10). */
export const REFUSED_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['sql_query', 'databases are not supported; keep the list in a store and use key_exists or key_get'],
  ['key_set', 'a rule is evaluated many times for one message, so it may not change a store; key_exists and key_get read one'],
  ['counter_incr', 'a rule is evaluated many times for one message, so it may not count; retry_num counts the attempts'],
  ['counter_get', 'there are no counters, since no rule may change one; retry_num counts the attempts'],
])
