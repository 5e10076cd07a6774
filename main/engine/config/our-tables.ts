/** The tables that a file of ours begins with. */
export const OUR_TABLES: readonly string[] = [
  'server',
  'access',
  'limits',
  'directory',
  'store',
  'resolver',
  'report',
  'activity',
  'queue',
  'session',
]
