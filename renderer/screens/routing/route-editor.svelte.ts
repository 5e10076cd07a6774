import type { RelayTestResult } from '../../../main/contract/channels.ts'
import type { Issue } from '../../../main/contract/issue.ts'
import type { RouteView, SettingsView, Strategy } from '../../../main/contract/settings.ts'
import { ask } from '../../lib/bridge.ts'
import { PROVIDERS, providerAt } from '../../lib/providers.ts'
import { saying } from '../../lib/words/words.svelte.ts'
import { isDefined } from './route-choice.ts'
import { emptyForm, formChanges, formOf, idFor, sortIssues, testOf } from './route-form.ts'
import type { RouteForm } from './route-form.ts'
import { routeOf, rulesChange, withElse } from './rule-list.ts'
import { settings as saving } from '../../lib/config/saving.svelte.ts'
import { planTemplate, plannedRules } from './templates.ts'

type Test =
  | { readonly state: 'none' | 'running' }
  | { readonly state: 'done'; readonly result: RelayTestResult }
  | { readonly state: 'refused'; readonly text: string }

/** One route in its form: what is typed, what the engine says to it, and the test of the connection. */
export class RouteEditor {
  form = $state<RouteForm>(emptyForm())
  issues = $state.raw<readonly Issue[]>([])
  test = $state.raw<Test>({ state: 'none' })
  /** For a new relay: what no rule decides goes through it from now on. */
  useForElse = $state(false)
  provider = $state('')

  /** In the file before; null when it is new there. A built-in route that is changed is new there too. */
  readonly before: RouteView | null
  /** It was not there at all. */
  readonly isNew: boolean
  readonly #queue: SettingsView['queue']
  #tested = 0

  /** @param start  the route to edit, or the one to copy when `copyName` is given; null for an empty form */
  constructor(queue: SettingsView['queue'], start: RouteView | null, copyName: string | null = null) {
    this.#queue = queue
    this.isNew = start === null || copyName !== null
    this.before = start !== null && copyName === null && isDefined(queue.routes, start.id) ? start : null
    if (start !== null) this.form = { ...formOf(start, queue), ...(copyName === null ? {} : { id: '', name: copyName }) }
    this.provider = start === null ? '' : (providerAt(this.form.address)?.id ?? '')
    this.useForElse = this.isNew && copyName === null && this.elseIsLocal
  }

  /** Nothing leaves this office yet: the first relay is meant to change that. */
  get elseIsLocal(): boolean {
    const id = routeOf(this.#queue.strategy.route.else)
    return id !== null && (this.#queue.routes[id]?.type ?? (id === 'local' ? 'local' : null)) === 'local'
  }
  get id(): string {
    if (!this.isNew) return this.form.id
    return idFor(this.form.name, [...Object.keys(this.#queue.routes), 'local', 'mx'], this.form.type)
  }
  get hasSecret(): boolean {
    return this.before?.type === 'relay' && this.before.auth !== null
  }
  get secretState(): 'stored' | 'macro' | 'plain' | 'none' {
    return this.before?.type === 'relay' ? (this.before.auth?.secret ?? 'none') : 'none'
  }
  /** The engine's problems by field. */
  get sorted(): ReturnType<typeof sortIssues> {
    return sortIssues(this.issues, this.id)
  }
  /** Relays at the same address, which share the policy for STARTTLS. */
  get shared(): readonly RouteView[] {
    const address = this.form.address.trim()
    return Object.values(this.#queue.routes).filter(
      (route) => route.type === 'relay' && route.id !== this.id && route.address === address && !route.tls.implicit,
    )
  }
  /** There is something to save. */
  get changed(): boolean {
    return formChanges({ ...this.form, id: this.id }, this.before, this.#queue).changes.length > 0
  }

  /** Fills in what is known of a service; what a person typed as name stays. */
  choose(id: string): void {
    const old = PROVIDERS.find((one) => one.id === this.provider)
    const chosen = PROVIDERS.find((one) => one.id === id)
    this.provider = id
    if (chosen === undefined) return
    if (this.form.name.trim() === '' || this.form.name === old?.name) this.form.name = chosen.name
    if (this.form.username === (old?.username ?? '')) this.form.username = chosen.username ?? ''
    this.form.address = chosen.address
    this.form.port = String(chosen.port)
    this.form.encryption = chosen.encryption
  }

  async runTest(): Promise<void> {
    const run = ++this.#tested
    this.test = { state: 'running' }
    const answer = await ask('relay.test', testOf({ ...this.form, id: this.id }, this.hasSecret))
    if (run !== this.#tested) return
    this.test = answer.ok ? { state: 'done', result: answer.value } : { state: 'refused', text: answer.problem.text }
  }

  /** @returns whether it is written and in force */
  async save(): Promise<boolean> {
    const form = { ...this.form, id: this.id }
    const { changes, secrets } = formChanges(form, this.before, this.#queue)
    const rules = this.useForElse ? [rulesChange(this.#rulesWithIt(form.id))] : []
    const said = saying('routing.saved.route', { route: form.name.trim() === '' ? form.id : form.name.trim() })
    const result = await saving.save({ changes: [...changes, ...rules], secrets }, said)
    this.issues = result.issues
    return result.saved
  }

  /** Everything else through it; where all mail stayed here so far, mail to our own domains goes on staying. */
  #rulesWithIt(id: string): Strategy {
    const rules = this.#queue.strategy.route
    if (!this.elseIsLocal) return withElse(rules, id)
    return plannedRules(planTemplate('local-first', { main: id, other: '', failed: 1, by: 'device', values: [] }, rules))
  }
}
