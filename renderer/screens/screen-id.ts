/** The screens that exist, in the order of the sidebar; Ctrl or Cmd with 1 to 7 opens them. */
export const screenIds = ['overview', 'activity', 'queue', 'mailboxes', 'routing', 'devices', 'settings'] as const
export type ScreenId = (typeof screenIds)[number]
