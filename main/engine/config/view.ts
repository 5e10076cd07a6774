import type { RouteView, Settings, SettingsView } from '../../contract/index.ts'
import { isHashed } from '../mail/index.ts'
import { keyed } from './cross-checks.ts'
import { nodeAt, scalarsOf } from './node.ts'
import type { Scalar, Table } from './node.ts'
import type { Problems } from './problems.ts'
import { HIDDEN, isSecretPath, secretState } from './secrets.ts'

/** The settings as the window may see them: of each password only how it is kept. */
export function viewOf(settings: Settings, root: Table): SettingsView {
  const state = (path: readonly string[]) => {
    const node = nodeAt(root, path)
    return secretState(node?.kind === 'scalar' ? node.written : '')
  }
  const routes = Object.entries(settings.queue.routes).map(([id, route]): readonly [string, RouteView] => {
    if (route.type !== 'relay') return [id, route]
    const auth = route.auth && { ...route.auth, secret: state(['queue', 'route', id, 'auth', 'secret']) }
    return [id, { ...route, auth }]
  })
  const accounts = settings.access.accounts.map((account) => {
    const kept = state(['access', 'account', account.name, 'secret'])
    return { ...account, secret: kept === 'plain' && isHashed(account.secret) ? ('hashed' as const) : kept }
  })
  const passphrase = settings.server.tls.passphrase === '' ? null : state(['server', 'tls', 'passphrase'])
  return {
    ...settings,
    server: { ...settings.server, tls: { ...settings.server.tls, passphrase } },
    access: { ...settings.access, accounts },
    queue: { ...settings.queue, routes: keyed(routes) },
  }
}

/** Warns about every password that stands in the file as it is. */
export function warnPlainSecrets(root: Table, problems: Problems): void {
  for (const scalar of scalarsOf(root).filter(isTold)) {
    problems.warning(
      'plain-secret',
      scalar,
      'the password stands in the file as it is; save it in the window, or refer to it as %{env:NAME}% or %{file:PATH}%',
    )
  }
}

/** Under the keys that count; a wrong name is another problem. A hash is hidden like a password, but may stand in the file. */
function isTold(scalar: Scalar): boolean {
  const key = scalar.path[scalar.path.length - 1]
  const hashed = scalar.path[0] === 'access' && isHashed(scalar.written)
  return (key === 'secret' || scalar.path.join('.') === 'server.tls.passphrase') && isPlainSecret(scalar) && !hashed
}

/** A password that is written in the file itself. */
export function isPlainSecret(scalar: Scalar): boolean {
  return isSecretPath(scalar.path) && scalar.written !== '' && scalar.written !== HIDDEN && secretState(scalar.written) === 'plain'
}
