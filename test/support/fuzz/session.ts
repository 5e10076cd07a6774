import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'
import type { ListenerSettings, Settings } from '../../../main/contract/index.ts'
import { readConfig } from '../../../main/engine/config/index.ts'
import type { Gate } from '../../../main/engine/listener/gate-types.ts'
import { createGate } from '../../../main/engine/listener/index.ts'
import type { ListenerDependencies } from '../../../main/engine/listener/index.ts'
import { Conversation } from '../../../main/engine/listener/session/connection.ts'
import { SmtpFailure } from '../../../main/engine/mail/index.ts'
import { Chance } from '../../simulation/chance.ts'
import { createHeldClock } from '../held-clock.ts'
import { createSimulatedNetwork } from '../simulated-network.ts'
import { readConversation } from './model.ts'
import { writeScript } from './script.ts'
import type { Script } from './script.ts'

const CONFIG = `[server]
hostname = "mailroom.test"
[server.listener.lan]
bind = ["127.0.0.1:2525"]
tls = "optional"
auth-cleartext = "private"
[access]
networks = ["private"]
[limits]
message-size = "200KB"
recipients-per-message = 5
messages-per-hour = 0
messages-per-day = 0
`
/** Nobody answers in a turn of the event loop that late: then nobody will. */
const QUIET_TURNS = 12

const PATIENCE_MS = 20_000

interface Stored {
  readonly text: string
  readonly recipients: number
}

/** What one client did, for the sum of all. */
export interface Played {
  readonly commands: number
  readonly messages: number
  readonly bytes: number
  /** For a person; null when every promise was kept. */
  readonly problem: string | null
}

/** Listeners in memory or on loopback; each client is played against one and judged. */
export interface Stage {
  /** The same seed plays the same client. Never throws. */
  play(seed: number): Promise<Played>
  close(): Promise<void>
}

/** @param sockets  over real sockets of 127.0.0.1 instead of in memory */
export async function openStage(sockets: boolean): Promise<Stage> {
  const settings = await loadSettings()
  const server = sockets ? createServer({ allowHalfOpen: true, pauseOnConnect: true }) : null
  if (server !== null) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  async function pair(): Promise<[client: Duplex, ours: Duplex]> {
    if (server === null) return inMemory()
    const accepted = once(server, 'connection') as Promise<[Duplex]>
    const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
    const [ours] = await accepted
    return [client, ours]
  }
  return {
    play: async (seed) => playClient(seed, settings, await pair(), sockets),
    async close() {
      if (server === null) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** Two ends of a connection; when the client's is destroyed the other learns of it, as from a reset. */
function inMemory(): [Duplex, Duplex] {
  const [client, ours] = duplexPair()
  client.on('close', () => ours.destroy())
  return [client, ours]
}

async function loadSettings(): Promise<Settings> {
  const { settings, issues } = await readConfig(CONFIG, {
    sources: { environment: () => undefined, file: () => Promise.resolve({ problem: 'there are none' }), secret: () => undefined },
    hostname: 'mailroom.test',
    ownAddresses: ['127.0.0.1'],
  })
  if (issues.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(issues))
  return settings
}

async function playClient(seed: number, settings: Settings, [client, ours]: [Duplex, Duplex], sockets: boolean): Promise<Played> {
  const chance = new Chance(seed)
  const script = writeScript(chance)
  const stored: Stored[] = []
  const trouble: string[] = []
  let open = 0
  let counted = 0
  // A few meet the usual patience with errors, so that its end is played as well.
  const limits = { ...settings.limits, ...(chance.hits(0.1) ? {} : { maxErrors: 1_000_000 }) }
  const mine = { ...settings, limits }
  const clock = createHeldClock()
  const spool = {
    bytes: 0,
    freeBytes: () => Promise.resolve(1e12),
    newId: () => 'm1',
    receive() {
      open += 1
      const chunks: Buffer[] = []
      return Promise.resolve({
        write(chunk: Uint8Array) {
          chunks.push(Buffer.from(chunk))
          return Promise.resolve()
        },
        commit(entry: { head: { envelope: { recipients: readonly unknown[] } } }) {
          open -= 1
          stored.push({ text: Buffer.concat(chunks).toString('latin1'), recipients: entry.head.envelope.recipients.length })
          return Promise.resolve()
        },
        abandon() {
          open -= 1
          return Promise.resolve()
        },
      })
    },
  } as unknown as ListenerDependencies['spool']
  const dependencies: ListenerDependencies = {
    clock,
    network: { ...createSimulatedNetwork(clock, {}), acceptTls: (connection) => Promise.resolve({ ...connection, tls: TLS }) },
    random: chance,
    gate: countingGate(
      createGate({ clock, random: chance, spool, settings: () => mine, bansChanged: () => undefined }),
      (by) => (counted += by),
    ),
    spool,
    settings: () => mine,
    firstEntry: (head) => Promise.resolve({ head, recipients: [], heldAt: null }),
    accepted: () => undefined,
    odd: () => undefined,
    refused: () => undefined,
    problem: (text) => void trouble.push(text),
    certificate: () => Promise.resolve({ cert: '', key: '' }),
  }
  const listener = mine.server.listeners[0] as ListenerSettings
  const peer = { stream: ours, localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', remotePort: 40_000, tls: null }
  const over = new Conversation(peer, { listener, port: 2525, seldom: () => true }, dependencies).run()
  const { heard, bytes } = await speak(client, script, chance, sockets)
  const ended = await within(PATIENCE_MS, over)
  const said = codes(heard)
  const { taken, problem } = readConversation(script.steps, said, true)
  const problems = [
    ...(ended ? [] : ['the conversation has no end']),
    ...trouble.map((text) => `our own trouble: ${text}`),
    ...(open === 0 ? [] : [`${open} messages were left open`]),
    ...(counted === 0 ? [] : [`${counted} connections were not given back`]),
    ...(problem === null ? [] : [problem]),
    ...compare(stored, taken),
  ]
  return {
    commands: script.commands,
    messages: stored.length,
    bytes,
    problem: problems.length === 0 ? null : `seed ${seed}${script.mangled ? ', mangled' : ''}: ${problems.join('; ')}`,
  }
}

const TLS = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', authorized: false, authorizationError: null, fingerprint: null }

/** Passwords are right or wrong at once, and every connection that is counted has to be given back. */
function countingGate(gate: Gate, count: (by: number) => void): Gate {
  return {
    ...gate,
    connect(address, listener) {
      count(1)
      return gate.connect(address, listener)
    },
    disconnect(address, listener) {
      count(-1)
      gate.disconnect(address, listener)
    },
    signIn: (_caller, proof) =>
      Promise.resolve(
        'password' in proof && proof.password === 'right'
          ? { account: proof.username }
          : { refusal: { failure: new SmtpFailure(535, '7.8', 'User name or password is wrong'), reason: 'sign-in-failed' } },
      ),
  }
}

/** Says the whole script in pieces of every size. @returns all that was heard */
async function speak(client: Duplex, script: Script, chance: Chance, sockets: boolean): Promise<{ heard: string; bytes: number }> {
  let heard = ''
  let bytes = 0
  client.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')))
  client.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => client.on('close', () => resolve()))
  async function quiet(): Promise<void> {
    for (let still = 0; still < QUIET_TURNS;) {
      const before = heard.length
      await new Promise((resolve) => (sockets ? setTimeout(resolve, 2) : setImmediate(resolve)))
      still = heard.length === before ? still + 1 : 0
    }
  }
  await quiet()
  let waiting: Buffer[] = []
  const flush = (): void => {
    const all = waiting.length === 1 ? (waiting[0] as Buffer) : Buffer.concat(waiting)
    waiting = []
    for (let at = 0; at < all.length && client.writable;) {
      const size = chance.spread(1, 4096)
      client.write(all.subarray(at, at + size))
      at += size
    }
  }
  for (const step of script.steps) {
    bytes += step.bytes.length
    if (step.alone === true) {
      flush()
      await quiet()
      if (client.writable) client.write(step.bytes)
      await quiet()
    } else {
      waiting.push(step.bytes)
      if (chance.hits(0.3)) flush()
    }
  }
  flush()
  // Over a socket answers would be lost with it, and with them what is needed to judge.
  if (script.vanishes && !sockets) {
    await quiet()
    client.destroy()
  } else {
    client.end()
  }
  await within(PATIENCE_MS, closed)
  client.destroy()
  return { heard, bytes }
}

/** @returns whether it happened in time */
async function within(ms: number, happens: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
  const result = await Promise.race([happens.then(() => true), late])
  clearTimeout(timer)
  return result
}

/** The code of each whole reply. */
function codes(heard: string): number[] {
  return heard.split('\r\n').flatMap((line) => (/^\d{3}(?: |$)/.test(line) ? [Number(line.slice(0, 3))] : []))
}

/** Each accepted message is one that was sent whole, with its recipients, and nothing else was kept. */
function compare(stored: readonly Stored[], taken: ReturnType<typeof readConversation>['taken']): string[] {
  if (stored.length !== taken.length) return [`${stored.length} messages were kept, ${taken.length} were sent whole and answered 250`]
  return stored.flatMap(({ text, recipients }, i) => {
    const sent = taken[i]
    if (sent === undefined || recipients !== sent.recipients)
      return [`message ${i + 1} has ${recipients} recipients, not ${sent?.recipients}`]
    const added = text.slice(0, text.length - sent.content.length)
    if (!text.endsWith(sent.content)) return [`message ${i + 1} is not what was sent`]
    return /^Received: from [^]*\r\n$/.test(added) && added.length < 2_000 ? [] : [`message ${i + 1} has more in it than was sent`]
  })
}
