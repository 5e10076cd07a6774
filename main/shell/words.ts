import type { Alert, Preferences } from '../contract/index.ts'

/** The few words outside the window: tray, menus, notifications and the message when nothing can be started. */
export type Language = 'en' | 'de'

const CATALOGUE = {
  en: {
    open: 'Open Mailroom',
    settings: 'Settings…',
    quit: 'Quit Mailroom',
    working: 'mail is flowing',
    waiting: 'mail is waiting and goes out by itself',
    'needs-you': 'something needs you',
    cannotStart: 'Mailroom cannot start',
    stopped: 'Mailroom had to stop',
    stoppedText: 'A fault of its own ended it. Everything it had accepted is safe; start it again.',
  },
  de: {
    open: 'Mailroom öffnen',
    settings: 'Einstellungen …',
    quit: 'Mailroom beenden',
    working: 'Die Post läuft',
    waiting: 'Post wartet und geht von selbst hinaus',
    'needs-you': 'Etwas braucht Sie',
    cannotStart: 'Mailroom kann nicht starten',
    stopped: 'Mailroom musste anhalten',
    stoppedText: 'Ein eigener Fehler hat es beendet. Alles Angenommene ist sicher; starten Sie es neu.',
  },
} satisfies Record<Language, object>

/** @param locale of the system, `de-AT` */
export function words(locale: string): (typeof CATALOGUE)['en'] {
  return CATALOGUE[languageOf('system', locale)]
}

/** @param chosen what the person wants; `system` follows the locale */
export function languageOf(chosen: Preferences['language'], locale: string): Language {
  if (chosen !== 'system') return chosen
  return locale.toLowerCase().startsWith('de') ? 'de' : 'en'
}

interface Telling {
  readonly title: string
  readonly body: string
}
type Tellings = Readonly<Partial<Record<Alert['kind'], Telling>>>

/** What a notification says; `{it}` is what it is about. The window says more. */
const TELLINGS: Readonly<Record<Language, Tellings>> = {
  en: {
    'auth-rejected': {
      title: '{it} does not let us in',
      body: 'The user name or the password is not taken. Its mail waits; nothing is lost.',
    },
    'route-unknown': { title: 'There is no route called “{it}”', body: 'The rules send mail there. It waits; nothing is lost.' },
    'rules-failed': { title: 'The rules cannot be worked out', body: 'Mail they should decide about waits; nothing is lost.' },
    'config-refused': { title: 'The settings file has an error', body: 'Look at {it}. The last good settings stay in force.' },
    'listener-failed': { title: 'Devices cannot reach “{it}”', body: 'Its port could not be opened. Another program may use it.' },
    'relay-unreachable': { title: '{it} cannot be reached', body: 'Its mail waits and is tried again by itself.' },
    'relay-not-found': { title: 'The name of {it} is not known', body: 'Its address may be mistyped. Its mail waits; nothing is lost.' },
    'delivery-failed': { title: 'A message could not be delivered', body: 'To {it}. The sender is told.' },
    'double-bounce': { title: 'A sender could not be told', body: '{it} does not know that a message failed.' },
    'disk-low': { title: 'The disk is nearly full', body: 'New mail is put off until there is room again. Nothing is lost.' },
    'storage-failed': {
      title: 'Mail cannot be kept',
      body: 'Mailroom cannot write to its data folder. Devices are told to come again later.',
    },
    'entry-set-aside': { title: 'A stored message cannot be read', body: 'It was set aside so that the others go on.' },
    'secret-unreadable': { title: 'The password “{it}” cannot be read', body: 'Type it anew in the window.' },
  },
  de: {
    'auth-rejected': {
      title: '{it} lässt uns nicht hinein',
      body: 'Benutzername oder Kennwort werden nicht angenommen. Die Post wartet; nichts ist verloren.',
    },
    'route-unknown': { title: 'Es gibt keinen Weg „{it}“', body: 'Die Regeln schicken Post dorthin. Sie wartet; nichts ist verloren.' },
    'rules-failed': {
      title: 'Die Regeln lassen sich nicht auswerten',
      body: 'Post, über die sie entscheiden, wartet; nichts ist verloren.',
    },
    'config-refused': { title: 'Die Einstellungsdatei hat einen Fehler', body: 'Bei {it}. Die letzten guten Einstellungen gelten weiter.' },
    'listener-failed': {
      title: 'Geräte erreichen „{it}“ nicht',
      body: 'Der Anschluss ließ sich nicht öffnen. Vielleicht nutzt ihn ein anderes Programm.',
    },
    'relay-unreachable': { title: '{it} ist nicht erreichbar', body: 'Die Post wartet und wird von selbst wieder versucht.' },
    'relay-not-found': {
      title: 'Der Name von {it} ist nicht bekannt',
      body: 'Vielleicht ist die Adresse vertippt. Die Post wartet; nichts ist verloren.',
    },
    'delivery-failed': { title: 'Eine Nachricht war nicht zustellbar', body: 'An {it}. Der Absender erfährt es.' },
    'double-bounce': { title: 'Ein Absender war nicht zu erreichen', body: '{it} weiß nicht, dass eine Nachricht gescheitert ist.' },
    'disk-low': { title: 'Die Festplatte ist fast voll', body: 'Neue Post wird aufgeschoben, bis wieder Platz ist. Nichts ist verloren.' },
    'storage-failed': {
      title: 'Post kann nicht aufbewahrt werden',
      body: 'Mailroom kann nicht in seinen Datenordner schreiben. Geräte sollen es später wieder versuchen.',
    },
    'entry-set-aside': {
      title: 'Eine gespeicherte Nachricht ist nicht lesbar',
      body: 'Sie liegt beiseite, damit die anderen weitergehen.',
    },
    'secret-unreadable': { title: 'Das Kennwort „{it}“ ist nicht lesbar', body: 'Geben Sie es im Fenster neu ein.' },
  },
}

/** A notification's words about something that needs a person; what this version has no words for is told in general. */
export function alertText(language: Language, kind: Alert['kind'], it: string): Telling {
  const { title, body } = TELLINGS[language][kind] ?? moreText(language, 1)
  return { title: title.replace('{it}', () => it), body: body.replace('{it}', () => it) }
}

export function moreText(language: Language, count: number): Telling {
  if (language === 'de') return { title: count === 1 ? 'Etwas braucht Sie' : `${count} Dinge brauchen Sie`, body: 'Öffnen Sie Mailroom.' }
  return { title: count === 1 ? 'Something needs you' : `${count} things need you`, body: 'Open Mailroom to see what.' }
}
