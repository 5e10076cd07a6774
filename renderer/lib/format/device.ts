import type { ClientInfo } from '../../../main/contract/activity.ts'
import { foreign } from './foreign.ts'
import { t } from '../words/words.svelte.ts'

/** What tells one device from another, as counts and filters name it. */
export { deviceOf as deviceKey } from '../../../main/contract/activity-view.ts'

/** What a person calls it: its login, the name it gives itself when that is one, or its address. */
export function deviceName(client: ClientInfo): string {
  if (client.port === 0) return t('device.here')
  if (client.account !== null && client.account !== '') return foreign(client.account, 100)
  return isName(client.helo) ? foreign(client.helo, 100) : client.address
}

/** Old devices greet with nothing, their own address or `localhost`: no name to know them by. */
function isName(helo: string): boolean {
  return /\p{L}/u.test(helo) && !helo.startsWith('[') && !/^localhost\b/i.test(helo) && !helo.includes(':')
}
