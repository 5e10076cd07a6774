import type { PlainKey } from '../../lib/words/words.svelte.ts'

/** The parts of the screen, as the list beside it names them. */
export const sections: readonly { readonly id: string; readonly title: PlainKey }[] = [
  { id: 'settings-run', title: 'settings.run' },
  { id: 'settings-tell', title: 'settings.tell' },
  { id: 'settings-look', title: 'settings.look' },
  { id: 'settings-retry', title: 'settings.retry' },
  { id: 'settings-reports', title: 'settings.reports' },
  { id: 'settings-limits', title: 'settings.limits' },
  { id: 'settings-defence', title: 'settings.defence' },
  { id: 'settings-names', title: 'settings.names' },
  { id: 'settings-keep', title: 'settings.keep' },
  { id: 'settings-file', title: 'settings.file' },
  { id: 'settings-about', title: 'settings.about' },
]
