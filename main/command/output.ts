/** Exit codes: 0 success, 1 the answer is "no" or the input is bad, 2 wrong usage. */
export const EXIT = { ok: 0, no: 1, usage: 2 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** JSON goes to standard output, one value a line unless it is the only one. */
export function printJson(value: unknown, indent = 2): void {
  process.stdout.write(`${JSON.stringify(value, null, indent)}\n`)
}

/** Results for people go where a pipe can take them. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Everything meant for people beside the result. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Text from the network could move a terminal's cursor or change its colours; only printable characters of one line get there. */
export function harmless(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is removed
  return text.replaceAll('\t', ' ').replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�')
}

/** `2026-11-23 14:31:50` in local time. */
export function clockTime(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Calls back when the reader of standard output or standard error has gone. */
export function whenNobodyReads(gone: () => void): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EPIPE') throw thrown
      gone()
    })
  }
}
