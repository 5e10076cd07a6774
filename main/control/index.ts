/** The local socket between a running engine and the `mailroom` command: the same requests as the window's, one line of JSON each way. */
export { ControlProblem, connectControl } from './client.ts'
export type { ControlClient } from './client.ts'
export { serveControl } from './server.ts'
export type { ControlServer } from './server.ts'
