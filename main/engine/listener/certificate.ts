import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { errorCode } from '../system/index.ts'
import type { Clock, Disk } from '../system/index.ts'

const DAY_MS = 86_400_000
/** Apple's systems refuse anything longer. */
const VALID_DAYS = 820
const RENEW_BEFORE_DAYS = 30

export interface CertificateFiles {
  readonly cert: string
  readonly key: string
}

/**
 * The certificate for our listeners: read from `folder`, or made for this computer's name and addresses and kept there. It is made anew a
 * month before it ends.
 * @throws system errors when the folder cannot be read or written
 */
export async function loadCertificate(
  world: { disk: Disk; clock: Clock },
  folder: string,
  hostname: string,
  addresses: readonly string[],
): Promise<CertificateFiles> {
  const paths = { cert: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') }
  const kept = await readFiles(world.disk, paths)
  if (kept !== null && validUntil(kept.cert) - world.clock.now() > RENEW_BEFORE_DAYS * DAY_MS) return kept
  const made = await makeCertificate(hostname, addresses, world.clock.now())
  await world.disk.makeFolder(folder)
  await world.disk.writeFileDurably(paths.key, made.key, { mode: 0o600 })
  await world.disk.writeFileDurably(paths.cert, made.cert, { mode: 0o644 })
  return made
}

async function readFiles(disk: Disk, paths: { cert: string; key: string }): Promise<CertificateFiles | null> {
  try {
    return { cert: (await disk.readFile(paths.cert)).toString('utf8'), key: (await disk.readFile(paths.key)).toString('utf8') }
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return null
    throw thrown
  }
}

/** ms since 1970; 0 for what is not a certificate, so that it is replaced. */
function validUntil(cert: string): number {
  try {
    return Date.parse(new X509Certificate(cert).validTo)
  } catch {
    return 0
  }
}

async function makeCertificate(hostname: string, addresses: readonly string[], now: number): Promise<CertificateFiles> {
  const made = await generate([{ name: 'commonName', value: hostname }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [{ type: 2, value: hostname }, { type: 2, value: 'localhost' }, ...addresses.map((ip) => ({ type: 7 as const, ip }))],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
