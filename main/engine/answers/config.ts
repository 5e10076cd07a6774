import type { ConfigState } from '../../contract/index.ts'
import { FIRST_CONFIG, redactText } from '../config/index.ts'
import type { ConfigFile } from '../config/index.ts'
import type { AnswerParts, HandlersOf } from './handlers.ts'

export function configHandlers({ config, configPath, secrets }: AnswerParts): HandlersOf<'config'> {
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
  }
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
