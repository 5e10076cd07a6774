import type { ConfigChange } from '../../../main/contract/channels.ts'
import type { Strategy } from '../../../main/contract/settings.ts'
import { literalOf, quote, tokens } from './expression-text.ts'

/** The ordered rules: a branch of `queue.strategy.route` each, and at the end "everything else". */
export type Rule = Strategy['branches'][number]

/** The route a rule names, or null when it works its name out. */
export const routeOf = (then: string): string | null => literalOf(then)
/** How a rule names a route. */
export const thenOf = (route: string): string => quote(route)

export function withRule(rules: Strategy, at: number, rule: Rule): Strategy {
  return { ...rules, branches: [...rules.branches.slice(0, at), rule, ...rules.branches.slice(at)] }
}
export function replaced(rules: Strategy, at: number, rule: Rule): Strategy {
  return { ...rules, branches: rules.branches.map((one, index) => (index === at ? rule : one)) }
}
export function withoutRule(rules: Strategy, at: number): Strategy {
  return { ...rules, branches: rules.branches.filter((_, index) => index !== at) }
}
/** @param to  where it stands afterwards */
export function moved(rules: Strategy, from: number, to: number): Strategy {
  const rule = rules.branches[from]
  return rule === undefined ? rules : withRule(withoutRule(rules, from), to, rule)
}
export const withElse = (rules: Strategy, route: string): Strategy => ({ ...rules, else: thenOf(route) })

/** The whole list as one change of the file; without rules the plain value (a list of only an else is none). */
export function rulesChange(rules: Strategy): ConfigChange {
  const { branches } = rules
  const list = [...branches.map((rule) => ({ if: rule.if, then: rule.then })), { else: rules.else }]
  return { path: ['queue', 'strategy', 'route'], value: branches.length === 0 ? rules.else : list }
}

/** The places of rules that name a route, also inside a text that works it out; `branches.length` stands for "everything else". */
export function usesOf(rules: Strategy, route: string): readonly number[] {
  const all = [...rules.branches.map((rule) => rule.then), rules.else]
  return all.flatMap((then, index) => (names(then, route) ? [index] : []))
}
function names(then: string, route: string): boolean {
  return (tokens(then) ?? []).some((token) => token.kind === 'string' && token.value === route)
}

/** Every rule that names `from` names `to` instead. Only the name changes in a text that works it out. */
export function redirected(rules: Strategy, from: string, to: string): Strategy {
  const change = (then: string): string => {
    let shown = ''
    let at = 0
    for (const token of tokens(then) ?? []) {
      if (token.kind !== 'string' || token.value !== from) continue
      shown += then.slice(at, token.start) + thenOf(to)
      at = token.end
    }
    return shown + then.slice(at)
  }
  return { branches: rules.branches.map((rule) => ({ ...rule, then: change(rule.then) })), else: change(rules.else) }
}

/** A name for each rule that stays with it when it is moved; rules that say the same are counted. */
export function ruleKeys(rules: Strategy): readonly string[] {
  const seen = new Map<string, number>()
  return rules.branches.map((rule) => {
    const text = `${rule.if}\n${rule.then}`
    const times = seen.get(text) ?? 0
    seen.set(text, times + 1)
    return `${text}\n${times}`
  })
}
