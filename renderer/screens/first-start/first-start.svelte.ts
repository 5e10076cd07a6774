import type { Issue } from '../../../main/contract/issue.ts'
import type { RouteView } from '../../../main/contract/settings.ts'
import { ask } from '../../lib/bridge.ts'
import { config } from '../../lib/state/config.svelte.ts'
import { t } from '../../lib/words/words.svelte.ts'
import type { PlainKey } from '../../lib/words/words.svelte.ts'
import { emptyForm, sortIssues, testOf } from '../routing/route-form.ts'
import type { RouteField, RouteForm } from '../routing/route-form.ts'
import { accessOf, firstChanges, networksOf, splitNetworks } from './first-settings.ts'
import type { Access } from './first-settings.ts'
import { signInOptional } from './provider-choice.ts'
import type { Choice } from './provider-choice.ts'
import { RelayRun } from './relay-run.svelte.ts'

export const STEPS = ['provider', 'signin', 'test', 'access', 'device'] as const
export type Step = (typeof STEPS)[number]

/** The first start as it goes on: what was chosen and typed so far. Nothing is written before the devices are chosen, and then all at once. */
export class FirstStart {
  step = $state<Step>('provider')
  choice = $state.raw<Choice | null>(null)
  form = $state<RouteForm>(emptyForm())
  access = $state<Access['kind']>('private')
  networks = $state('')
  /** What is not right in the step in hand, by field; asked for when somebody goes on. */
  problems = $state.raw<Partial<Record<RouteField | 'networks', PlainKey>>>({})
  /** Why the engine did not take it. */
  issues = $state.raw<readonly Issue[]>([])
  saving = $state(false)
  readonly run = new RelayRun()
  /** Id of the route that was written; null for none. */
  routeId = $state<string | null>(null)
  /** The test went well for what stands in the form, or somebody went on all the same. */
  #passed = false

  keeps = $derived(this.choice?.kind === 'keep')
  /** Keeping everything here needs no sign-in and no test. */
  steps = $derived(STEPS.filter((step) => !this.keeps || (step !== 'signin' && step !== 'test')))
  /** The engine's words about the route, by field. */
  said = $derived(sortIssues(this.issues, this.routeId ?? ''))
  name = $derived(this.choice?.kind === 'listed' ? this.choice.provider.name : this.form.address.trim())
  /** The address that most services want as sender. */
  sender = $derived(!this.keeps && /^[^@\s]+@[^@\s]+$/.test(this.form.username.trim()) ? this.form.username.trim() : '')

  constructor() {
    const access = accessOf(config.now?.settings.access.networks ?? ['private'])
    this.access = access.kind
    if (access.kind === 'some') this.networks = networksOf(access).join(', ')
  }

  /** Takes a provider and goes on; what was typed for the same one stays. */
  choose(choice: Choice): void {
    const same = JSON.stringify(choice) === JSON.stringify(this.choice)
    this.choice = choice
    if (!same) this.#fill(choice)
    this.go(choice.kind === 'keep' ? 'access' : 'signin')
  }
  /** Another way to the same service, where the usual one does not work. */
  use(choice: Choice): void {
    this.choice = choice
    this.#fill(choice)
    this.problems = {}
  }
  go(step: Step): void {
    if (step !== 'test') this.run.stop()
    this.problems = {}
    this.issues = []
    this.step = step
  }
  back(): void {
    const before = this.steps[this.steps.indexOf(this.step) - 1]
    if (before !== undefined) this.go(before)
  }
  /** A step that was passed can be gone back to. */
  isPassed(step: Step): boolean {
    return this.steps.includes(step) && this.steps.indexOf(step) < this.steps.indexOf(this.step)
  }

  /** From the sign-in to the test, which begins by itself. */
  testSignIn(): void {
    this.problems = this.#signInProblems()
    if (Object.keys(this.problems).length > 0) return
    this.go('test')
    this.test()
  }
  test(): void {
    this.#passed = false
    void this.run.test(testOf({ ...this.form, id: this.routeId ?? '' }, false))
  }
  /** Tests again with one thing changed: any certificate, or a sign-in without encryption. */
  testWith(change: Partial<RouteForm>): void {
    Object.assign(this.form, change)
    this.test()
  }
  goOn(): void {
    this.#passed = this.run.ok
    this.go('access')
  }
  get passed(): boolean {
    return this.#passed
  }

  /** Writes everything and goes on to the first device. */
  async save(): Promise<void> {
    const networks = splitNetworks(this.networks)
    this.problems = this.access === 'some' && networks.length === 0 ? { networks: 'first.access.some.none' } : {}
    const settings = config.now?.settings
    if (Object.keys(this.problems).length > 0 || settings === undefined) return
    this.saving = true
    const access: Access = this.access === 'some' ? { kind: 'some', networks } : { kind: this.access }
    const written: RouteView | null = this.routeId === null ? null : (settings.queue.routes[this.routeId] ?? null)
    const form = this.keeps ? null : { ...this.form, name: this.name }
    const { changes, secrets, routeId } = firstChanges({ form, access, written }, settings)
    const result = await write(changes, secrets)
    this.saving = false
    this.issues = result
    if (result.length > 0) return
    this.routeId = routeId
    this.go('device')
  }

  #fill(choice: Choice): void {
    this.run.forget()
    this.form = emptyForm()
    if (choice.kind !== 'listed') return
    const { name, address, port, encryption, username = '' } = choice.provider
    Object.assign(this.form, { name, address, port: String(port), encryption, username })
  }
  #signInProblems(): Partial<Record<RouteField, PlainKey>> {
    const { address, port, username, password } = this.form
    const optional = this.choice === null || signInOptional(this.choice)
    const given = username.trim() !== '' || password !== ''
    const needed = !optional || given
    const isPort = /^\d+$/.test(port.trim()) && Number(port) > 0 && Number(port) < 65_536
    return {
      ...(address.trim() === '' ? { address: 'first.signin.address.none' as const } : {}),
      ...(isPort ? {} : { port: 'first.signin.port.none' as const }),
      ...(needed && username.trim() === '' ? { username: 'first.signin.username.none' as const } : {}),
      ...(needed && password === '' ? { password: 'first.signin.password.none' as const } : {}),
    }
  }
}

/** @returns what stands in the way; nothing when it is written and in force */
async function write(
  changes: ReturnType<typeof firstChanges>['changes'],
  secrets: ReturnType<typeof firstChanges>['secrets'],
): Promise<readonly Issue[]> {
  if (changes.length === 0 && secrets.length === 0) return []
  const answer = await ask('config.change', { changes: [...changes], secrets: [...secrets] })
  const refused: Issue[] = answer.ok
    ? answer.value.saved
      ? []
      : answer.value.issues.filter((issue) => issue.severity === 'error')
    : [{ severity: 'error', kind: 'build', code: 'refused', path: '', message: answer.problem.text }]
  if (answer.ok && !answer.value.saved && refused.length === 0)
    return [{ severity: 'error', kind: 'build', code: 'refused', path: '', message: t('first.access.problem') }]
  const fresh = refused.length === 0 ? await ask('config.get', {}) : null
  if (fresh?.ok) config.now = fresh.value
  return refused
}
