import { mount } from 'svelte'
import '../lib/tokens.css'
import '../lib/base.css'
import { createFakeBridge } from './fake-bridge.ts'
import Gallery from './Gallery.svelte'
import { fakeOptions } from './options.ts'

/** Every part in both themes, side by side, for looking at it in a plain browser: `gallery.html`. Not part of the app. */
Object.defineProperty(window, 'mailroom', { value: createFakeBridge(fakeOptions(new URLSearchParams(location.search))) })
const target = document.getElementById('app')
if (target === null) throw new Error('gallery.html has no #app')
mount(Gallery, { target })
