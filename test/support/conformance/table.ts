import type { Case } from './case.ts'
import { COMMANDS, STATES_OF_COMMANDS } from './commands.ts'
import { EXTENSIONS } from './extensions.ts'
import { WRITING } from './writing.ts'

const EVERY_STATE: readonly Case[] = COMMANDS.flatMap(({ line, ours, theirs, why }) =>
  STATES_OF_COMMANDS.map((state): Case => {
    const answers = { ours: ours[state] ?? ours.else, theirs: theirs[state] ?? theirs.else }
    return {
      about: 'Every command in every state',
      state,
      sends: line === 'DATA' && state === 'RCPT taken' ? 'DATA\r\n.\r\n' : `${line}\r\n`,
      ...answers,
      why: answers.ours === answers.theirs ? null : (why?.[state] ?? why?.else ?? null),
    }
  }),
)

const WRITTEN: readonly Case[] = Object.entries({ ...WRITING, ...EXTENSIONS }).flatMap(([about, rows]) =>
  rows.map(([state, line, ours, theirs, why]): Case => ({
    about,
    state,
    sends: `${line}\r\n`,
    ours,
    theirs: theirs ?? ours,
    why: why ?? null,
  })),
)

/** All of it. What Mailroom answers is the specification; Postfix is asked the same. */
export const CASES: readonly Case[] = [...EVERY_STATE, ...WRITTEN]
