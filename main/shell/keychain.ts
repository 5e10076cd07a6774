import { safeStorage } from 'electron'
import type { SecretCipher } from '../engine/secrets/index.ts'

/* eslint-disable @typescript-eslint/no-deprecated -- the asynchronous calls that replace these are missing in the older Electrons we also run on */

/** The operating system's key store (DPAPI, Keychain, the desktop's keyring); null where there is none that protects anything. */
export function keychainCipher(): SecretCipher | null {
  if (!safeStorage.isEncryptionAvailable() || isPlainText()) return null
  return {
    name: 'os',
    protects: true,
    encrypt: (text) => Promise.resolve(safeStorage.encryptString(text).toString('base64')),
    decrypt: (locked) => Promise.resolve(safeStorage.decryptString(Buffer.from(locked, 'base64'))),
  }
}

/** On Linux without a keyring newer Electrons say "available" and only disguise the text; a key file of our own is no worse and is told as such. */
function isPlainText(): boolean {
  return (
    process.platform === 'linux' &&
    typeof safeStorage.getSelectedStorageBackend === 'function' &&
    safeStorage.getSelectedStorageBackend() === 'basic_text'
  )
}
