import { z } from 'zod'
import { dayOf } from '../../contract/index.ts'
import type { Args, ImportPreview, SaveResult } from '../../contract/index.ts'
import { freeName, holdsSettings, portableText, redactText, renameSecrets, secretsNamedIn } from '../config/index.ts'
import { SealProblem, isSealed, openSealed, sealText } from '../secrets/index.ts'
import type { AnswerParts, HandlersOf } from './handlers.ts'
import { Refused } from './refused.ts'

/** What is inside a sealed export. */
const bundle = z.object({ format: z.literal(1), config: z.string(), secrets: z.record(z.string(), z.string()) })

type Parts = Pick<AnswerParts, 'config' | 'secrets' | 'random' | 'submitting'>
type Brought = { readonly kind: 'settings'; readonly text: string; readonly secrets: ReadonlyMap<string, string> }
type Found = Brought | Exclude<ImportPreview, { readonly kind: 'settings' }>

/** Settings on their way to and from another computer. */
export function transferHandlers(parts: Parts): Pick<HandlersOf<'config'>, 'config.export' | 'config.readImport' | 'config.import'> {
  return {
    'config.export': async ({ passphrase }) => {
      const day = dayOf(parts.submitting.clock.now())
      const portable = portableText(parts.config.latest.text, passphrase !== null)
      if (portable === null) throw new Refused('broken', 'config.toml cannot be read as it is now. Mend it first, then export it.')
      if (passphrase === null) return { text: portable.text, suggestedName: `mailroom-settings-${day}.toml` }
      const stored = secretsNamedIn(portable.text).flatMap(({ name }) => {
        const value = portable.secrets.get(name) ?? parts.secrets.get(name)
        return value === undefined ? [] : [[name, value] as const]
      })
      const inside = JSON.stringify({ format: 1, config: portable.text, secrets: Object.fromEntries(stored) } satisfies z.infer<
        typeof bundle
      >)
      return { text: await sealText(inside, passphrase, parts.random), suggestedName: `mailroom-settings-${day}.sealed.txt` }
    },
    'config.readImport': async (given) => {
      const found = await open(given)
      if (found.kind !== 'settings') return found
      const missing = missingOf(found, parts)
      const typed = new Map(missing.map(({ name }) => [name, 'typed later'] as const))
      const { issues } = await parts.config.preview(found.text, new Map([...found.secrets, ...typed]))
      return { kind: 'settings', text: redactText(found.text), issues: [...issues], missing, secrets: found.secrets.size }
    },
    'config.import': async ({ secrets, ...given }) => {
      const found = await open(given)
      if (found.kind !== 'settings')
        throw new Refused('unreadable', found.kind === 'unreadable' ? found.text : 'The passphrase does not open it.')
      return apply(found.text, new Map([...found.secrets, ...secrets.map(({ name, value }) => [name, value] as const)]), parts)
    },
  }
}

async function open({ text, passphrase }: Omit<Args<'config.import'>, 'secrets'>): Promise<Found> {
  const plain = text.replace(/^\uFEFF/, '')
  if (!isSealed(plain)) return holding(plain, new Map())
  if (passphrase === null) return { kind: 'sealed', wrong: false }
  try {
    const inside = await openSealed(plain, passphrase)
    if (inside === null) return { kind: 'sealed', wrong: true }
    const { config, secrets } = bundle.parse(JSON.parse(inside))
    return holding(config, new Map(Object.entries(secrets)))
  } catch (thrown) {
    if (thrown instanceof SealProblem) return { kind: 'unreadable', text: thrown.message }
    if (thrown instanceof z.ZodError || thrown instanceof SyntaxError) {
      return { kind: 'unreadable', text: 'What is inside this file is not known to this version of Mailroom.' }
    }
    throw thrown
  }
}

function holding(text: string, secrets: ReadonlyMap<string, string>): Found {
  const problem = holdsSettings(text)
  return problem === null ? { kind: 'settings', text, secrets } : { kind: 'unreadable', text: problem }
}

/** A password of the same name that is stored here serves as well: a file without passwords comes home. */
function missingOf({ text, secrets }: Brought, parts: Parts): { name: string; path: string }[] {
  return secretsNamedIn(text).filter(({ name }) => !secrets.has(name) && parts.secrets.get(name) === undefined)
}

/**
 * All or nothing. A password that is stored here under the same name stays what it is, and the new one gets another name: going back to the
 * settings before must find theirs.
 */
async function apply(text: string, brought: ReadonlyMap<string, string>, { config, secrets }: Parts): Promise<SaveResult> {
  const used = new Set(secretsNamedIn(text).map(({ name }) => name))
  const fresh = new Map([...brought].filter(([name, value]) => used.has(name) && secrets.get(name) !== value))
  const stored = new Set(secrets.names)
  const renamed = new Map<string, string>()
  for (const name of fresh.keys()) {
    if (!stored.has(name)) continue
    const other = freeName(name, (one) => stored.has(one) || used.has(one) || [...renamed.values()].includes(one))
    renamed.set(name, other)
  }
  const added = new Map([...fresh].map(([name, value]) => [renamed.get(name) ?? name, value] as const))
  const written = renameSecrets(text, renamed)
  const { usable, issues } = await config.preview(written, added)
  if (!usable) return { saved: false, issues: [...issues] }
  const done: string[] = []
  try {
    for (const [name, value] of added) {
      await secrets.set(name, value)
      done.push(name)
    }
    const outcome = await config.saveText(written)
    if (!outcome.saved) await forget(done, secrets)
    return { saved: outcome.saved, issues: [...outcome.issues] }
  } catch (thrown) {
    await forget(done, secrets)
    throw thrown
  }
}

async function forget(names: readonly string[], secrets: Parts['secrets']): Promise<void> {
  for (const name of names) await secrets.remove(name)
}
