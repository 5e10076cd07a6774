import { join } from 'node:path'
import { serveControl } from '../control/index.ts'
import { StartProblem, startEngine } from '../engine/engine.ts'
import { createFileCipher } from '../engine/secrets/index.ts'
import { createNodeSystem } from '../engine/system/node/index.ts'
import type { Places } from './data-folder.ts'
import { EXIT, harmless, printJson, tell } from './output.ts'
import type { ExitCode } from './output.ts'

/** Attempts that are under way get this long to end. */
const STOP_GRACE_MS = 5_000

/** `mailroom serve`: runs the engine until it is told to stop (SIGINT, SIGTERM, or Ctrl-C on Windows). */
export async function serveCommand(places: Places): Promise<ExitCode> {
  const system = createNodeSystem()
  try {
    const engine = await startEngine({
      system,
      dataFolder: places.data,
      configPath: places.config,
      ciphers: [createFileCipher(system.disk, system.random, join(places.data, 'secrets.key'))],
      holder: 'mailroom serve',
    })
    const control = await serveControl(places.data, (request, args) => engine.ask(request, args))
    const stopping = signalled()
    printJson(
      {
        event: 'ready',
        listeners: engine.listeners.filter(({ problem }) => problem === null).map(({ id, address, port }) => ({ id, address, port })),
      },
      0,
    )
    for (const { id, problem } of engine.listeners) if (problem !== null) tell(`listener ${id}: ${problem}`)
    for (const alert of engine.status().alerts)
      if (alert.kind === 'config-refused') tell(`${places.config}: ${harmless(alert.detail)} ("mailroom check" tells all)`)
    await stopping
    await Promise.all([engine.stop(STOP_GRACE_MS), control.close()])
    return EXIT.ok
  } catch (thrown) {
    if (!(thrown instanceof StartProblem)) throw thrown
    tell(thrown.message)
    return EXIT.no
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
