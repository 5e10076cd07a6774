import type { Args, ConfigState, Result } from '../../main/contract/channels.ts'
import type { PreferencesView } from '../../main/contract/preferences.ts'

const OLDER = `# Mailroom's settings. Saved changes are taken up by themselves.
[server]
hostname = "office-pc"

[queue.route.m365]
type = "relay"
description = "Microsoft 365"
address = "smtp.office365.com"
port = 25
auth.username = "scans@alderfinch.example"
auth.secret = "%{hidden}%"

[queue.strategy]
route = [
  { if = "is_local_domain('', rcpt_domain)", then = "'local'" },
  { else = "'m365'" }
]
`
const DAY = 86_400_000

/** What belongs to the window and to the file as a whole, invented as far as a plain browser goes. */
export function madeUpPreferences(config: () => ConfigState, changed: (view: PreferencesView) => void) {
  let view: PreferencesView = {
    language: 'system',
    theme: 'system',
    notifications: 'notify',
    keepRunning: true,
    keepAwake: false,
    startAtLogin: true,
  }
  return {
    'preferences.get': () => view,
    'preferences.set': (changes: Args<'preferences.set'>): PreferencesView => {
      view = { ...view, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) }
      if (changes.theme === 'light' || changes.theme === 'dark') document.documentElement.dataset['theme'] = changes.theme
      changed(view)
      return view
    },
    'about.get': (): Result<'about.get'> => ({
      version: '0.1.0',
      electron: '45.4.1',
      chromium: '140.0.7339.41',
      node: '24.9.0',
      system: 'Linux 6.12.0, x64',
      dataFolder: '/home/tom/.config/Mailroom',
    }),
    'about.licences': (): Result<'about.licences'> => [
      { name: 'bits-ui', version: '2.21.0', licence: 'MIT', text: 'MIT License\n\nPermission is hereby granted, free of charge, …' },
      { name: 'diff', version: '9.0.0', licence: 'BSD-3-Clause', text: 'BSD 3-Clause License\n\nRedistribution and use …' },
    ],
    'window.showConfigFile': () => undefined,
    'window.openDataFolder': () => undefined,
    'file.open': (): Result<'file.open'> => ({ name: 'mailroom-settings-2026-11-20.toml', text: OLDER }),
    'file.save': (): Result<'file.save'> => ({ saved: true, name: 'mailroom-settings.toml' }),
    'config.tryChange': ({ changes }: Args<'config.tryChange'>): Result<'config.tryChange'> =>
      changes.flatMap(({ path, value }) => {
        if (typeof value !== 'string' || !/size|time|keep|expire/.test(path.at(-1) ?? '') || /^\d+ ?\w+$/.test(value)) return []
        const message = `“${value}” is no number; write a whole number, such as 10`
        return [{ severity: 'error' as const, kind: 'build' as const, code: 'value-invalid', path: path.join('.'), message }]
      }),
    'config.history': (): Result<'config.history'> => {
      const now = Date.now()
      const change = (path: string, what: 'added' | 'changed' | 'removed' = 'changed') => ({ path, what })
      const entry = (id: string, ago: number, changes: ReturnType<typeof change>[], addedLines = 1, removedLines = 1) => ({
        id,
        at: now - ago,
        bytes: OLDER.length,
        addedLines,
        removedLines,
        changes,
      })
      return [
        entry('5', 0.2 * DAY, [change('server.hostname'), change('queue.route.m365.port'), change('queue.route.m365.auth.secret')], 5, 4),
        entry('4', 0.9 * DAY, [], 2, 0),
        entry('3', 3 * DAY, [change('queue.schedule.remote.retry', 'added'), change('queue.schedule.remote.expire', 'added')], 3, 0),
        entry(
          '2',
          9 * DAY,
          ['type', 'description', 'address', 'port', 'auth.username', 'auth.secret'].map((key) =>
            change(`queue.route.smtp2go.${key}`, 'added'),
          ),
          8,
          0,
        ),
        entry('1', 30 * DAY, [change('queue.strategy.route')], 5, 1),
      ]
    },
    'config.historyText': (): Result<'config.historyText'> => ({ before: OLDER, after: config().text }),
    'config.restore': (): Result<'config.restore'> => ({ saved: true, issues: [] }),
    'config.export': (): Result<'config.export'> => ({ text: OLDER, suggestedName: 'mailroom-settings-2026-11-23.toml' }),
    'config.readImport': (): Result<'config.readImport'> => ({
      kind: 'settings',
      text: OLDER,
      issues: [
        {
          severity: 'warning',
          kind: 'build',
          code: 'route-unused',
          path: 'queue.route.x',
          message: 'no rule chooses the route "x"',
          line: 7,
        },
      ],
      missing: [{ name: 'route-m365', path: 'queue.route.m365.auth.secret' }],
      secrets: 0,
    }),
    'config.import': (): Result<'config.import'> => ({ saved: true, issues: [] }),
  }
}
