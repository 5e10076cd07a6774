import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import ts from 'typescript-eslint'

const throughSystem = 'The engine reaches the world only through the interfaces of main/engine/system.'

/** The rules that keep the engine runnable on a held clock and a simulated world. */
const engineTouchesNoWorld = {
  'no-restricted-globals': [
    'error',
    ...[
      'setTimeout',
      'setInterval',
      'setImmediate',
      'clearTimeout',
      'clearInterval',
      'clearImmediate',
      'fetch',
      'performance',
      'crypto',
    ].map((name) => ({ name, message: throughSystem })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Math', property: 'random', message: throughSystem },
    { object: 'Date', property: 'now', message: throughSystem },
    ...['env', 'hrtime', 'exit'].map((property) => ({ object: 'process', property, message: throughSystem })),
    ...['randomBytes', 'randomUUID', 'randomInt'].map((property) => ({ object: 'crypto', property, message: throughSystem })),
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: `${throughSystem} Only "new Date(ms)" is pure.` },
    { selector: 'CallExpression[callee.name="Date"]', message: throughSystem },
    {
      selector: 'CallExpression[callee.object.name="tls"][callee.property.name="connect"]:not(:has(Property[key.name="socket"]))',
      message: `${throughSystem} TLS may only be put on a socket that was handed in.`,
    },
  ],
  '@typescript-eslint/no-restricted-imports': [
    'error',
    {
      paths: [
        ...['fs', 'fs/promises', 'dns', 'dns/promises', 'timers', 'timers/promises', 'child_process', 'dgram', 'http', 'https', 'process']
          .flatMap((name) => [name, `node:${name}`])
          .map((name) => ({ name, message: throughSystem, allowTypeImports: true })),
        ...['net', 'node:net'].map((name) => ({
          name,
          allowImportNames: ['isIP', 'isIPv4', 'isIPv6'],
          message: throughSystem,
          allowTypeImports: true,
        })),
        ...['crypto', 'node:crypto'].map((name) => ({
          name,
          importNames: ['randomBytes', 'randomUUID', 'randomInt', 'getRandomValues', 'webcrypto'],
          message: throughSystem,
          allowTypeImports: true,
        })),
      ],
    },
  ],
}

export default defineConfig(
  globalIgnores(['.cache/', 'coverage/', 'dist/', 'out/', 'test-results/', 'test/fixtures/']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname, extraFileExtensions: ['.svelte'] },
    },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', caughtErrors: 'all' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // Lines of mail are spread into characters on purpose; nothing here cuts emoji apart for people.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Types here are structural: a fake or a wrapped socket stands where the class is named.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A fake or an adapter may answer at once where the interface lets others wait.
      '@typescript-eslint/require-await': 'off',
      // Generic helpers of the bridge name their type once on purpose.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts', 'renderer/**/*.ts'],
    languageOptions: { globals: globals.browser, parserOptions: { parser: ts.parser } },
    rules: {
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      // Svelte's own `let { … } = $props()` may hold bindable state.
      'prefer-const': 'off',
      'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$state', '$derived'] }],
    },
  },
  { files: ['main/engine/**/*.ts'], ignores: ['main/engine/system/**'], rules: engineTouchesNoWorld },
  { files: ['main/command/**/*.ts', 'scripts/**', 'bench/**'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: ['**/*.js', '**/*.cjs', '**/*.mjs'], extends: [ts.configs.disableTypeChecked], languageOptions: { globals: globals.node } },
)
