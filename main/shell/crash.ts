import { app } from 'electron'

/** A fault this soon after the start would come again at once: starting anew would go round in circles. */
const SOON_MS = 60_000

/**
 * What nobody caught is written to standard error, and the app starts anew: after a fault nothing in memory can be trusted, while everything
 * accepted is on the disk. Output that nobody reads any more is no fault.
 * @param report says it to the person when there will be no new start
 */
export function watchForFaults(report: (text: string) => void): void {
  const begun = process.uptime()
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  const fault = (thrown: unknown): void => {
    if (isClosedPipe(thrown)) return
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
    process.stderr.write(`Mailroom met a fault of its own: ${text}\n`)
    if ((process.uptime() - begun) * 1000 > SOON_MS)
      app.relaunch({ args: [...process.argv.slice(1).filter((one) => one !== '--hidden'), '--hidden'] })
    else report(thrown instanceof Error ? thrown.message : String(thrown))
    app.exit(1)
  }
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
}

function isClosedPipe(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE' && 'syscall' in thrown && thrown.syscall === 'write'
}
