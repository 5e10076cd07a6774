import type { SettingsView } from '../../../main/contract/settings.ts'
import { allRoutes } from './route-choice.ts'
import { routeOf } from './rule-list.ts'
import { splitValues } from './rule-words.ts'
import { planTemplate } from './templates.ts'
import type { Template, TemplateChoices } from './templates.ts'

/** A template being filled in, and how the rules would stand after it. */
export class TemplateEditor {
  template = $state<Template>('fallback')
  main = $state('')
  other = $state('')
  failed = $state('2')
  by = $state<TemplateChoices['by']>('device')
  typed = $state('')
  asked = $state(false)

  /** "Everything else" is worked out by an expression, which stays unless another route is chosen. */
  readonly worked: string | null
  readonly #queue: SettingsView['queue']

  constructor(queue: SettingsView['queue']) {
    this.#queue = queue
    const { else: otherwise } = queue.strategy.route
    const routes = allRoutes(queue.routes)
    this.main = routeOf(otherwise) ?? ''
    this.worked = routeOf(otherwise) === null ? otherwise : null
    this.other =
      (routes.find((route) => route.type === 'relay' && route.id !== this.main) ?? routes.find((route) => route.id !== this.main))?.id ?? ''
  }

  values = $derived(splitValues(this.template === 'per-domain' ? 'rcpt-domain' : this.by === 'signed-in' ? 'sender' : this.by, this.typed))
  /** What stands in the way of a plan. */
  problem = $derived.by((): 'number' | 'values' | 'same' | null => {
    if (this.template === 'fallback') {
      if (!/^[1-9]\d{0,3}$/.test(this.failed.trim())) return 'number'
      return this.other === this.main ? 'same' : null
    }
    const needsValues = this.template === 'per-domain' || (this.template === 'by-device' && this.by !== 'signed-in')
    return needsValues && this.values.length === 0 ? 'values' : null
  })
  plan = $derived(
    planTemplate(
      this.problem === null ? this.template : 'none',
      {
        main: this.main,
        other: this.other,
        failed: Number(this.failed),
        by: this.by,
        values: this.values,
      },
      this.#rules(),
    ),
  )
  unchanged = $derived(this.problem === null && this.plan.every((rule) => rule.mark === 'kept'))

  #rules(): SettingsView['queue']['strategy']['route'] {
    return this.#queue.strategy.route
  }
}
