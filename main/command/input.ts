import { readFile } from 'node:fs/promises'

/** What was given cannot be used; the message is for people and says what to do. */
export class InputProblem extends Error {
  override readonly name = 'InputProblem'
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such folder'],
  ['EISDIR', 'it is a folder'],
  ['EACCES', 'this user may not read it'],
  ['EPERM', 'this user may not read it'],
])

/**
 * @param what the file is, for the message
 * @param remedy what to do when there is no such file
 * @throws InputProblem when it cannot be read
 */
export async function readInput(path: string, what: string, remedy = ''): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
    const reason = REASONS.get(code) ?? (thrown instanceof Error ? thrown.message : String(thrown))
    throw new InputProblem(`The ${what} ${path} cannot be read: ${reason}.${code === 'ENOENT' ? remedy : ''}`, { cause: thrown })
  }
}

/** @throws InputProblem also when it is not UTF-8 */
export async function readTextInput(path: string, what: string, remedy = ''): Promise<string> {
  const bytes = await readInput(path, what, remedy)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (thrown) {
    throw new InputProblem(`The ${what} ${path} cannot be read: it is not UTF-8 text.`, { cause: thrown })
  }
}

/** A local part, also one in quotes, and a domain or address literal: enough to tell a slip of the pen from an address (RFC 5321 §4.1.2). */
const ADDRESS = /^(?:"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*"|[^\s"<>\p{Cc}]+)@(?:\[[^\s\p{Cc}[\]]+\]|[^\s@<>[\]\p{Cc}]+)$/u

export function isAddress(text: string): boolean {
  return ADDRESS.test(text)
}

/** Also `postmaster` alone, which has to be taken everywhere (RFC 5321 §4.5.1). */
export function isRecipient(text: string): boolean {
  return isAddress(text) || text.toLowerCase() === 'postmaster'
}

/** A reverse-path as people write it: an address, or nothing or `<>` for none. @throws InputProblem */
export function readSender(text: string): string {
  if (text === '' || text === '<>') return ''
  if (isAddress(text)) return text
  throw new InputProblem(`"${text}" is no sender address; write it as name@domain, or <> for none.`)
}
