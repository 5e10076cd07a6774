import type { ConfigState } from '../../../main/contract/channels.ts'
import { ask, on } from '../bridge.ts'
import { t } from '../words/words.svelte.ts'

/** The settings in force and the file they come from, shared by every screen that names a route or changes a setting. */
class ConfigStore {
  now = $state.raw<ConfigState | null>(null)
  problem = $state<string | null>(null)
  routes = $derived(this.now?.settings.queue.routes ?? {})

  /** Asks once and is told from then on. @returns a function that ends it */
  start(): () => void {
    const stop = on('config.changed', (state) => this.#take(state))
    void ask('config.get', {}).then((answer) => {
      if (answer.ok) this.#take(answer.value)
      else this.problem = answer.problem.text
    })
    return stop
  }
  /** What people call a route: its description, a word of ours for the two that need no set-up, or its id. */
  routeName(id: string): string {
    const described = this.routes[id]?.description ?? ''
    if (described !== '') return described
    if (id === 'local') return t('route.local')
    return id === 'mx' ? t('route.mx') : id
  }
  routeType(id: string): 'relay' | 'mx' | 'local' | 'none' {
    return this.routes[id]?.type ?? (id === 'local' || id === 'mx' ? id : 'none')
  }
  #take(state: ConfigState): void {
    this.now = state
    this.problem = null
  }
}
export const config = new ConfigStore()
