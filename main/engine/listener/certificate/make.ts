import { generate } from 'selfsigned'

const DAY_MS = 86_400_000
/** Apple's systems refuse anything longer. */
const VALID_DAYS = 820

/** A certificate in PEM and its key. */
export interface MadeCertificate {
  readonly cert: string
  readonly key: string
}

/** What a certificate of this computer has to name. */
export interface CertificateNames {
  readonly hostname: string
  readonly addresses: readonly string[]
}

/** A certificate that this computer signs for itself. RSA, since old devices know nothing else. */
export async function makeCertificate({ hostname, addresses }: CertificateNames, now: number): Promise<MadeCertificate> {
  const ips = addresses.map((address) => address.replace(/%.*$/, ''))
  const made = await generate([{ name: 'commonName', value: hostname }], {
    keyType: 'rsa',
    keySize: 2048,
    algorithm: 'sha256',
    // A device's clock may be behind.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [{ type: 2, value: hostname }, { type: 2, value: 'localhost' }, ...ips.map((ip) => ({ type: 7 as const, ip }))],
      },
    ],
  })
  return { cert: made.cert, key: made.private }
}
