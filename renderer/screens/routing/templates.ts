import type { Strategy } from '../../../main/contract/settings.ts'
import { routeOf, thenOf } from './rule-list.ts'
import type { Rule } from './rule-list.ts'
import { printConditions, readConditions } from './rule-words.ts'
import type { Condition, ConditionKind, ListKind } from './rule-words.ts'

/** Ready-made arrangements of rules. Each adds to what stands or changes a route in it; none takes a rule away. */
export const TEMPLATES = ['fallback', 'local-first', 'per-domain', 'by-device', 'split'] as const
export type Template = (typeof TEMPLATES)[number]

/** What a person fills in; each template uses some of it. Routes are ids. */
export interface TemplateChoices {
  /** Where everything else goes; '' leaves that as it is. */
  readonly main: string
  /** The other route: the fallback, or the one for the domains, devices or people. */
  readonly other: string
  readonly failed: number
  /** What `by-device` looks at. */
  readonly by: Extract<ListKind, 'device' | 'sender' | 'sender-domain'> | 'signed-in'
  readonly values: readonly string[]
}

/** How the rules will stand: each with what happens to it. The last is "everything else" (`if` is ''). */
export interface PlannedRule extends Rule {
  readonly mark: 'kept' | 'new' | 'changed'
}

interface Plan {
  readonly branches: readonly PlannedRule[]
  readonly otherwise: PlannedRule
}

/** What the rules will be after a template (`none`: as they are); the same rules when it has nothing to add. */
export function planTemplate(template: Template | 'none', choices: TemplateChoices, rules: Strategy): readonly PlannedRule[] {
  const kept: Plan = {
    branches: rules.branches.map((rule) => ({ ...rule, mark: 'kept' })),
    otherwise: { if: '', then: rules.else, mark: 'kept' },
  }
  const { branches, otherwise } = template === 'none' ? kept : apply(template, choices, kept)
  return [...branches, otherwise]
}

/** A plan as the rules it describes. */
export function plannedRules(plan: readonly PlannedRule[]): Strategy {
  return { branches: plan.slice(0, -1).map((rule) => ({ if: rule.if, then: rule.then })), else: plan.at(-1)?.then ?? '' }
}

function apply(template: Template, choices: TemplateChoices, plan: Plan): Plan {
  switch (template) {
    case 'fallback':
      return withMain(fallback(plan, choices), choices.main)
    case 'local-first':
      return withMain(route(plan, { kind: 'own-domain' }, 'local', 0), choices.main)
    case 'per-domain':
      return route(plan, { kind: 'rcpt-domain', values: choices.values }, choices.other, behindOwn(plan))
    case 'by-device': {
      const condition: Condition = choices.by === 'signed-in' ? { kind: 'signed-in' } : { kind: choices.by, values: choices.values }
      return route(plan, condition, choices.other, behindOwn(plan))
    }
    case 'split': {
      const known = route(plan, { kind: 'own-address' }, 'local', 0)
      return route(known, { kind: 'own-domain' }, choices.other, behind(known, ['own-address']))
    }
  }
}

function withMain(plan: Plan, main: string): Plan {
  if (main === '' || routeOf(plan.otherwise.then) === main) return plan
  return { ...plan, otherwise: { ...plan.otherwise, then: thenOf(main), mark: 'changed' } }
}

/** Before a rule that already acts after fewer tries, or it would never be asked; else last. */
function fallback(plan: Plan, { failed, other }: TemplateChoices): Plan {
  const earlier = plan.branches.findIndex((rule) => {
    const [only, ...more] = readConditions(rule.if) ?? []
    return only?.kind === 'tries' && more.length === 0 && only.failed < failed
  })
  return route(plan, { kind: 'tries', failed }, other, earlier < 0 ? plan.branches.length : earlier)
}

/** Adds a rule, or gives the one that already asks just this its route. */
function route(plan: Plan, condition: Condition, to: string, at: number): Plan {
  const text = printConditions([condition])
  const same = plan.branches.findIndex((rule) => printConditions(readConditions(rule.if) ?? []) === text)
  const branches = [...plan.branches]
  const standing = branches[same]
  if (standing === undefined) branches.splice(at, 0, { if: text, then: thenOf(to), mark: 'new' })
  else if (routeOf(standing.then) !== to) branches[same] = { ...standing, then: thenOf(to), mark: 'changed' }
  return { ...plan, branches }
}

const behindOwn = (plan: Plan): number => behind(plan, ['own-domain', 'own-address'])
/** The place behind the last rule that asks nothing but one of these. */
function behind(plan: Plan, kinds: readonly ConditionKind[]): number {
  const fits = plan.branches.map((rule) => {
    const [only, ...more] = readConditions(rule.if) ?? []
    return only !== undefined && more.length === 0 && kinds.includes(only.kind)
  })
  return fits.lastIndexOf(true) + 1
}
