import type { Readable } from 'node:stream'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Longer than any run of `>` before a "From " that somebody wrote. */
const BEGINNING = 1024

/** The line that begins a message in an mbox (RFC 4155): who sent it and when it came, in UTC. */
export function fromLine(sender: string, at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  const day = `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, ' ')}`
  const who = /^[\x21-\x7e]{1,320}$/.test(sender) ? sender : 'MAILER-DAEMON'
  return `From ${who} ${day} ${time} ${date.getUTCFullYear()}\n`
}

/**
 * A message as mbox wants it ("mboxrd"): line ends are LF, a line that would look like the beginning of another message gets a `>` in front, and
 * an empty line ends it. Bytes otherwise stay what they are.
 */
export async function* mboxBody(message: Readable): AsyncGenerator<Buffer> {
  let carried = ''
  let atStart = true
  for await (const piece of message as AsyncIterable<Uint8Array>) {
    const lines = (carried + Buffer.from(piece).toString('latin1')).split('\n')
    carried = lines.pop() ?? ''
    let out = ''
    for (const line of lines) {
      out += `${quoted(line.endsWith('\r') ? line.slice(0, -1) : line, atStart)}\n`
      atStart = true
    }
    // An endless line goes on in pieces; a CR at its end may belong to the line end that follows.
    if (carried.length > BEGINNING) {
      const rest = carried.endsWith('\r') ? '\r' : ''
      out += quoted(carried.slice(0, carried.length - rest.length), atStart)
      carried = rest
      atStart = false
    }
    yield Buffer.from(out, 'latin1')
  }
  const last = carried.endsWith('\r') ? carried.slice(0, -1) : carried
  const end = last === '' && atStart ? '\n' : `${quoted(last, atStart)}\n\n`
  yield Buffer.from(end, 'latin1')
}

function quoted(line: string, atStart: boolean): string {
  return atStart && /^>*From /.test(line) ? `>${line}` : line
}
