import { createFakeBridge } from './fake-bridge.ts'
import { applyTheme, fakeOptions } from './options.ts'

/**
 * The window with made-up mail, for looking at it in a plain browser: no engine, no Electron. Opened at `preview.html`; not part of the app.
 * `?theme=dark`, `?lang=de`, `?mail=first|none|usual|trouble|hostile|many`, `?live=20` (messages a second).
 */
const parameters = new URLSearchParams(location.search)
applyTheme(parameters)
Object.defineProperty(window, 'mailroom', { value: createFakeBridge(fakeOptions(parameters)) })

await import('../main.ts')
const { words } = await import('../lib/words/words.svelte.ts')
const language = parameters.get('lang')
if (language === 'de' || language === 'en') words.language = language
