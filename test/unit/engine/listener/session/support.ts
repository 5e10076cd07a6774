import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'
import type { ListenerSettings, Settings } from '../../../../../main/contract/index.ts'
import type { Gate, OddityNews } from '../../../../../main/engine/listener/gate-types.ts'
import { createGate } from '../../../../../main/engine/listener/index.ts'
import type { ListenerDependencies } from '../../../../../main/engine/listener/index.ts'
import { Conversation } from '../../../../../main/engine/listener/session/connection.ts'
import type { Entry, IncomingMessage } from '../../../../../main/engine/spool/index.ts'
import type { Connection, Network } from '../../../../../main/engine/system/index.ts'
import { createHeldClock } from '../../../../support/held-clock.ts'
import type { HeldClock } from '../../../../support/held-clock.ts'
import { createSimulatedNetwork } from '../../../../support/simulated-network.ts'
import { settingsWith } from '../../queue/support.ts'
import { chance, listenerOf } from '../gate/support.ts'

export interface Given {
  readonly address?: string
  readonly listener?: Partial<ListenerSettings>
  readonly settings?: Partial<Pick<Settings, 'access'>> & { readonly limits?: Partial<Settings['limits']> }
  readonly gate?: Partial<Gate>
  /** What writing to the spool does; nothing unless given. */
  readonly write?: () => Promise<void>
  readonly commit?: () => Promise<void>
  readonly acceptTls?: Network['acceptTls']
  readonly certificate?: ListenerDependencies['certificate']
}

/** One client and the conversation with it, in memory, on a held clock. */
export interface Met {
  readonly clock: HeldClock
  /** The client's end. */
  readonly client: Duplex
  readonly conversation: Conversation
  readonly over: Promise<void>
  /** All that was said to the client so far. */
  heard(): string
  /** Sends bytes and gives everything its turn. @returns what was said since the last time */
  say(bytes: string | Buffer): Promise<string>
  /** Gone without a word, as a reset connection is. */
  hangsUp(): void
  readonly stored: { readonly text: string; readonly entry: Entry; readonly oddities: readonly string[] }[]
  readonly refused: { readonly reason: string; readonly code: number; readonly sender: string; readonly recipient: string }[]
  readonly odd: OddityNews[]
  readonly problems: string[]
  /** Open messages of the spool: begun, neither kept nor given up. */
  openMessages(): number
}

export function meet(given: Given = {}): Met {
  const clock = createHeldClock()
  const [client, theirs] = duplexPair()
  const settings = settingsFor(given)
  const stored: Met['stored'] = []
  const refused: Met['refused'] = []
  const odd: OddityNews[] = []
  const problems: string[] = []
  let ids = 0
  let open = 0

  function receive(): Promise<IncomingMessage> {
    open++
    const chunks: Uint8Array[] = []
    return Promise.resolve({
      async write(chunk) {
        await given.write?.()
        chunks.push(chunk)
      },
      async commit(entry) {
        await given.commit?.()
        open--
        stored.push({ text: Buffer.concat(chunks).toString('latin1'), entry, oddities: [] })
      },
      abandon() {
        open--
        return Promise.resolve()
      },
    })
  }

  const spool = {
    bytes: 0,
    freeBytes: () => Promise.resolve(1e12),
    newId: () => `m${++ids}`,
    receive,
  } as unknown as ListenerDependencies['spool']
  const network = createSimulatedNetwork(clock, {})
  const dependencies: ListenerDependencies = {
    clock,
    network: given.acceptTls === undefined ? network : { ...network, acceptTls: given.acceptTls },
    random: chance,
    gate: { ...createGate({ clock, random: chance, spool, settings: () => settings, bansChanged: () => undefined }), ...given.gate },
    spool,
    settings: () => settings,
    firstEntry: (head) => Promise.resolve({ head, recipients: [], heldAt: null }),
    accepted: (_entry, _ms, oddities) => void stored.push({ ...(stored.pop() as Met['stored'][number]), oddities }),
    odd: (news) => void odd.push(news),
    refused: (event) => void refused.push(event),
    problem: (text) => void problems.push(text),
    certificate: given.certificate ?? (() => Promise.resolve({ cert: '', key: '' })),
  }
  const connection: Connection = {
    stream: theirs,
    localAddress: '192.168.1.2',
    remoteAddress: given.address ?? '192.168.1.20',
    remotePort: 40_000,
    tls: null,
  }
  const listener = listenerOf({ tls: 'none', auth: 'optional', authCleartext: 'private', ...given.listener })
  const conversation = new Conversation(connection, { listener, port: 2525, seldom: () => true }, dependencies)
  let heard = ''
  let told = 0
  client.on('data', (chunk: Buffer) => (heard += chunk.toString()))
  client.on('error', () => undefined)
  return {
    clock,
    client,
    conversation,
    over: conversation.run(),
    heard: () => heard,
    async say(bytes) {
      if (bytes.length > 0) client.write(bytes)
      await clock.advance(0)
      const news = heard.slice(told)
      told = heard.length
      return news
    },
    hangsUp: () => void theirs.destroy(),
    stored,
    refused,
    odd,
    problems,
    openMessages: () => open,
  }
}

function settingsFor({ settings: more }: Given): Settings {
  const settings = settingsWith()
  return {
    ...settings,
    access: more?.access ?? { networks: ['private'], accounts: [], devices: [] },
    limits: { ...settings.limits, maxMessageBytes: 100_000, ...more?.limits },
  }
}
