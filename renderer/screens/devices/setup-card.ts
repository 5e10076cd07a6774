import { t } from '../../lib/words/words.svelte.ts'
import { TICKED, UNTICKED } from './setup-table.ts'
import type { DeviceMenu } from './setup-table.ts'
import { securityFor } from './to-type.ts'
import type { ToType } from './to-type.ts'

/** One line of a setup card: what it is, what that menu calls it, and what to type or choose. */
export interface CardLine {
  readonly word: string
  /** '' when that menu's word is not known. */
  readonly menu: string
  readonly value: string
  /** To be typed letter by letter. */
  readonly typed: boolean
}

/** The card of a device for one of our ports. `account` is the login that was picked; '' for none. */
export function cardLines(menu: DeviceMenu, to: ToType, account: string): readonly CardLine[] {
  const line = (word: string, name: string, value: string, typed = false): CardLine => ({ word, menu: name, value, typed })
  const signIn = account !== '' || to.auth === 'required'
  return [
    line(t('overview.plate.server'), menu.server, to.server, true),
    line(t('overview.plate.port'), menu.port, String(to.port), true),
    line(t('overview.plate.security'), menu.security, securityOf(menu, securityFor(to, signIn))),
    line(t('overview.plate.signin'), menu.auth, signIn ? t('setup.signin.on') : t('setup.signin.off')),
    ...(signIn
      ? [
          account === '' ? line(t('login.user'), menu.user, t('setup.user.missing')) : line(t('login.user'), menu.user, account, true),
          line(t('login.password'), menu.password, t('setup.password')),
        ]
      : []),
    line(t('setup.sender'), menu.sender, t('setup.sender.value')),
  ]
}

/** In that menu's words where they are known, else in ours. */
function securityOf({ choices }: DeviceMenu, tls: ToType['tls']): string {
  const none = choice(choices.none, 'security.none')
  const starttls = choice(choices.starttls, 'security.required')
  if (tls === 'none') return none
  if (tls === 'implicit') return choice(choices.implicit, 'security.implicit')
  return tls === 'required' ? starttls : t('setup.security.either', { none, starttls })
}
function choice(theirs: string, ours: 'security.none' | 'security.required' | 'security.implicit'): string {
  if (theirs === TICKED) return t('setup.ticked')
  return theirs === UNTICKED ? t('setup.unticked') : theirs || t(ours)
}
