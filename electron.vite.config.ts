import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'electron-vite'
import { z } from 'zod'

const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')))

/**
 * Three outputs: the main process with the command line beside it, the preload script, and the window. Every dependency is bundled, so that the
 * packaged app carries no node_modules; only Electron and Node's own modules stay outside. Node 18 and Chromium 114 are the oldest runtimes the
 * app is run on.
 */
export default defineConfig({
  main: {
    define: { MAILROOM_VERSION: JSON.stringify(version) },
    build: {
      outDir: 'out/main',
      target: 'node18',
      externalizeDeps: false,
      sourcemap: true,
      rolldownOptions: {
        input: { shell: 'main/shell/main.ts', mailroom: 'main/command/main.ts' },
        output: {
          format: 'cjs',
          strict: true,
          entryFileNames: '[name].cjs',
          chunkFileNames: 'chunks/[name]-[hash].cjs',
          banner: (chunk) => (chunk.isEntry && chunk.name === 'mailroom' ? '#!/usr/bin/env node' : ''),
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      target: 'node18',
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: 'preload/preload.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: 'renderer',
    plugins: [svelte({ configFile: false })],
    build: {
      outDir: 'out/renderer',
      target: 'chrome114',
      // A data: URL or an inline helper script would be refused by the page's content security policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: 'renderer/index.html' },
    },
  },
})
