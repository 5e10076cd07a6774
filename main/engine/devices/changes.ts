import type { ConfigChange, NamedDevice, Settings } from '../../contract/index.ts'
import { plainAddress } from './named-device.ts'

type Access = Settings['access']

/** Lets an address send and gives it a name. */
export function admitChanges(access: Access, address: string, name: string): ConfigChange[] {
  return deviceChanges(access, address, name, { blocked: null })
}

/** Nothing more is taken from an address. */
export function blockChanges(access: Access, address: string, name: string): ConfigChange[] {
  return deviceChanges(access, address, name, { blocked: true })
}

/** @param perHour  0: the general limit counts */
export function limitChanges(access: Access, address: string, name: string, perHour: number, perDay: number): ConfigChange[] {
  const limits = { 'messages-per-hour': perHour === 0 ? null : perHour, 'messages-per-day': perDay === 0 ? null : perDay }
  return deviceChanges(access, address, name, limits)
}

/** null takes a key out: what its default says need not stand in the file. */
function deviceChanges(
  access: Access,
  address: string,
  name: string,
  keys: Readonly<Record<string, boolean | number | null>>,
): ConfigChange[] {
  const known = access.devices.find((device) => isFor(device, address))
  const given = name.trim()
  if (known !== undefined) {
    const path = ['access', 'device', known.id]
    const changes = Object.entries(keys).map(([key, value]) => ({ path: [...path, key], value }))
    return given === '' || given === known.name ? changes : [{ path: [...path, 'name'], value: given }, ...changes]
  }
  const id = idFor(given === '' ? address : given, new Set(access.devices.map((device) => device.id.toLowerCase())))
  const set = Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== null))
  return [{ path: ['access', 'device', id], value: { ...(given === '' ? {} : { name: given }), address: plainAddress(address), ...set } }]
}

/** The table of exactly this address; a range that it is in is another matter. */
function isFor(device: NamedDevice, address: string): boolean {
  return plainAddress(device.address.replace(/\/(32|128)$/, '')) === plainAddress(address)
}

const LONGEST_ID = 40

/** `Scanner, 2nd floor` becomes `scanner-2nd-floor`; a number behind it when that is taken. */
function idFor(name: string, taken: ReadonlySet<string>): string {
  const spelt = name.toLowerCase().replaceAll('ä', 'ae').replaceAll('ö', 'oe').replaceAll('ü', 'ue').replaceAll('ß', 'ss')
  const bare = spelt
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
  const slug = bare.slice(0, LONGEST_ID).replace(/^-+|-+$/g, '') || 'device'
  let id = slug
  for (let number = 2; taken.has(id); number++) id = `${slug}-${number}`
  return id
}

/** Under what name an account's password is kept: its own, as far as that can stand in a macro. */
export function secretNameOf(account: string): string {
  return /^[A-Za-z0-9_.@-]+$/.test(account) ? `account-${account}` : `account-${Buffer.from(account).toString('hex')}`
}

/** A new login whose password is kept under `secretNameOf`. */
export function accountChanges(account: string, senders: readonly string[], recipients: readonly string[]): ConfigChange[] {
  const value = {
    secret: `%{secret:${secretNameOf(account)}}%`,
    ...(senders.length > 0 ? { senders: [...senders] } : {}),
    ...(recipients.length > 0 ? { recipients: [...recipients] } : {}),
  }
  return [{ path: ['access', 'account', account], value }]
}
