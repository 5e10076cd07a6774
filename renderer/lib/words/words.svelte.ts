import { foreign } from '../format/foreign.ts'
import { de } from './de.ts'
import { en } from './en.ts'
import type { Phrase } from './phrase.ts'

/** Every word the window says comes from one catalogue a language. */
export type WordKey = keyof typeof en

type Text<P> = P extends { readonly other: infer O } ? O : P
type Names<S> = S extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never
type NamesOf<K extends WordKey> = Names<Text<(typeof en)[K]>>
/** What fills a phrase. `count` also picks its form, whether the phrase shows it or not. */
export type Params<K extends WordKey> = Readonly<Record<NamesOf<K>, string | number>> & { readonly count?: number }
/** The phrases that are whole as they are, for tables of keys. */
export type PlainKey = { [K in WordKey]: [NamesOf<K>] extends [never] ? K : never }[WordKey]
/** Phrases without a name to fill in need no second argument. */
export type ParamsArgument<K extends WordKey> = [NamesOf<K>] extends [never]
  ? [params?: Record<string, string | number>]
  : [params: Params<K>]

/** A phrase and what fills it, said later in whatever language is chosen then. */
export interface Saying {
  readonly key: WordKey
  readonly params: Readonly<Record<string, string | number>>
}
export function saying<K extends WordKey>(key: K, ...[params]: ParamsArgument<K>): Saying {
  return { key, params: params ?? {} }
}

export type Language = 'en' | 'de'
const catalogues: Readonly<Record<Language, Readonly<Record<WordKey, Phrase>>>> = { en, de }

function systemLocales(): readonly string[] {
  return typeof navigator === 'undefined' ? ['en-GB'] : navigator.languages
}
function languageOf(locale: string): Language | undefined {
  const base = locale.toLowerCase().split('-')[0]
  return base === 'en' || base === 'de' ? base : undefined
}

function systemLanguage(): Language {
  return systemLocales().map(languageOf).find(Boolean) ?? 'en'
}

class Words {
  language = $state<Language>(systemLanguage())
  /** For dates and numbers: the system's own locale where it speaks the language in use. */
  locale = $derived(systemLocales().find((locale) => languageOf(locale) === this.language) ?? this.language)

  /** Speaks the language that a person chose, or the system's. */
  follow(choice: Language | 'system'): void {
    this.language = choice === 'system' ? systemLanguage() : choice
  }
}
export const words = new Words()

/** One stretch of a phrase: words of ours, or a name to be filled. */
export type Piece = { readonly text: string } | { readonly name: string; readonly value: string | undefined }

/** Picks the form for the count (`count`, or else the first number) and cuts the phrase at its names. */
export function pieces(said: Saying): readonly Piece[] {
  const phrase = catalogues[words.language][said.key]
  const text =
    typeof phrase === 'string'
      ? phrase
      : phrase[new Intl.PluralRules(words.locale).select(amountOf(said.params)) === 'one' ? 'one' : 'other']
  return text.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? { text: part } : { name: part, value: shown(said.params[part]) }))
}

function amountOf(params: Saying['params']): number {
  const amount = params.count ?? Object.values(params).find((value) => typeof value === 'number')
  return Number(amount ?? 0)
}
function shown(value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? new Intl.NumberFormat(words.locale).format(value) : value
}

/** A saying as plain text, each filled-in value isolated so that its direction cannot spill over. */
export function say(said: Saying): string {
  return pieces(said)
    .map((piece) => ('text' in piece ? piece.text : isolate(piece.value ?? '')))
    .join('')
}

/** The phrase for `key` in the language in use. */
export function t<K extends WordKey>(key: K, ...[params]: ParamsArgument<K>): string {
  return say({ key, params: params ?? {} })
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/
const firstStrongIsolate = String.fromCodePoint(0x2068)
const popIsolate = String.fromCodePoint(0x2069)
/** Wraps only what is written the other way in isolates, so that ordinary text stays comparable and copyable. */
function isolate(value: string): string {
  const shown = foreign(value)
  return rightToLeft.test(shown) ? firstStrongIsolate + shown + popIsolate : shown
}
