import type { TranscriptLine } from '../../../main/contract/activity.ts'
import type { RelayTest, RelayTestResult } from '../../../main/contract/channels.ts'
import { ask, on } from '../../lib/bridge.ts'
import { lastRefusal, stagesOf } from './test-stages.ts'
import type { Tested } from './test-stages.ts'

let runs = 0

/** One connection test that can be watched while it runs, and stopped. */
export class RelayRun {
  lines = $state.raw<readonly TranscriptLine[]>([])
  /** null while it runs, and before. */
  result = $state.raw<RelayTestResult | null>(null)
  /** The engine did not even try. */
  refused = $state<string | null>(null)
  running = $state(false)
  stopped = $state(false)
  #tested = $state.raw<Tested>({ encryption: 'starttls', username: '', password: '' })
  #run = ''

  stages = $derived(stagesOf(this.lines, this.#tested, this.running ? null : (this.result ?? { ok: false })))
  ok = $derived(this.result?.ok ?? false)
  /** It has ended, well or badly. */
  ended = $derived(!this.running && (this.result !== null || this.refused !== null))
  /** The server's own words about why not; '' when it said none. */
  refusal = $derived(this.ok ? '' : lastRefusal(this.lines))
  tookMs = $derived(this.lines.at(-1)?.at ?? 0)

  /** Listens to what is said. @returns a function that ends it */
  start(): () => void {
    const off = on('relay.testLine', ({ run, line }) => {
      if (run === this.#run && this.running) this.lines = [...this.lines, line]
    })
    return () => {
      off()
      this.stop()
    }
  }
  async test(test: RelayTest): Promise<void> {
    this.stop()
    const run = `first-start-${++runs}`
    this.#run = run
    this.#tested = test
    this.lines = []
    this.result = null
    this.refused = null
    this.stopped = false
    this.running = true
    const answer = await ask('relay.test', { ...test, run })
    if (run !== this.#run) return
    this.running = false
    this.refused = answer.ok ? null : answer.problem.text
    this.result = answer.ok ? answer.value : null
    if (answer.ok) this.lines = answer.value.transcript
  }
  stop(): void {
    if (!this.running) return
    this.stopped = true
    void ask('relay.stopTest', { run: this.#run })
  }
  /** What was tested does not count any more. */
  forget(): void {
    this.stop()
    this.#run = ''
    this.running = false
    this.result = null
    this.refused = null
    this.lines = []
  }
}
