import type { Args, ConfigState, Notice, Result } from '../../main/contract/channels.ts'
import type { Explanation } from '../../main/contract/routing.ts'
import type { RouteView, Strategy } from '../../main/contract/settings.ts'
import { literalOf, tokens } from '../screens/routing/expression-text.ts'
import { readConditions } from '../screens/routing/rule-words.ts'
import type { Condition } from '../screens/routing/rule-words.ts'
import { changedAccess } from './made-up-devices.ts'

type Changed = (state: Notice<'config.changed'>) => void

/** Settings that can be changed and asked, as far as the Routing screen does so. What is only made up stays so: hosts and replies are invented. */
export function madeUpRouting(first: ConfigState, changed: Changed) {
  let state = first
  const put = (next: ConfigState): void => {
    state = next
    changed(state)
  }
  return {
    'config.get': () => state,
    'config.check': ({ text }: Args<'config.check'>) => checkText(text),
    'config.saveText': ({ text }: Args<'config.saveText'>): Result<'config.saveText'> => {
      const issues = checkText(text)
      const saved = issues.every((issue) => issue.severity !== 'error')
      if (saved) put({ ...state, text, issues, settings: text === first.text ? first.settings : state.settings })
      return { saved, issues }
    },
    'config.change': ({ changes }: Args<'config.change'>): Result<'config.change'> => {
      const port = changes.find((change) => change.path.at(-1) === 'port' && typeof change.value !== 'number')
      if (port !== undefined) {
        const message = `“${JSON.stringify(port.value)}” is no port; write a number from 1 to 65535`
        return { saved: false, issues: [{ severity: 'error', kind: 'build', code: 'port-invalid', path: port.path.join('.'), message }] }
      }
      put(changes.reduce(applyChange, { ...state, text: `${state.text}\n# ${changes.map((change) => change.path.join('.')).join(', ')}` }))
      return { saved: true, issues: [] }
    },
    'routing.checkExpression': ({ text }: Args<'routing.checkExpression'>): Result<'routing.checkExpression'> => {
      const odd = (tokens(text) ?? []).find((token) => token.text === 'authenticated_as')
      if (odd === undefined)
        return { problem: text.trim() === '' ? { kind: 'syntax', message: 'the expression is empty', column: 1, suggestion: null } : null }
      const message = 'unknown variable "authenticated_as"; use source == \'authenticated\', sender or received_from_ip'
      return { problem: { kind: 'unknown-identifier', message, column: odd.start + 1, suggestion: 'source' } }
    },
    'routing.explain': (question: Args<'routing.explain'>): Explanation => explain(state, question),
    'relay.test': ({ address, password }: Args<'relay.test'>): Result<'relay.test'> => ({
      ok: password !== 'wrong',
      cause: password === 'wrong' ? 'auth' : 'ok',
      text: `${address} does not take the user name or the password. Type them anew, then test again.`,
      tls: 'TLS 1.3, certificate checked',
      transcript: [
        { at: 0, by: 'note', text: `Connecting to ${address}, 203.0.113.24` },
        { at: 40, by: 'them', text: `220 ${address} ESMTP ready` },
        { at: 41, by: 'us', text: 'EHLO mailroom.office.lan' },
        { at: 180, by: 'them', text: '250-SIZE 52428800\n250 AUTH PLAIN LOGIN' },
        { at: 181, by: 'us', text: 'AUTH PLAIN hidden' },
        {
          at: 240,
          by: 'them',
          text: password === 'wrong' ? '535 5.7.8 Authentication credentials invalid' : '235 Authentication succeeded',
        },
      ],
    }),
    'message.sendTest': (): Result<'message.sendTest'> => ({ entryId: 'E1' }),
  }
}

function checkText(text: string): ConfigState['issues'] {
  const line = text.split('\n').findIndex((one) => /^\s*retry\s*=.*"\d+"/.test(one)) + 1
  if (line === 0) return []
  const message = '“10” has no unit. Write "10m" for ten minutes.'
  return [
    {
      severity: 'error',
      kind: 'build',
      code: 'duration-unit',
      path: 'queue.schedule.remote.retry',
      message,
      line,
      column: 10,
      suggestion: '"10m"',
    },
  ]
}

function applyChange(state: ConfigState, change: Args<'config.change'>['changes'][number]): ConfigState {
  const { path, value } = change
  const access = changedAccess(state, change)
  if (access !== null) return access
  const { queue } = state.settings
  const [, kind, id = '', ...key] = path
  const withQueue = (next: Partial<typeof queue>): ConfigState => ({
    ...state,
    settings: { ...state.settings, queue: { ...queue, ...next } },
  })
  if (kind === 'strategy' && id === 'route') return withQueue({ strategy: { ...queue.strategy, route: readStrategy(value) } })
  if (kind === 'strategy' && id === 'tls') return withQueue({ strategy: { ...queue.strategy, tls: readStrategy(value) } })
  if (kind === 'tls') {
    const policy = {
      id,
      dane: 'optional',
      mtaSts: 'optional',
      starttls: 'require',
      allowInvalidCertificates: false,
      timeoutMs: { tls: 1, mtaSts: 1 },
    } as const
    return withQueue({ tls: { ...queue.tls, [id]: policy } })
  }
  if (kind !== 'route') return state
  const { [id]: old, ...others } = queue.routes
  if (key.length === 0) return withQueue({ routes: others })
  return withQueue({ routes: { ...queue.routes, [id]: withKey(old ?? blank(id), key.join('.'), value) } })
}

const blank = (id: string): RouteView => ({
  type: 'relay',
  id,
  description: '',
  address: '',
  port: 25,
  protocol: 'smtp',
  tls: { implicit: true, allowInvalidCertificates: false },
  auth: null,
  batchDomains: false,
})

function withKey(route: RouteView, key: string, value: unknown): RouteView {
  if (key === 'description') return { ...route, description: asText(value) }
  if (route.type !== 'relay') return route
  if (key === 'address') return { ...route, address: String(value) }
  if (key === 'port') return { ...route, port: Number(value) }
  if (key === 'tls.implicit') return { ...route, tls: { ...route.tls, implicit: value === true } }
  if (key === 'auth.username') return { ...route, auth: { username: String(value), secret: 'stored', allowCleartext: false } }
  return key === 'auth' ? { ...route, auth: null } : route
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '')

function readStrategy(value: unknown): Strategy {
  if (!Array.isArray(value)) return { branches: [], else: asText(value) || "'default'" }
  const list = value as { if?: string; then?: string; else?: string }[]
  return {
    branches: list.flatMap((one) => (one.if === undefined ? [] : [{ if: one.if, then: one.then ?? '' }])),
    else: list.at(-1)?.else ?? '',
  }
}

function explain(state: ConfigState, question: Args<'routing.explain'>): Explanation {
  const rules = state.settings.queue.strategy.route
  const trace: Explanation['trace'] = []
  let rule: number | null = null
  for (const [index, branch] of rules.branches.entries()) {
    const yes = (readConditions(branch.if) ?? [{ kind: 'larger', bytes: 1e9 } as const]).every((one) => fits(one, question, state))
    trace.push({ rule: index, if: branch.if, result: yes ? 1 : 0 })
    if (!yes) continue
    rule = index
    break
  }
  const id = literalOf(rule === null ? rules.else : (rules.branches[rule]?.then ?? '')) ?? ''
  const route = state.settings.queue.routes[id]
  const lost = question.recipient.endsWith('.nowhere')
  const targets = !question.resolve || lost ? [] : targetsOf(route)
  const problem = lost
    ? ({ kind: 'permanent', class: 'dns', status: '5.1.2', text: 'There is no domain of that name.', cause: 'dns-missing' } as const)
    : null
  return { recipient: question.recipient, route: id, type: route?.type ?? null, rule, trace, targets, problem }
}

function targetsOf(route: RouteView | undefined): Explanation['targets'] {
  if (route?.type === 'relay') {
    return ['203.0.113.24', '203.0.113.25'].map((address) => ({ host: route.address, address, port: route.port, preference: null }))
  }
  return route?.type === 'mx' ? [{ host: 'mx1.example.net', address: '198.51.100.7', port: 25, preference: 10 }] : []
}

function fits(condition: Condition, question: Args<'routing.explain'>, state: ConfigState): boolean {
  const domain = question.recipient.split('@').at(-1)?.toLowerCase() ?? ''
  switch (condition.kind) {
    case 'all':
      return true
    case 'own-domain':
    case 'own-address':
      return state.settings.directories['default']?.domains.includes(domain) ?? false
    case 'tries':
      return question.retryNum >= condition.failed
    case 'rcpt-domain':
      return condition.values.includes(domain)
    case 'rcpt':
      return condition.values.includes(question.recipient)
    case 'device':
      return condition.values.includes(asText(question.variables['received_from_ip']))
    case 'sender':
      return condition.values.includes(question.sender)
    case 'sender-domain':
      return condition.values.includes(question.sender.split('@').at(-1) ?? '')
    case 'signed-in':
      return question.variables['source'] === 'authenticated'
    case 'larger':
    case 'port':
      return false
  }
}
