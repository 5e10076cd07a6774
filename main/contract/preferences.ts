import { z } from 'zod'

/** What belongs to the window and this computer's user, not to the relay: kept beside config.toml, never in it. */
export const preferences = z.object({
  language: z.enum(['system', 'en', 'de']),
  theme: z.enum(['system', 'light', 'dark']),
  /** Notifications and the tray, the tray alone, or neither. */
  notifications: z.enum(['notify', 'tray', 'off']),
  /** Closing the window leaves Mailroom in the tray; without it, closing ends it. */
  keepRunning: z.boolean(),
  /** The computer does not fall asleep by itself while mail waits. */
  keepAwake: z.boolean(),
})
export type Preferences = z.infer<typeof preferences>

export const preferencesView = preferences.extend({
  /** Asked of the operating system each time, since people change it there as well. */
  startAtLogin: z.boolean(),
})
export type PreferencesView = z.infer<typeof preferencesView>

const nothing = z.object({})

/** What the person may want to tell somebody who helps. */
export const about = z.object({
  version: z.string(),
  electron: z.string(),
  chromium: z.string(),
  node: z.string(),
  system: z.string(),
  dataFolder: z.string(),
})
export type About = z.infer<typeof about>

export const licence = z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() })
export type Licence = z.infer<typeof licence>

/** A file that the person chose; null when the dialog was closed. */
export const openedFile = z.object({ name: z.string(), text: z.string() }).nullable()

export const preferencesRequests = {
  'preferences.get': { args: nothing, result: preferencesView },
  /** Changes what is given. Refused with `not-kept` when it cannot be written. */
  'preferences.set': { args: preferencesView.partial(), result: preferencesView },
  'about.get': { args: nothing, result: about },
  /** Of everything that is built in, in the order of their names. */
  'about.licences': { args: nothing, result: z.array(licence) },
  'window.showConfigFile': { args: nothing, result: z.void() },
  'window.openDataFolder': { args: nothing, result: z.void() },
  /** Asks which text file. Refused with `too-large` or `not-text`. */
  'file.open': {
    args: z.object({
      maxBytes: z
        .int()
        .min(1)
        .max(4 * 1024 * 1024),
    }),
    result: openedFile,
  },
} as const

export const preferencesNotices = {
  'preferences.changed': preferencesView,
  /** Something outside the window (a notification) leads here: an address such as `#/queue`. */
  'window.goTo': z.object({ address: z.string() }),
} as const
