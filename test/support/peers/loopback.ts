let hosts = 0

/**
 * A loopback address that no other test uses: a whole network of them belongs to every Linux computer, so peers can have ports of their own,
 * even 25, without asking what is free. Two runs side by side differ by their process id.
 */
export function ownAddress(): string {
  hosts += 1
  const run = process.pid % 60_000
  return `127.${10 + Math.floor(run / 250)}.${run % 250}.${hosts}`
}
