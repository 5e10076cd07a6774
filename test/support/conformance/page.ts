import type { Case } from './case.ts'
import { REASONS } from './reasons.ts'
import type { Reason } from './reasons.ts'

const HEAD = `# Beside Postfix

What Mailroom's listener answers, and Postfix 3.7 with its default settings, when both are sent the same bytes in the same state. The tables in
\`test/support/conformance\` hold every case; \`test/interop/conformance.test.ts\` puts them to both, and fails when an answer changes or this page is out
of date. An answer is each reply's code and enhanced status; \`closes\` says that the connection ends with it.
`

/** The page of all differences, made of the cases. */
export function differencesPage(cases: readonly Case[]): string {
  const different = cases.filter(({ why }) => why !== null)
  const counted = `${cases.length} cases: ${cases.length - different.length} are answered alike, ${different.length} are not, for ${Object.keys(REASONS).length} reasons.`
  const sections = (Object.keys(REASONS) as Reason[]).map((reason) => section(reason, different))
  return `${HEAD}\n${counted}\n\n${sections.join('\n')}`
}

function section(reason: Reason, different: readonly Case[]): string {
  const rows = new Map<string, { states: string[]; row: (states: string) => string }>()
  for (const { why, state, sends, ours, theirs } of different) {
    if (why !== reason) continue
    const key = `${sends} ${ours} ${theirs}`
    const known = rows.get(key) ?? { states: [], row: (states) => `| ${written(sends)} | ${states} | ${ours} | ${theirs} |` }
    known.states.push(state)
    rows.set(key, known)
  }
  const lines = [...rows.values()].map(({ states, row }) => row(states.length > 3 ? `${states.length} states` : states.join(', ')))
  return `## ${titleOf(reason)}\n\n${REASONS[reason]}\n\n| sent | state | Mailroom | Postfix |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`
}

/** `helloFirst` as `Hello first`. */
function titleOf(reason: Reason): string {
  const words = reason.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Bytes as a person reads them: control characters named, long runs cut. */
function written(latin1: string): string {
  const utf8 = Buffer.from(latin1.replace(/\r\n$/, ''), 'latin1').toString('utf8')
  const shown = JSON.stringify(utf8).slice(1, -1).replaceAll('\\"', '"').replaceAll('\\\\', '\\')
  const short = shown.replace(/(.{1,2}?)\1{30,}/g, (run, unit: string) => `${unit}… (${run.length})`)
  return short === '' ? 'an empty line' : `\`${short.replaceAll('|', '\\|')}\``
}
