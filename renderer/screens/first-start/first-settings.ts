import type { ConfigChange } from '../../../main/contract/channels.ts'
import type { RouteView, SettingsView, Strategy } from '../../../main/contract/settings.ts'
import { formChanges, idFor, removalChanges } from '../routing/route-form.ts'
import type { RouteForm, Saving } from '../routing/route-form.ts'
import { routeOf, rulesChange, thenOf, usesOf, withElse } from '../routing/rule-list.ts'
import { planTemplate, plannedRules } from '../routing/templates.ts'

/** Who may send: the office's own networks, certain ones, or this computer alone. */
export type Access = { readonly kind: 'private' | 'loopback' } | { readonly kind: 'some'; readonly networks: readonly string[] }

export function networksOf(access: Access): readonly string[] {
  return access.kind === 'some' ? access.networks : [access.kind]
}

export function accessOf(networks: readonly string[]): Access {
  if (networks.length === 1 && (networks[0] === 'private' || networks[0] === 'loopback')) return { kind: networks[0] }
  return { kind: 'some', networks }
}

/** What a person typed as networks: with commas, spaces or lines between them. */
export function splitNetworks(typed: string): readonly string[] {
  return typed.split(/[\s,;]+/).filter(Boolean)
}

export interface FirstPlan {
  /** null: everything stays here. Its `id` is not looked at. */
  readonly form: RouteForm | null
  readonly access: Access
  /** The route that this first start has written before, when somebody went back; null for none. */
  readonly written: RouteView | null
}

/** All that is written at the end, in one piece, so that nothing is ever half set up; and the route's id. */
export function firstChanges(plan: FirstPlan, settings: SettingsView): Saving & { readonly routeId: string | null } {
  const access = accessChanges(plan.access, settings)
  const { queue } = settings
  if (plan.form === null) {
    if (plan.written === null) return { changes: access, secrets: [], routeId: null }
    const rules = withElse(withoutOwn(queue.strategy.route, plan.written.id), 'local')
    return { changes: [...removalChanges(plan.written, queue), rulesChange(rules), ...access], secrets: [], routeId: null }
  }
  // The route keeps its name in the file when its service is changed: nothing is left behind, and mail that waits for it goes on.
  const id = plan.written?.id ?? idFor(plan.form.name, [...Object.keys(queue.routes), 'local', 'mx'], 'relay')
  const { changes, secrets } = formChanges({ ...plan.form, id }, plan.written, queue)
  const rules = rulesThrough(id, queue.strategy.route)
  return { changes: [...changes, ...(rules === null ? [] : [rulesChange(rules)]), ...access], secrets, routeId: id }
}

function accessChanges(access: Access, settings: SettingsView): ConfigChange[] {
  const wanted = networksOf(access)
  const now = settings.access.networks
  return wanted.length === now.length && wanted.every((network, index) => network === now[index])
    ? []
    : [{ path: ['access', 'networks'], value: [...wanted] }]
}

/** Our own domains stay here, everything else goes out through the route; null when the rules say so already. */
function rulesThrough(id: string, rules: Strategy): Strategy | null {
  if (routeOf(rules.else) === id) return null
  if (routeOf(rules.else) !== 'local') return withElse(rules, id)
  return plannedRules(planTemplate('local-first', { main: id, other: '', failed: 1, by: 'device', values: [] }, rules))
}

/** The rules without those that name a route; what only kept our own mail here is not needed where all of it stays. */
function withoutOwn(rules: Strategy, id: string): Strategy {
  const uses = usesOf(rules, id)
  const branches = rules.branches.filter((branch, index) => !uses.includes(index) && branch.then !== thenOf('local'))
  return { ...rules, branches }
}
