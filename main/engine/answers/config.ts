import type { ConfigState } from '../../contract/index.ts'
import { FIRST_CONFIG, redactText } from '../config/index.ts'
import type { ConfigFile } from '../config/index.ts'
import type { AnswerParts, HandlersOf } from './handlers.ts'
import { Refused } from './refused.ts'
import { transferHandlers } from './transfer.ts'

export function configHandlers(parts: AnswerParts): HandlersOf<'config'> {
  const { config, configPath, secrets } = parts
  return {
    'config.get': () => configStateOf(config, configPath),
    'config.check': async ({ text }) => [...(await config.check(text))],
    'config.saveText': async ({ text }) => {
      const { saved, issues } = await config.saveText(text)
      return { saved, issues: [...issues] }
    },
    'config.change': async ({ changes, secrets: given }) => {
      for (const { name, value } of given) await secrets.set(name, value)
      const { saved, issues } = await config.change(changes)
      return { saved, issues: [...issues] }
    },
    'config.tryChange': async ({ changes }) => [...(await config.tryChange(changes))],
    'config.history': async () => [...(await config.history())],
    'config.historyText': async ({ id }) => {
      const { before, after } = (await config.historyText(id)) ?? notKept()
      return { before: redactText(before), after: redactText(after) }
    },
    'config.restore': async ({ id }) => {
      const { saved, issues } = (await config.restore(id)) ?? notKept()
      return { saved, issues: [...issues] }
    },
    ...transferHandlers(parts),
  }
}

function notKept(): never {
  throw new Refused('no-such-text', 'This version of config.toml is not kept any more: only the last 20 are.')
}

export function configStateOf(config: ConfigFile, path: string): ConfigState {
  const { latest, current } = config
  return {
    path,
    text: redactText(latest.text),
    inForce: latest === current && latest.usable,
    issues: [...latest.issues],
    settings: current.view,
    untouched: latest.text === FIRST_CONFIG,
  }
}
