import { createSocket } from 'node:dgram'
import type { RemoteInfo, Socket as UdpSocket } from 'node:dgram'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE } from 'dns-packet'
import type { Answer, Packet, Question } from 'dns-packet'

/** Answers the server gives instead of records. */
export type DnsFault =
  | 'NODATA'
  | 'NXDOMAIN'
  | 'SERVFAIL'
  | 'REFUSED'
  | 'FORMERR'
  | 'NOTIMP'
  | 'TIMEOUT' // never answers
  | 'WRONG-ID' // answers with another query's number
  | 'WRONG-QUESTION' // answers another question
  | 'GARBAGE' // answers bytes that are no DNS message
  | 'CNAME-LOOP' // an alias of an alias of itself
  | 'DANGLING-CNAME' // an alias of a name that has nothing
  | 'TRUNCATED' // over UDP always "ask by TCP"; over TCP cut off in the middle

/** One name of a zone. What is not listed for a name that exists is NODATA; a name that is not in the zone is NXDOMAIN. */
export interface DnsName {
  readonly MX?: readonly (readonly [preference: number, exchange: string])[] | DnsFault
  readonly A?: readonly string[] | DnsFault
  readonly AAAA?: readonly string[] | DnsFault
  readonly TXT?: readonly string[] | DnsFault
  readonly PTR?: readonly string[] | DnsFault
  readonly CNAME?: string
  /** Seconds; 300 unless given. */
  readonly ttl?: number
  /** The answer is kept back until `release()`. */
  readonly held?: boolean
}

/** Names in lower case without final dot. */
export type DnsZone = Readonly<Record<string, DnsName>>

export interface DnsServer {
  /** `127.0.0.1:port`, as resolver settings take it. */
  readonly server: string
  readonly port: number
  /** What was asked so far: `MX d.test`, with ` tcp` behind it when asked by TCP. */
  readonly queries: readonly string[]
  /** Other answers from now on. */
  setZone(zone: DnsZone): void
  /** Sends what was kept back. */
  release(): void
  close(): Promise<void>
}

type RecordType = 'MX' | 'A' | 'AAAA' | 'TXT' | 'PTR'
type Transport = 'udp' | 'tcp'
type Send = (message: Buffer) => void

const RCODES: Readonly<Record<string, number>> = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 }
/** What fits into a UDP answer without EDNS (RFC 1035 §4.2.1). */
const MAX_UDP_BYTES = 512

/** A DNS server on loopback, UDP and TCP on the same port, that answers from a zone given as data and misbehaves on request. */
export async function startDnsServer(zone: DnsZone): Promise<DnsServer> {
  const queries: string[] = []
  const kept: (() => void)[] = []
  const connections = new Set<Socket>()
  let current = zone

  function answer(message: Buffer, transport: Transport, send: Send): void {
    const query = decode(message)
    const question = query.questions?.[0]
    if (question === undefined) return
    const name = question.name.toLowerCase()
    queries.push(`${question.type} ${name}${transport === 'tcp' ? ' tcp' : ''}`)
    const reply = (): void => respond({ query, question, entry: lookUp(current, name), zone: current, transport, send })
    if (lookUp(current, name)?.held === true) kept.push(reply)
    else reply()
  }

  const { udp, tcp } = await bindBoth()
  udp.on('message', (message: Buffer, from: RemoteInfo) => answer(message, 'udp', (data) => udp.send(data, from.port, from.address)))
  tcp.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    socket.on('error', () => socket.destroy())
    readFrames(socket, (message) => answer(message, 'tcp', (data) => socket.write(Buffer.concat([frameLength(data.length), data]))))
  })
  const { port } = udp.address()
  return {
    server: `127.0.0.1:${port}`,
    port,
    queries,
    setZone: (next) => void (current = next),
    release: () => kept.splice(0).forEach((send) => send()),
    async close() {
      for (const socket of connections) socket.destroy()
      await Promise.all([new Promise<void>((done) => udp.close(() => done())), new Promise<void>((done) => tcp.close(() => done()))])
    },
  }
}

function lookUp(zone: DnsZone, name: string): DnsName | undefined {
  return Object.hasOwn(zone, name) ? zone[name] : undefined
}

interface Asked {
  readonly query: Packet
  readonly question: Question
  readonly entry: DnsName | undefined
  readonly zone: DnsZone
  readonly transport: Transport
  readonly send: Send
}

function respond(asked: Asked): void {
  const { query, question, entry, zone, transport, send } = asked
  const found = entry?.[question.type as RecordType]
  if (typeof found === 'string') return misbehave(found, asked)
  if (entry === undefined) return misbehave('NXDOMAIN', asked)
  const full = encode(response(query, 0, answersFor(zone, question.name.toLowerCase(), question.type as RecordType)))
  if (transport === 'udp' && full.length > MAX_UDP_BYTES) send(encode(response(query, TRUNCATED_RESPONSE, [])))
  else send(full)
}

/** The records of a name, through its aliases (at most ten). */
function answersFor(zone: DnsZone, name: string, type: RecordType): Answer[] {
  const chain: Answer[] = []
  let at = name
  for (let steps = 0; steps < 10; steps++) {
    const entry = lookUp(zone, at)
    if (entry?.CNAME === undefined) return [...chain, ...recordsOf(at, type, entry)]
    chain.push({ type: 'CNAME', name: at, data: entry.CNAME, ttl: entry.ttl ?? 300 })
    at = entry.CNAME
  }
  return chain
}

function recordsOf(name: string, type: RecordType, entry: DnsName | undefined): Answer[] {
  const found = entry?.[type]
  if (found === undefined || typeof found === 'string') return []
  return found.map((record) => {
    const ttl = entry?.ttl ?? 300
    if (typeof record === 'string') return { type: type as 'A', name, ttl, data: record }
    return { type: 'MX', name, ttl, data: { preference: record[0], exchange: record[1] } }
  })
}

function misbehave(fault: DnsFault, { query, question, transport, send }: Asked): void {
  const { name } = question
  const alias = (from: string, to: string): Answer => ({ type: 'CNAME', name: from, data: to, ttl: 60 })
  switch (fault) {
    case 'NODATA':
      return send(encode(response(query, 0, [])))
    case 'NXDOMAIN':
    case 'SERVFAIL':
    case 'REFUSED':
    case 'FORMERR':
    case 'NOTIMP':
      return send(encode(response(query, RCODES[fault] ?? 2, [])))
    case 'TIMEOUT':
      return
    case 'WRONG-ID':
      return send(encode({ ...response(query, 0, liesAbout(question, name)), id: ((query.id ?? 0) + 1) % 65536 }))
    case 'WRONG-QUESTION':
      return send(encode({ ...response(query, 0, liesAbout(question, 'liar.test')), questions: [{ ...question, name: 'liar.test' }] }))
    case 'GARBAGE':
      return send(Buffer.from([...encode(response(query, 0, [])).subarray(0, 4), 0xff, 0xff, 0xff]))
    case 'CNAME-LOOP':
      return send(encode(response(query, 0, [alias(name, `loop.${name}`), alias(`loop.${name}`, name)])))
    case 'DANGLING-CNAME':
      return send(encode(response(query, 0, [alias(name, `nowhere.${name}`)])))
    case 'TRUNCATED':
      if (transport === 'udp') return send(encode(response(query, TRUNCATED_RESPONSE, [])))
      return send(encode(response(query, 0, liesAbout(question, name))).subarray(0, 20))
  }
}

/** Records that nobody should ever use. */
function liesAbout(question: Question, name: string): Answer[] {
  if (question.type === 'MX') return [{ type: 'MX', name, ttl: 60, data: { preference: 1, exchange: 'liar.test' } }]
  if (question.type === 'AAAA') return [{ type: 'AAAA', name, ttl: 60, data: '2001:db8::bad' }]
  return [{ type: 'A', name, ttl: 60, data: '203.0.113.66' }]
}

function response(query: Packet, flags: number, answers: Answer[]): Packet {
  const questions = query.questions ?? []
  return { ...(query.id === undefined ? {} : { id: query.id }), type: 'response', flags: AUTHORITATIVE_ANSWER | flags, questions, answers }
}

/** UDP and TCP on one port that is free for both. */
async function bindBoth(): Promise<{ udp: UdpSocket; tcp: Server }> {
  for (let tries = 0; ; tries++) {
    const udp = createSocket('udp4')
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
    const tcp = createServer()
    const free = await new Promise<boolean>((resolve) => {
      tcp.once('error', () => resolve(false))
      tcp.listen(udp.address().port, '127.0.0.1', () => resolve(true))
    })
    if (free) return { udp, tcp }
    udp.close()
    if (tries > 20) throw new Error('no port is free for both UDP and TCP')
  }
}

function frameLength(length: number): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(length)
  return head
}

/** Takes DNS messages off a TCP stream: two bytes of length before each (RFC 1035 §4.2.2). */
function readFrames(socket: Socket, onMessage: (message: Buffer) => void): void {
  let waiting: Buffer = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => {
    waiting = Buffer.concat([waiting, data])
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
      const end = 2 + waiting.readUInt16BE(0)
      onMessage(waiting.subarray(2, end))
      waiting = waiting.subarray(end)
    }
  })
}
