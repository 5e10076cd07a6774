import type { Explanation, RoutingQuestion } from '../../../main/contract/routing.ts'
import { ask } from '../../lib/bridge.ts'

/** "Try an address": a question to the engine's own decision, asked anew whenever it or the rules change. */
export class TryAddress {
  to = $state('')
  from = $state('')
  device = $state('')
  signedIn = $state(false)
  /** Tries that have failed before the one that is asked about, as the switch names them. */
  failed = $state('0')

  /** The answer shown, with the question it belongs to. */
  answer = $state.raw<{ readonly question: RoutingQuestion; readonly explanation: Explanation; readonly next: Explanation | null } | null>(
    null,
  )
  refusal = $state<string | null>(null)
  busy = $state(false)
  #run = 0

  /** null while there is no whole address to ask about. */
  question = $derived.by((): RoutingQuestion | null => {
    const recipient = this.to.trim()
    if (!/^[^\s@]+@[^\s@]+$/.test(recipient)) return null
    return {
      recipient,
      sender: this.from.trim(),
      retryNum: Number(this.failed),
      variables: {
        ...(this.device === '' ? {} : { received_from_ip: this.device }),
        ...(this.signedIn ? { source: 'authenticated' } : {}),
      },
      resolve: true,
    }
  })

  /** Asks now. What was asked before and not answered yet is forgotten. */
  async run(question: RoutingQuestion | null): Promise<void> {
    const run = ++this.#run
    if (question === null) {
      this.answer = null
      this.refusal = null
      this.busy = false
      return
    }
    this.busy = true
    const [answer, next] = await Promise.all([
      ask('routing.explain', question),
      ask('routing.explain', { ...question, retryNum: question.retryNum + 1, resolve: false }),
    ])
    if (run !== this.#run) return
    this.busy = false
    this.refusal = answer.ok ? null : answer.problem.text
    this.answer = answer.ok ? { question, explanation: answer.value, next: next.ok ? next.value : null } : null
  }
}

/** One for the whole window: the question is still there after a look at another screen. */
export const tryAddress = new TryAddress()
