import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generate } from 'selfsigned'

/** A certificate authority of the test's own, and what it has signed. */
export interface Authority {
  readonly cert: string
  /** A file for NODE_EXTRA_CA_CERTS. */
  readonly certFile: string
  /** @returns a certificate for these names, with its key, and the files they lie in */
  issue(name: string, ...addresses: readonly string[]): Promise<KeyPair>
}

export interface KeyPair {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

const DAY_MS = 86_400_000

export async function createAuthority(folder: string): Promise<Authority> {
  const ca = await generate([{ name: 'commonName', value: 'Test authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...lifetime(),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const certFile = join(folder, 'authority.pem')
  await writeFile(certFile, ca.cert)
  return {
    cert: ca.cert,
    certFile,
    issue: (name, ...addresses) => issue(folder, name, addresses, { key: ca.private, cert: ca.cert }),
  }
}

/** A certificate that nobody vouches for. */
export function selfSigned(folder: string, name: string, ...addresses: readonly string[]): Promise<KeyPair> {
  return issue(folder, name, addresses, null)
}

async function issue(
  folder: string,
  name: string,
  addresses: readonly string[],
  ca: { readonly key: string; readonly cert: string } | null,
): Promise<KeyPair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ...lifetime(),
    ...(ca === null ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }, ...addresses.map((ip) => ({ type: 7 as const, ip }))] },
    ],
  })
  const certFile = join(folder, `${name}.pem`)
  const keyFile = join(folder, `${name}.key`)
  await Promise.all([writeFile(certFile, made.cert), writeFile(keyFile, made.private, { mode: 0o600 })])
  return { cert: made.cert, key: made.private, certFile, keyFile }
}

function lifetime(): { notBeforeDate: Date; notAfterDate: Date } {
  return { notBeforeDate: new Date(Date.now() - DAY_MS), notAfterDate: new Date(Date.now() + 30 * DAY_MS) }
}
