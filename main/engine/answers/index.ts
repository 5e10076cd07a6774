/** Answers what a window or the command asks: one file a field, every request checked against the contract first. */
export { createAnswerer } from './answers.ts'
export { configStateOf } from './config.ts'
export { createExports } from './exports.ts'
export type { ShellRequest } from './handlers.ts'
export { factsOf } from './questions.ts'
export { OURSELVES, submit } from './submit.ts'
export type { SubmitParts } from './submit.ts'
