import type { X509Certificate } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import type { Certificate, OwnCertificate } from '../../../contract/index.ts'
import { errorCode } from '../../system/index.ts'
import type { Clock, Disk, ServerIdentity, Timer } from '../../system/index.ts'
import { makeCertificate } from './make.ts'
import type { CertificateNames } from './make.ts'
import { CertificateProblem, certificateView, dayIn, namesOf, readCertificate } from './read.ts'
import type { GivenCertificate, ReadCertificate } from './read.ts'

const DAY_MS = 86_400_000
/** Made anew so long before it ends; for the office's own, told so long before. */
const RENEW_BEFORE_MS = 30 * DAY_MS
const MAX_FILE_BYTES = 1024 * 1024

export interface CertificateParts {
  readonly clock: Clock
  readonly disk: Disk
  /** `tls/` of the data folder. */
  readonly folder: string
  /** Absolute; relative paths of the settings begin beside it. */
  readonly configPath: string
  names(): CertificateNames
  own(): OwnCertificate
  /** Told once for each new trouble, in words for people. */
  problem(text: string): void
  /** Another certificate is in use. */
  changed(): void
}

/** The certificate of all listeners: the office's own when the settings name one that can be used, or else one that is made here. */
export interface CertificateKeeper {
  /**
   * What to show to clients now; ask at each handshake. The same object as long as it is the same certificate. Made at the first call.
   * @throws system errors when the folder cannot be written
   */
  identity(): Promise<ServerIdentity>
  /** null until somebody needed one. */
  view(): Certificate | null
  /** The settings, the name or the addresses may have changed. Does nothing as long as nobody needed a certificate. */
  refresh(): Promise<void>
  /**
   * Puts an own certificate into the folder, once it was found to be good.
   * @returns what `[server.tls]` has to say about it, the passphrase aside
   * @throws CertificateProblem
   */
  store(given: GivenCertificate): Promise<Omit<OwnCertificate, 'passphrase'>>
  /** Makes a new one now. */
  renew(): Promise<void>
  /** Removes what `store` put into the folder and the settings do not name any more. */
  tidy(): Promise<void>
  /** No more renewing. */
  close(): void
}

interface InUse extends ReadCertificate {
  readonly source: Certificate['source']
  readonly problem: string | null
}

export function createCertificateKeeper(parts: CertificateParts): CertificateKeeper {
  const { clock, disk, folder } = parts
  const paths = { cert: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') }
  let inUse: InUse | null = null
  let timer: Timer | null = null
  let closed = false
  /** One look at the files at a time. */
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = last.then(run)
    // Whoever asked for `run` hears of its failure; the next in line starts all the same.
    last = result.catch(() => undefined)
    return result
  }

  async function look(): Promise<InUse> {
    const [own, problem] = await readOwn()
    const next: InUse = own === null ? { ...(await made()), source: 'made', problem } : { ...own, source: 'own', problem }
    const same = inUse !== null && inUse.leaf.fingerprint256 === next.leaf.fingerprint256 && sameIdentity(inUse.identity, next.identity)
    const before = inUse
    inUse = same && inUse !== null ? { ...next, identity: inUse.identity } : next
    if (problem !== null && problem !== before?.problem) parts.problem(problem)
    if (!same || problem !== before?.problem) parts.changed()
    wait(inUse)
    return inUse
  }

  /** Looks again when it is due: a made one a month before it ends, an own one each day, since its files may be renewed in place. */
  function wait({ source, leaf }: InUse): void {
    timer?.cancel()
    if (closed) return
    const renewAt = Date.parse(leaf.validTo) - RENEW_BEFORE_MS
    const delayMs = source === 'own' ? DAY_MS : Math.max(renewAt - clock.now(), 60_000)
    timer = clock.after(delayMs, () => void inTurn(look).catch(troubled))
  }

  function troubled(thrown: unknown): void {
    parts.problem(`The certificate could not be renewed: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    if (inUse !== null) wait(inUse)
  }

  async function made(): Promise<ReadCertificate> {
    const kept = await readMade()
    return kept ?? makeNew()
  }

  /** null when there is none, it cannot be used, ends soon, or does not name what this computer is called now. */
  async function readMade(): Promise<ReadCertificate | null> {
    try {
      const [cert, key] = [await textOf(paths.cert), await textOf(paths.key)]
      const read = await readCertificate({ form: 'pem', certificate: cert, key, passphrase: '' }, clock.now())
      const ends = Date.parse(read.leaf.validTo) - clock.now()
      return ends > RENEW_BEFORE_MS && covers(read.leaf, parts.names()) ? read : null
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT' || thrown instanceof CertificateProblem) return null
      throw thrown
    }
  }

  async function makeNew(): Promise<ReadCertificate> {
    const { cert, key } = await makeCertificate(parts.names(), clock.now())
    await disk.makeFolder(folder, { mode: 0o700 })
    await disk.writeFileDurably(paths.key, key, { mode: 0o600 })
    await disk.writeFileDurably(paths.cert, cert, { mode: 0o644 })
    return readCertificate({ form: 'pem', certificate: cert, key, passphrase: '' }, clock.now())
  }

  async function readOwn(): Promise<[ReadCertificate | null, string | null]> {
    const own = parts.own()
    if (own.certificate === null && own.pfx === null) return [null, null]
    try {
      const read = await readCertificate(await given(own), clock.now())
      const endsAt = Date.parse(read.leaf.validTo)
      const soon = endsAt - clock.now() <= RENEW_BEFORE_MS
      return [read, soon ? `The office's own certificate ends on ${dayIn(endsAt)}. Put a new one in its place before that.` : null]
    } catch (thrown) {
      return [null, `${whyNot(thrown)} Until then the certificate that Mailroom made is used.`]
    }
  }

  async function given({ certificate, key, pfx, passphrase }: OwnCertificate): Promise<GivenCertificate> {
    const beside = (path: string): string => resolve(dirname(parts.configPath), path)
    if (pfx !== null) return { form: 'pfx', bytes: await disk.readFile(beside(pfx), MAX_FILE_BYTES), passphrase }
    const [cert, keyText] = [await textOf(beside(certificate ?? '')), await textOf(beside(key ?? ''))]
    return { form: 'pem', certificate: cert, key: keyText, passphrase }
  }

  async function textOf(path: string): Promise<string> {
    return (await disk.readFile(path, MAX_FILE_BYTES)).toString('utf8')
  }

  async function removeUnused(): Promise<void> {
    const own = parts.own()
    const used = [own.certificate, own.key, own.pfx].flatMap((path) => (path === null ? [] : resolve(dirname(parts.configPath), path)))
    const stored = (await disk.list(folder)).filter((name) => /^own-[0-9a-f]{16}[.-]/.test(name))
    for (const name of stored) if (!used.includes(join(folder, name))) await disk.remove(join(folder, name))
  }

  return {
    identity: async () => (inUse ?? (await inTurn(async () => inUse ?? (await look())))).identity,
    view: () => inUse && certificateView(inUse.leaf, inUse.source, inUse.problem),
    async refresh() {
      if (inUse === null) return
      await inTurn(look).catch(troubled)
    },
    store: (own) =>
      inTurn(async () => {
        const { identity, leaf } = await readCertificate(own, clock.now())
        // A name of its own for each, so that there is no moment in which certificate and key are not of one kind.
        const name = `own-${leaf.fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase()}`
        await disk.makeFolder(folder, { mode: 0o700 })
        if ('pfx' in identity) {
          await disk.writeFileDurably(join(folder, `${name}.p12`), identity.pfx, { mode: 0o600 })
          return { certificate: null, key: null, pfx: join(folder, `${name}.p12`) }
        }
        await disk.writeFileDurably(join(folder, `${name}-key.pem`), identity.key, { mode: 0o600 })
        await disk.writeFileDurably(join(folder, `${name}.pem`), identity.cert, { mode: 0o644 })
        return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}-key.pem`), pfx: null }
      }),
    renew: () =>
      inTurn(async () => {
        await makeNew()
        await look()
      }),
    tidy: () => inTurn(removeUnused),
    close() {
      closed = true
      timer?.cancel()
    },
  }
}

/** IPv6 addresses are not asked for: many change each day, and no device is given one to type. */
function covers(leaf: X509Certificate, { hostname, addresses }: CertificateNames): boolean {
  const named = new Set(namesOf(leaf))
  return named.has(hostname) && addresses.every((address) => address.includes(':') || named.has(address))
}

function sameIdentity(a: ServerIdentity, b: ServerIdentity): boolean {
  if ('pfx' in a || 'pfx' in b) return 'pfx' in a && 'pfx' in b && a.pfx.equals(b.pfx) && a.passphrase === b.passphrase
  return a.cert === b.cert && a.key === b.key
}

function whyNot(thrown: unknown): string {
  if (thrown instanceof CertificateProblem) return `The office's own certificate cannot be used. ${thrown.message}`
  const reasons = new Map([
    ['ENOENT', 'its file is not there. Correct the path in the settings, or put the file back.'],
    ['EACCES', 'Mailroom may not read its file. Let the user that Mailroom runs as read it.'],
    ['EISDIR', 'its path is that of a folder. Name the file itself.'],
    ['EFBIG', 'its file is larger than 1 MB. Name a file with the certificate alone.'],
  ])
  const reason = reasons.get(errorCode(thrown)) ?? `${thrown instanceof Error ? thrown.message : String(thrown)}.`
  return `The office's own certificate cannot be used: ${reason}`
}
