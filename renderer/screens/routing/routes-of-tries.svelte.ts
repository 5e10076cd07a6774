import type { Strategy } from '../../../main/contract/settings.ts'
import { ask } from '../../lib/bridge.ts'

/** Somebody who is surely not one of ours (RFC 2606). */
const OUTSIDE = 'somebody@mailroom-example.invalid'

/** Which route each try of a message to somebody outside takes, as the engine itself decides it. */
export class RoutesOfTries {
  by = $state.raw<readonly (string | null)[]>([])
  #run = 0

  /** @param _rules  asked anew when they change */
  ask(_rules: Strategy, tries: number): void {
    const run = ++this.#run
    const questions = Array.from({ length: tries }, (_, retryNum) =>
      ask('routing.explain', { recipient: OUTSIDE, sender: '', retryNum, variables: {}, resolve: false }),
    )
    void Promise.all(questions).then((answers) => {
      if (run === this.#run) this.by = answers.map((answer) => (answer.ok ? answer.value.route : null))
    })
  }
}
