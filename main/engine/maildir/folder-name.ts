import { createHash } from 'node:crypto'

/** Names that Windows keeps for devices, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/
const MAX_LENGTH = 100

/**
 * A mailbox id as a folder name that every file system takes and that no other id shares, even where case does not count. Small letters, digits,
 * `_`, `-` and inner dots stay; everything else becomes `=` and two hex digits for each byte of its UTF-8.
 */
export function mailboxFolderName(id: string): string {
  let name = ''
  for (const letter of id) name += /^[a-z0-9_.-]$/.test(letter) ? letter : hex(letter)
  if (name === '') return '=empty'
  // A leading dot hides or climbs, a trailing one vanishes on Windows.
  if (name.startsWith('.') || RESERVED.test(name)) name = hex(name.charAt(0)) + name.slice(1)
  if (name.endsWith('.')) name = name.slice(0, -1) + hex('.')
  if (name.length <= MAX_LENGTH) return name
  const rest = createHash('sha256').update(id).digest('hex').slice(0, 32)
  return `${name.slice(0, MAX_LENGTH - 34)}==${rest}`
}

/** The mailbox that a folder's name stands for; null for a folder that is not ours, or whose id was too long to be written out. */
export function mailboxOfFolder(name: string): string | null {
  if (name === '=empty') return ''
  const bytes: number[] = []
  for (const [part] of name.matchAll(/=[0-9a-f]{2}|[^]/g)) bytes.push(part.length === 3 ? parseInt(part.slice(1), 16) : part.charCodeAt(0))
  const id = Buffer.from(bytes).toString('utf8')
  return mailboxFolderName(id) === name ? id : null
}

function hex(letter: string): string {
  let text = ''
  for (const byte of Buffer.from(letter, 'utf8')) text += `=${byte.toString(16).padStart(2, '0')}`
  return text
}
