/**
 * Who may import whom. The floors are those of the README's map: a room sees only the rooms named here for it, and those only through their
 * index.ts. A folder under main/ that is not in this list is a mistake until it is given its floor.
 */
const ground = ['contract', 'expression', 'system', 'mail']
const first = [...ground, 'config', 'routing', 'spool', 'maildir', 'bounce', 'activity', 'devices', 'secrets']
const second = [...first, 'listener', 'delivery']

/** Every room of the engine and the rooms it may import. On the ground floor everything may name the shapes of contract. */
const mayImport = {
  expression: ['contract'],
  system: ['contract'],
  mail: ['contract'],
  config: ground,
  routing: ground,
  spool: ground,
  maildir: ground,
  // A bounce is written about an entry, so it names the spool's shapes; the rule below sees that it calls nothing there.
  bounce: [...ground, 'spool'],
  activity: ground,
  devices: ground,
  secrets: ground,
  listener: first,
  delivery: first,
  queue: second,
  answers: [...second, 'queue'],
}
const rooms = Object.keys(mayImport)
const folderOf = (room) => (room === 'contract' ? '^main/contract/' : `^main/engine/${room}/`)

module.exports = {
  forbidden: [
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', comment: 'The module does not exist.', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...rooms.map((room) => ({
      name: `floor-of-${room}`,
      comment: `${room} may import: ${mayImport[room].join(', ')}. What it needs from another room, engine.ts passes in.`,
      severity: 'error',
      from: { path: folderOf(room) },
      to: { path: '^(main|preload|renderer)/', pathNot: [folderOf(room), ...mayImport[room].map(folderOf)] },
    })),
    {
      name: 'bounce-names-the-spool-only',
      comment: 'bounce may name the types of spool, which is on its own floor; what it wants done there, engine.ts passes in.',
      severity: 'error',
      from: { path: '^main/engine/bounce/' },
      to: { path: '^main/engine/spool/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'known-rooms-only',
      comment: 'A new room of the engine needs a floor in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { path: '^main/engine/[^/]+/', pathNot: rooms.map(folderOf) },
      to: {},
    },
    {
      name: 'contract-knows-zod-alone',
      severity: 'error',
      from: { path: '^main/contract/' },
      to: { pathNot: ['^main/contract/', '(^|/)node_modules/zod/'] },
    },
    {
      name: 'rooms-through-their-index',
      comment: 'A room of the engine is imported through its index.ts.',
      severity: 'error',
      from: { path: '^main/engine/([^/]+)/' },
      to: { path: '^main/engine/[^/]+/', pathNot: ['^main/engine/$1/', '^main/engine/[^/]+/index\\.ts$'] },
    },
    {
      name: 'engine-through-its-doors',
      comment:
        'A room is imported through its index.ts. The real world has a door of its own, system/node, so that the engine need not load it.',
      severity: 'error',
      from: { path: '^main/', pathNot: '^main/engine/[^/]+/' },
      to: { path: '^main/engine/[^/]+/', pathNot: ['^main/engine/[^/]+/index\\.ts$', '^main/engine/system/node/index\\.ts$'] },
    },
    {
      name: 'engine-is-not-the-app',
      comment: 'engine.ts wires the rooms; it knows neither Electron nor the command line.',
      severity: 'error',
      from: { path: '^main/engine/' },
      to: { path: ['^main/(shell|command|control)/', '^preload/', '^renderer/', '(^|/)node_modules/electron/', '^electron(/|$)'] },
    },
    {
      name: 'electron-in-the-shell-alone',
      severity: 'error',
      from: { path: '^(main|renderer)/', pathNot: '^main/shell/' },
      to: { path: ['(^|/)node_modules/electron/', '^electron(/|$)'] },
    },
    {
      name: 'command-is-not-the-shell',
      severity: 'error',
      from: { path: '^main/command/' },
      to: { path: '^main/shell/' },
    },
    {
      name: 'shell-is-not-the-command',
      severity: 'error',
      from: { path: '^main/shell/' },
      to: { path: '^main/command/' },
    },
    {
      name: 'control-knows-the-contract-alone',
      comment: 'The socket between a running engine and the command line carries requests; who answers them is passed in.',
      severity: 'error',
      from: { path: '^main/control/' },
      to: { path: '^(main|preload|renderer)/', pathNot: '^main/(control|contract)/' },
    },
    {
      name: 'control-through-its-index',
      severity: 'error',
      from: { path: '^main/', pathNot: '^main/control/' },
      to: { path: '^main/control/', pathNot: '^main/control/index\\.ts$' },
    },
    {
      name: 'window-knows-the-contract-alone',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { path: '^(main|preload)/', pathNot: '^main/contract/' },
    },
    {
      name: 'window-has-no-node',
      severity: 'error',
      from: { path: '^renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'preload-knows-the-contract-alone',
      severity: 'error',
      from: { path: '^preload/' },
      to: { pathNot: ['^preload/', '^main/contract/', '(^|/)node_modules/(electron|zod)/', '^electron(/|$)'] },
    },
    {
      name: 'product-without-tests',
      comment: 'Nothing that ships imports from test, scripts or bench.',
      severity: 'error',
      from: { path: '^(main|preload|renderer)/' },
      to: { path: '^(test|scripts|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist|\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'browser', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.svelte', '.json', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
    cache: { folder: '.cache/depcruise', strategy: 'content' },
  },
}
