import type { Explanation, RoutingQuestion } from '../../../main/contract/routing.ts'
import type { Strategy } from '../../../main/contract/settings.ts'
import { saying } from '../../lib/words/words.svelte.ts'
import type { Saying } from '../../lib/words/words.svelte.ts'
import { triesWord } from './condition-words.ts'
import { withValues } from './expression-text.ts'
import { readConditions } from './rule-words.ts'
import type { Condition } from './rule-words.ts'

/** One rule as it was asked about a recipient. */
export interface AskedRule {
  /** 0 for the first; the number of rules for "everything else". */
  readonly index: number
  readonly answer: 'yes' | 'no' | 'unasked'
  /** What made it so, where the window has words for it. */
  readonly fact: Saying | null
  /** The comparison with its values and result; '' for "everything else" and for what was not asked. */
  readonly shown: string
}

/** Every rule in order, with what came of it: those above the one that decided said no, those below were not asked. */
export function askedRules(
  explanation: Explanation,
  question: RoutingQuestion,
  rules: Strategy,
  nameOf: (device: string) => string,
): readonly AskedRule[] {
  const asked = rules.branches.map((rule, index): AskedRule => {
    const step = explanation.trace.find((one) => one.rule === index)
    if (step === undefined) return { index, answer: 'unasked', fact: null, shown: '' }
    const yes = explanation.rule === index
    const only = readConditions(rule.if)
    const fact = only?.length === 1 && only[0] !== undefined ? factOf(only[0], yes, question, nameOf) : null
    return { index, answer: yes ? 'yes' : 'no', fact, shown: `${withValues(rule.if, valuesOf(question))} = ${resultText(step.result)}` }
  })
  const decided = asked.some((one) => one.answer === 'yes')
  const reached = !decided && asked.every((one) => one.answer === 'no') && explanation.route !== null
  return [...asked, { index: rules.branches.length, answer: reached ? 'yes' : 'unasked', fact: null, shown: '' }]
}

/** What is known of the variables; the rest stays a name. */
export function valuesOf(question: RoutingQuestion): Readonly<Record<string, string | number>> {
  const values: Record<string, string | number> = {
    rcpt: question.recipient,
    rcpt_domain: domainOf(question.recipient),
    sender: question.sender,
    sender_domain: domainOf(question.sender),
    retry_num: question.retryNum,
  }
  for (const [name, value] of Object.entries(question.variables)) {
    if (typeof value === 'string' || typeof value === 'number') values[name] = value
  }
  return values
}

function domainOf(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 0 ? '' : address.slice(at + 1).toLowerCase()
}
function resultText(result: Explanation['trace'][number]['result']): string {
  return Array.isArray(result) ? JSON.stringify(result) : typeof result === 'string' ? `'${result}'` : String(result)
}

function factOf(condition: Condition, yes: boolean, question: RoutingQuestion, nameOf: (device: string) => string): Saying | null {
  const values = valuesOf(question)
  switch (condition.kind) {
    case 'all':
      return null
    case 'own-domain':
      return saying(yes ? 'try.fact.own-domain' : 'try.fact.own-domain.not', { domain: domainOf(question.recipient) })
    case 'own-address':
      return saying(yes ? 'try.fact.own-address' : 'try.fact.own-address.not', { address: question.recipient })
    case 'rcpt-domain':
      return saying('try.fact.rcpt-domain', { domain: domainOf(question.recipient) })
    case 'rcpt':
      return saying('try.fact.rcpt', { address: question.recipient })
    case 'sender':
    case 'sender-domain':
      return question.sender === '' ? saying('try.fact.sender.none') : saying('try.fact.sender', { address: question.sender })
    case 'device': {
      const address = values['received_from_ip']
      if (typeof address !== 'string' || address === '') return saying('try.fact.device.none')
      const name = nameOf(address)
      return name === address ? saying('try.fact.device', { address }) : saying('try.fact.device.named', { address, name })
    }
    case 'signed-in':
      return saying(yes ? 'try.fact.signed-in' : 'try.fact.signed-in.not')
    case 'tries':
      return question.retryNum === 0
        ? saying('try.fact.tries.none')
        : saying('try.fact.tries', { what: triesWord(question.retryNum), count: question.retryNum })
    case 'larger':
    case 'port':
      return null
  }
}
