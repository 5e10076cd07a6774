import type { RouteView, Settings, SettingsView } from '../../contract/index.ts'
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
  const accounts = settings.access.accounts.map((account) => ({ ...account, secret: state(['access', 'account', account.name, 'secret']) }))
  return { ...settings, access: { ...settings.access, accounts }, queue: { ...settings.queue, routes: keyed(routes) } }
}

/** Warns about every password that stands in the file as it is. */
export function warnPlainSecrets(root: Table, problems: Problems): void {
  for (const scalar of scalarsOf(root).filter((one) => one.path[one.path.length - 1] === 'secret' && isPlainSecret(one))) {
    problems.warning(
      'plain-secret',
      scalar,
      'the password stands in the file as it is; save it in the window, or refer to it as %{env:NAME}% or %{file:PATH}%',
    )
  }
}

/** A password that is written in the file itself. */
export function isPlainSecret(scalar: Scalar): boolean {
  return isSecretPath(scalar.path) && scalar.written !== '' && scalar.written !== HIDDEN && secretState(scalar.written) === 'plain'
}
