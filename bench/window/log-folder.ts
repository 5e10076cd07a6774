import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { once } from 'node:events'
import { dayOf } from '../../main/contract/index.ts'
import type { ActivityDraft } from '../../main/contract/index.ts'

const DAYS = 14
const DAY = 86_400_000
const TRANSCRIPT = ['220 smtp.example.net ready', 'EHLO mailroom.office.lan', '250 OK', 'MAIL FROM:<scans@office.test>', '250 2.1.0 OK']

/** Writes a log as an office leaves it: so many delivered messages over two weeks, each with its three events. */
export async function writeLog(data: string, messages: number, now: number): Promise<void> {
  const folder = path.join(data, 'activity')
  await mkdir(folder, { recursive: true })
  const step = (DAYS * DAY) / messages
  let seq = 0
  let day: { readonly name: string; readonly out: ReturnType<typeof createWriteStream> } | undefined
  for (let n = 0; n < messages; n++) {
    const at = Math.floor(now - 60_000 - (messages - n) * step)
    const name = dayOf(at)
    if (day?.name !== name) {
      if (day !== undefined) await finished(day.out)
      day = { name, out: createWriteStream(path.join(folder, `${name}.jsonl`), { flags: 'a' }) }
    }
    const lines = story(n).map((draft) => `${JSON.stringify({ seq: ++seq, at, ...draft })}\n`)
    if (!day.out.write(lines.join(''))) await once(day.out, 'drain')
  }
  if (day !== undefined) await finished(day.out)
}

async function finished(out: ReturnType<typeof createWriteStream>): Promise<void> {
  out.end()
  await once(out, 'finish')
}

function story(n: number): ActivityDraft[] {
  const entryId = `B${String(n).padStart(8, '0')}`
  const address = `person${n % 977}@customer${n % 83}.example`
  const client = {
    address: `192.168.1.${40 + (n % 12)}`,
    port: 2525,
    listener: 'lan',
    helo: `scanner-${n % 12}`,
    account: null,
    tls: null,
  }
  return [
    {
      type: 'accepted',
      entryId,
      reversePath: 'scans@office.test',
      recipients: [address],
      size: 20_000 + (n % 700) * 1000,
      subject: `Scan ${n}, ${1 + (n % 9)} pages`,
      messageId: `<${entryId}@office.test>`,
      source: 'unauthenticated',
      client,
      storedInMs: 4,
    },
    {
      type: 'attempted',
      entryId,
      route: n % 3 === 0 ? 'mx' : 'local',
      routeType: n % 3 === 0 ? 'mx' : 'local',
      rule: null,
      trace: [],
      attempt: 1,
      startedAt: 0,
      durationMs: 90,
      tries: [{ host: 'smtp.example.net', address: '192.0.2.9', port: 25, tls: null, problem: null }],
      results: [
        {
          address,
          outcome: 'completed',
          status: '2.0.0',
          text: `250 2.0.0 OK queued as ${entryId}`,
          cause: '',
          errorClass: 'none',
          nextAttemptAt: null,
          mayArriveTwice: false,
        },
      ],
      transcript: TRANSCRIPT.map((text, at) => ({ at: at * 10, by: at % 2 === 0 ? 'them' : 'us', text })),
    },
    { type: 'ended', entryId, recipient: address, disposition: 'relayed', text: '' },
  ]
}
