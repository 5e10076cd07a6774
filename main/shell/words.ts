/** The few words outside the window: tray, menus and the message when nothing can be started. */
const CATALOGUE = {
  en: {
    open: 'Open Mailroom',
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
    quit: 'Mailroom beenden',
    working: 'Die Post läuft',
    waiting: 'Post wartet und geht von selbst hinaus',
    'needs-you': 'Etwas braucht Sie',
    cannotStart: 'Mailroom kann nicht starten',
    stopped: 'Mailroom musste anhalten',
    stoppedText: 'Ein eigener Fehler hat es beendet. Alles Angenommene ist sicher; starten Sie es neu.',
  },
}

export function words(locale: string): (typeof CATALOGUE)['en'] {
  return locale.toLowerCase().startsWith('de') ? CATALOGUE.de : CATALOGUE.en
}
