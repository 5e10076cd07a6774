import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

/**
 * Each project is one stage of `npm test`. `unit` and `window` are quick and need nothing but Node; `integration` opens sockets on loopback and
 * writes to temporary folders; `interop` starts other mail servers; `e2e` drives the built app in Electron.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          exclude: ['test/unit/renderer/**'],
          environment: 'node',
        },
      },
      {
        // The window's logic runs as in the browser, so that $state, $derived and $effect are the real ones.
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'window',
          include: ['test/unit/renderer/**/*.test.ts'],
          environment: './test/support/window-environment.ts',
          server: { deps: { inline: [/svelte/, 'esm-env', 'bits-ui'] } },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          environment: 'node',
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          environment: 'node',
          testTimeout: 90_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          environment: 'node',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
