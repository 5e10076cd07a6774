import { mount } from 'svelte'
import App from './App.svelte'
import './lib/tokens.css'
import './lib/base.css'
import { platform } from './lib/bridge.ts'
import { preferences } from './lib/state/preferences.svelte.ts'

const target = document.getElementById('app')
if (target === null) throw new Error('index.html has no #app')
document.documentElement.dataset.platform = platform()
await preferences.load()
mount(App, { target })
