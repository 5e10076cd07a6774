import { isIP } from 'node:net'
import { join, relative, dirname } from 'node:path'
import type { Args, Certificate, ConfigChange, SaveResult, Settings } from '../../contract/index.ts'
import { accountChanges, admitChanges, blockChanges, limitChanges, makePassword, secretNameOf } from '../devices/index.ts'
import { CertificateProblem } from '../listener/index.ts'
import type { CertificateKeeper } from '../listener/index.ts'
import type { AnswerParts, HandlersOf } from './handlers.ts'
import { Refused } from './refused.ts'

const NAME = /^[^\s\p{C}]{1,64}$/u
/** The passphrase of the office's own certificate. */
const PASSPHRASE = 'server-tls'

export function deviceHandlers(parts: AnswerParts): HandlersOf<'devices'> {
  const { config, secrets } = parts
  const { devices, gate, certificates, random } = parts.deviceParts
  const access = (): Settings['access'] => config.current.settings.access

  async function save(changes: readonly ConfigChange[]): Promise<SaveResult> {
    const { saved, issues } = await config.change(changes)
    return { saved, issues: [...issues] }
  }

  function accountOf(name: string): Settings['access']['accounts'][number] {
    const account = access().accounts.find((one) => one.name === name)
    if (account === undefined) throw new Refused('account-unknown', `There is no login "${name}".`)
    return account
  }

  /** The password is stored first: a login without one could not be read. */
  async function saveWithPassword(name: string, changes: readonly ConfigChange[]): Promise<SaveResult & { password: string | null }> {
    const secret = secretNameOf(name)
    const before = secrets.get(secret)
    const password = makePassword(random)
    await secrets.set(secret, password)
    const result = await save(changes)
    if (result.saved) return { ...result, password }
    if (before === undefined) await secrets.remove(secret)
    else await secrets.set(secret, before)
    return { ...result, password: null }
  }

  return {
    'devices.get': () => devices.view(),
    'devices.admit': ({ address, name }) => save(admitChanges(access(), addressed(address), name)),
    'devices.block': ({ address, name }) => save(blockChanges(access(), addressed(address), name)),
    'devices.forget': ({ id }) => save([{ path: ['access', 'device', id], value: null }]),
    'devices.limit': ({ address, name, messagesPerHour, messagesPerDay }) =>
      save(limitChanges(access(), addressed(address), name, messagesPerHour, messagesPerDay)),
    'devices.dismissKnock': ({ key }) => devices.dismissKnock(key),
    'devices.liftBan': ({ address }) => gate.lift(address),

    'devices.addAccount': ({ name, senders, recipients }) => {
      if (!NAME.test(name)) throw new Refused('account-name', 'A user name has 1 to 64 characters without blanks.')
      if (access().accounts.some((one) => one.name.toLowerCase() === name.toLowerCase()))
        throw new Refused('account-exists', `There is a login "${name}" already. Choose another name, or give that one a new password.`)
      return saveWithPassword(name, accountChanges(name, senders, recipients))
    },
    'devices.newPassword': ({ name }) => {
      accountOf(name)
      return saveWithPassword(name, [{ path: ['access', 'account', name, 'secret'], value: `%{secret:${secretNameOf(name)}}%` }])
    },
    'devices.removeAccount': async ({ name }) => {
      accountOf(name)
      const result = await save([{ path: ['access', 'account', name], value: null }])
      if (result.saved) await secrets.remove(secretNameOf(name))
      return result
    },

    'devices.ownCertificate': (given) => ownCertificate(given, parts),
    'devices.newCertificate': async () => {
      const { certificate, pfx } = config.current.settings.server.tls
      if (certificate !== null || pfx !== null) orRefuse(await save([{ path: ['server', 'tls'], value: null }]))
      await secrets.remove(PASSPHRASE)
      // Somebody has to have needed one before it can be made anew.
      await certificates.identity()
      await certificates.renew()
      await certificates.tidy()
      return seen(certificates)
    },
  }
}

/** A device is known by one address; networks are a matter of the settings. */
function addressed(address: string): string {
  const bare = address.trim().replace(/%.*$/, '')
  if (isIP(bare) === 0) throw new Refused('address', `"${address}" is no IP address.`)
  return bare
}

async function ownCertificate(
  given: Args<'devices.ownCertificate'>,
  { deviceParts, config, configPath, secrets }: AnswerParts,
): Promise<Certificate> {
  const { certificates } = deviceParts
  const stored = await certificates
    .store(given.form === 'pem' ? given : { form: 'pfx', bytes: Buffer.from(given.base64, 'base64'), passphrase: given.passphrase })
    .catch((thrown: unknown) => {
      if (thrown instanceof CertificateProblem) throw new Refused('certificate', thrown.message)
      throw thrown
    })
  const folder = dirname(configPath)
  const written = (path: string | null): string | null => path && besideConfig(folder, path)
  const locked = stored.pfx !== null && given.passphrase !== ''
  if (locked) await secrets.set(PASSPHRASE, given.passphrase)
  const value = {
    certificate: written(stored.certificate),
    key: written(stored.key),
    pfx: written(stored.pfx),
    passphrase: locked ? `%{secret:${PASSPHRASE}}%` : null,
  }
  const { saved, issues } = await config.change([{ path: ['server', 'tls'], value }])
  orRefuse({ saved, issues: [...issues] })
  if (!locked) await secrets.remove(PASSPHRASE)
  await certificates.identity()
  await certificates.refresh()
  await certificates.tidy()
  return seen(certificates)
}

/** Relative when it lies below config.toml, so that the data folder can be moved. */
function besideConfig(folder: string, path: string): string {
  const way = relative(folder, path)
  return join(folder, way) === path && !way.startsWith('..') ? way.replaceAll('\\', '/') : path
}

function orRefuse({ saved, issues }: SaveResult): void {
  if (saved) return
  const first = issues.find(({ severity }) => severity === 'error')
  throw new Refused('not-saved', `The settings could not be saved: ${first?.message ?? 'the file has a problem'}.`)
}

function seen(certificates: CertificateKeeper): Certificate {
  const certificate = certificates.view()
  if (certificate === null) throw new Refused('certificate', 'The certificate could not be made.')
  return certificate
}
