/** Shapes that cross a boundary (settings, activity events, channels): zod schemas and the types inferred from them. No Node, no DOM, no Electron. */
export * from './activity-view.ts'
export * from './activity.ts'
export * from './channels.ts'
export * from './issue.ts'
export * from './queue.ts'
export * from './routing.ts'
export * from './settings.ts'
export * from './devices.ts'
