/** Passwords and tokens in secrets.json, each encrypted by the operating system's key store or, where there is none, by a key file of this user. */
export { createFileCipher } from './file-cipher.ts'
export { createSecretStore } from './secret-store.ts'
export type { SecretStore } from './secret-store.ts'
export type { SecretCipher } from './types.ts'
export { SealProblem, isSealed, openSealed, sealText } from './sealed.ts'
