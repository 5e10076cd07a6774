import type { Directory, Mailbox, Store } from '../../contract/index.ts'
import { addressKey } from '../mail/index.ts'
import type { Node, Table } from './node.ts'
import type { Problems } from './problems.ts'
import { field, namedTables, optional, readTable, subTable } from './reader.ts'
import type { MacroSources } from './types.ts'
import { hostName, isHostName, listOf, refuse, shown, text, value } from './values.ts'

const ADDRESS = /^[^\s@]+@([^\s@]+)$/

const address = value<string>((raw) => {
  const written = typeof raw === 'string' ? raw.trim() : ''
  const domain = ADDRESS.exec(written)?.[1]
  if (domain !== undefined && isHostName(domain)) return written
  return refuse('mail-address-invalid', `${shown(raw)} is no mail address; write for example "alice@office.lan"`)
})
const mailboxAddress = value<string>((raw) => {
  const written = typeof raw === 'string' ? raw.trim() : ''
  if (written === '*' || (written.startsWith('@') && isHostName(written.slice(1)))) return written
  if (written.startsWith('*@'))
    return refuse('mail-address-invalid', `${shown(raw)} is no address; for a whole domain write "${written.slice(1)}"`, written.slice(1))
  const domain = ADDRESS.exec(written)?.[1]
  if (domain !== undefined && isHostName(domain)) return written
  return refuse(
    'mail-address-invalid',
    `${shown(raw)} is no mail address; write "name@domain", "@domain" for a whole domain, or "*" for everything`,
  )
})

const directoryKeys = {
  domains: field(listOf(hostName('domain-invalid')), []),
  addresses: field(listOf(address), []),
  description: field(text, ''),
}
const mailboxKeys = { addresses: field(listOf(mailboxAddress), []), description: field(text, '') }

/** `directory.<id>`: what is ours, and the mailboxes kept here. */
export function readDirectories(root: Table, problems: Problems): Directory[] {
  const taken = new Map<string, string>()
  const addresses = new Map<string, string>()
  return namedTables(subTable(root, 'directory', problems), 'directory', problems).map(([id, table]) => {
    const { values } = readTable(table, directoryKeys, problems, ['mailbox'])
    const tables = namedTables(subTable(table, 'mailbox', problems), 'mailbox', problems)
    const mailboxes = tables.flatMap(([name, mailbox]) => readMailbox(name, mailbox, taken, addresses, problems))
    return { id, domains: values.domains, addresses: values.addresses, mailboxes }
  })
}

/** Windows' device names, which cannot be folders there. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i

function readMailbox(id: string, table: Table, taken: Map<string, string>, addresses: Map<string, string>, problems: Problems): Mailbox[] {
  const { values, node } = readTable(table, mailboxKeys, problems)
  if (id.startsWith('.') || id.endsWith('.') || RESERVED.test(id)) {
    problems.error(
      'id-invalid',
      table,
      `"${id}" cannot be a mailbox: its mail is kept in a folder of that name, which not every system allows`,
    )
    return []
  }
  const other = taken.get(id.toLowerCase())
  if (other !== undefined) {
    problems.error('mailbox-twice', table, `mailbox "${id}" would share its folder with ${other}; give it another name`)
    return []
  }
  taken.set(id.toLowerCase(), table.path.join('.'))
  for (const one of values.addresses) {
    const key = one === '*' ? one : addressKey(one)
    const owner = addresses.get(key)
    if (owner === undefined) addresses.set(key, id)
    else if (owner !== id)
      problems.warning(
        'address-in-two-mailboxes',
        node('addresses') ?? table,
        `${one} belongs to mailbox "${owner}" already, which gets its mail`,
        { value: one },
      )
  }
  return [{ id, addresses: values.addresses }]
}

const storeKeys = { keys: optional(listOf(text)), file: optional(text), description: field(text, '') }

/** `store.<id>`: keys, values or a file with one key (and a value behind the first blank) a line. */
export async function readStores(root: Table, sources: MacroSources, problems: Problems): Promise<Store[]> {
  const tables = namedTables(subTable(root, 'store', problems), 'store', problems)
  const stores: Store[] = []
  for (const [id, table] of tables) stores.push({ id, values: await readStore(table, sources, problems) })
  return stores
}

async function readStore(table: Table, sources: MacroSources, problems: Problems): Promise<Record<string, string>> {
  const { values, node } = readTable(table, storeKeys, problems, ['values'])
  const found = Object.create(null) as Record<string, string>
  if (values.file !== undefined) {
    const file = await sources.file(values.file)
    if ('problem' in file)
      problems.error('store-file-unreadable', node('file') ?? table, `the list ${values.file} cannot be used: ${file.problem}`)
    else for (const [key, kept] of listEntries(file.text)) found[key] = kept
  }
  for (const key of values.keys ?? []) found[key] = ''
  for (const [key, child] of subTable(table, 'values', problems)?.entries ?? []) addEntry(found, key, child, problems)
  return found
}

function addEntry(found: Record<string, string>, key: string, node: Node, problems: Problems): void {
  if (node.kind === 'scalar' && !node.broken) found[key] = String(node.value)
  else if (node.kind !== 'scalar') problems.error('text-expected', node, 'a value of a store is one text')
}

/** Blank lines and lines that begin with `#` are left out. */
function listEntries(content: string): [string, string][] {
  return content.split(/\r?\n/).flatMap((line) => {
    const entry = /^\s*([^\s#]\S*)(?:\s+(.*?))?\s*$/.exec(line)
    return entry ? [[entry[1] ?? '', entry[2] ?? ''] as [string, string]] : []
  })
}
