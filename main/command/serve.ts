import { join } from 'node:path'
import { serveControl } from '../control/index.ts'
import type { ControlServer } from '../control/index.ts'
import { StartProblem, startEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
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
  // From here on a signal ends it in order, also in the middle of its start.
  const stopping = signalled()
  try {
    const engine = await startEngine({
      system,
      dataFolder: places.data,
      configPath: places.config,
      ciphers: [createFileCipher(system.disk, system.random, join(places.data, 'secrets.key'))],
      holder: 'mailroom serve',
    })
    const control = await openControl(engine, places.data)
    tellStorage(engine)
    printJson(
      {
        event: 'ready',
        listeners: engine.listeners.filter(({ problem }) => problem === null).map(({ id, address, port }) => ({ id, address, port })),
      },
      0,
    )
    for (const { id, problem } of engine.listeners) if (problem !== null) tell(harmless(`listener ${id}: ${problem}`))
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

/** Whoever runs it without a window hears on standard error when mail cannot be kept, and when it can again. */
function tellStorage(engine: Engine): void {
  let told = ''
  const look = (): void => {
    const now = engine.status().alerts.find(({ kind }) => kind === 'storage-failed' || kind === 'disk-low')?.detail ?? ''
    if (now === told) return
    tell(harmless(now === '' ? 'Mail is taken again.' : `${now} Mail is not taken until that is over.`))
    told = now
  }
  look()
  engine.onAlerts(look)
}

/** Without it the engine could not be looked at or steered, so it does not go on alone. */
async function openControl(engine: Engine, data: string): Promise<ControlServer> {
  try {
    return await serveControl(data, (request, args) => engine.ask(request, args))
  } catch (thrown) {
    await engine.stop(STOP_GRACE_MS)
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new StartProblem(`The socket for the command in ${data} cannot be opened: ${reason}`, { cause: thrown })
  }
}

function signalled(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}
