/** Something that can lock a text away and open it again. */
export interface SecretCipher {
  /** Written beside each secret, so that it is clear later who can open it. */
  readonly name: 'os' | 'file'
  /** Other programs of other users cannot open it. False for a key that merely lies beside the data. */
  readonly protects: boolean
  encrypt(text: string): Promise<string>
  /** @throws when it was locked by somebody else or is damaged */
  decrypt(locked: string): Promise<string>
}
