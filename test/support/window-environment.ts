import type { Environment } from 'vitest/runtime'

/** Plain Node, with Svelte compiled and resolved as for a browser: runes behave as in the window. There is no DOM. */
const windowEnvironment: Environment = {
  name: 'window',
  viteEnvironment: 'client',
  setup: () => ({ teardown: () => undefined }),
}

export default windowEnvironment
