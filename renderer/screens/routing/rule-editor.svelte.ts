import type { Result } from '../../../main/contract/channels.ts'
import type { Strategy } from '../../../main/contract/settings.ts'
import { ask } from '../../lib/bridge.ts'
import { routeOf, replaced, thenOf, withElse, withRule } from './rule-list.ts'
import { freshCondition, isListKind, lackOf, printConditions, readConditions, splitValues } from './rule-words.ts'
import type { Condition, ConditionKind, ListKind } from './rule-words.ts'

export type ExpressionProblem = NonNullable<Result<'routing.checkExpression'>['problem']>

/** A condition as it stands in the form: lists and numbers as typed. */
export class ConditionDraft {
  kind = $state<ConditionKind>('own-domain')
  typed = $state('')
  readonly key: number

  constructor(key: number, condition: Condition) {
    this.key = key
    this.kind = condition.kind
    this.typed = typedOf(condition)
  }
}

/** One rule in its form. A rule that is only looked at, or whose words are not touched, keeps its text to the byte. */
export class RuleEditor {
  as = $state<'words' | 'text'>('words')
  conditions = $state<ConditionDraft[]>([])
  text = $state('')
  route = $state('')
  /** Where a new rule is put: before this place. */
  place = $state('0')
  problem = $state.raw<ExpressionProblem | null>(null)
  /** The form was sent once: from then on what is missing is shown. */
  asked = $state(false)

  /** The rule's place; null for a new one, the number of rules for "everything else". */
  readonly index: number | null
  readonly isElse: boolean
  /** Its route is worked out by an expression, which stays unless another is chosen. */
  readonly worked: string | null
  readonly #before: string
  #nextKey = 0

  /** @param rule  what to begin with, for a copy or a new rule */
  constructor(rules: Strategy, index: number | null, rule: { readonly if: string; readonly then: string }) {
    this.index = index
    this.isElse = index === rules.branches.length
    this.place = String(index ?? rules.branches.length)
    this.text = rule.if
    this.#before = rule.if
    this.route = routeOf(rule.then) ?? ''
    this.worked = routeOf(rule.then) === null ? rule.then : null
    const read = rule.if === '' ? [freshCondition('own-domain')] : readConditions(rule.if)
    if (read === null) this.as = 'text'
    this.conditions = (read ?? [freshCondition('own-domain')]).map((one) => this.#draft(one))
  }

  add(): void {
    this.conditions.push(this.#draft(freshCondition('tries')))
  }
  remove(key: number): void {
    this.conditions = this.conditions.filter((one) => one.key !== key)
  }
  setKind(draft: ConditionDraft, kind: ConditionKind): void {
    draft.kind = kind
    draft.typed = typedOf(freshCondition(kind))
  }
  /** From words to text and back, as far as the text can be said in words. */
  show(as: 'words' | 'text'): void {
    if (as === 'text') this.text = this.expression
    const read = as === 'words' ? readConditions(this.text) : null
    if (read !== null) this.conditions = read.map((one) => this.#draft(one))
    this.as = as
  }
  get whole(): boolean {
    return this.as === 'text' || this.isElse || this.conditions.every((draft) => lackOf(conditionOf(draft)) === null)
  }
  /** The expression as it would be written. */
  get expression(): string {
    if (this.as === 'text') return this.text
    const conditions = this.conditions.map(conditionOf)
    const before = readConditions(this.#before)
    return before !== null && JSON.stringify(before) === JSON.stringify(conditions) ? this.#before : printConditions(conditions)
  }
  /** What the text can be said in; null when it has no words of ours. */
  get readable(): boolean {
    return readConditions(this.text) !== null
  }

  /** Asks the engine about the text. @returns whether it can be used */
  async check(): Promise<boolean> {
    const text = this.expression
    const answer = await ask('routing.checkExpression', { text, context: 'route' })
    if (!answer.ok) {
      this.problem = { kind: 'refused', message: answer.problem.text, column: 1, suggestion: null }
    } else if (text === this.expression) this.problem = answer.value.problem
    return this.problem === null
  }

  /** The rules with this one as it stands in the form. */
  applied(rules: Strategy): Strategy {
    const then = this.route === '' ? (this.worked ?? '') : thenOf(this.route)
    if (this.isElse) return this.route === '' ? rules : withElse(rules, this.route)
    const rule = { if: this.expression, then }
    return this.index === null ? withRule(rules, Number(this.place), rule) : replaced(rules, this.index, rule)
  }

  #draft(condition: Condition): ConditionDraft {
    return new ConditionDraft(this.#nextKey++, condition)
  }
}

function typedOf(condition: Condition): string {
  if (condition.kind === 'tries') return String(condition.failed)
  if (condition.kind === 'larger') return String(condition.bytes / 1_000_000)
  return 'values' in condition ? condition.values.join(', ') : ''
}

/** The condition that a draft stands for; a number that is none is NaN. */
export function conditionOf({ kind, typed }: Pick<ConditionDraft, 'kind' | 'typed'>): Condition {
  const number = typed.trim() === '' ? Number.NaN : Number(typed.trim().replace(',', '.'))
  if (kind === 'tries') return { kind, failed: number }
  if (kind === 'larger') return { kind, bytes: Math.round(number * 1_000_000) }
  if (isListKind(kind)) return { kind, values: splitValues(kind satisfies ListKind, typed) }
  return { kind }
}
