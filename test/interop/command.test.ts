import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { COMMAND, listening, mailroomCommand, retrying, startMailroom } from '../support/peers/mailroom.ts'
import type { CommandResult, Mailroom } from '../support/peers/mailroom.ts'
import { trickyMessage, withoutTrace } from '../support/peers/messages.ts'
import { Cleanups, peerFolder, startProcess, until } from '../support/peers/processes.ts'
import { startSmtpHost } from '../support/peers/smtp-host.ts'
import type { SmtpHost } from '../support/peers/smtp-host.ts'

const SECRET = 'never-shown-anywhere'

function read(result: CommandResult): unknown {
  expect(result.stdout, result.stderr).not.toBe('')
  return JSON.parse(result.stdout)
}

async function configFile(text: string): Promise<string> {
  const file = join(await peerFolder(onTestFinished, 'config'), 'config.toml')
  await writeFile(file, text)
  return file
}

describe('check', () => {
  test('tells every problem with its place, and no password', async () => {
    const config = await configFile(`[queue.strategy]
route = "'relai'"
[queue.route.relay]
type = "relay"
adress = "relay.test"
port = 99999
auth.secret = "${SECRET}"
`)
    const { code, stdout, stderr } = await mailroomCommand('check', '--config', config, '--json')
    expect(code).toBe(1)
    expect(stderr).toBe('')
    expect(stdout).not.toContain(SECRET)
    const found = JSON.parse(stdout) as { errors: Record<string, unknown>[]; warnings: Record<string, unknown>[] }
    expect(Object.keys(found)).toEqual(['errors', 'warnings'])
    for (const issue of [...found.errors, ...found.warnings]) {
      expect(Object.keys(issue)).toEqual(['code', 'path', 'message', 'line', 'column'])
    }
    expect(found.errors).toContainEqual(expect.objectContaining({ code: 'strategy-names-unknown', path: 'queue.strategy.route', line: 2 }))
    expect(found.errors).toContainEqual(expect.objectContaining({ path: 'queue.route.relay.port', line: 6, column: 8 }))
    expect(found.warnings).toContainEqual(
      expect.objectContaining({
        code: 'unknown-key',
        path: 'queue.route.relay.adress',
        line: 5,
        message: expect.stringContaining('address') as string,
      }),
    )
  })

  test('for people: file, line and column on standard error', async () => {
    const config = await configFile('[queue.strategy]\nroute = "retry_nun > 1"\n')
    const { code, stdout, stderr } = await mailroomCommand('check', '--config', config)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`${config}:2:`)
    expect(stderr).toMatch(/retry_num/)
  })

  test('what is no TOML has its place too', async () => {
    const config = await configFile('[server]\nhostname = "x\n')
    const result = await mailroomCommand('check', '--config', config, '--json')
    expect(result.code).toBe(1)
    expect(read(result)).toMatchObject({ errors: [{ line: 2 }] })
  })

  test('warnings alone are no failure', async () => {
    const result = await mailroomCommand('check', '--config', await configFile('[server]\nhostnam = "x.test"\n'), '--json')
    expect(result.code).toBe(0)
    expect(read(result)).toMatchObject({ errors: [], warnings: [{ code: 'unknown-key', path: 'server.hostnam', line: 2, column: 1 }] })
  })
})

describe('eval', () => {
  test.each([
    ['1 + 2', {}, { value: 3, type: 'int' }],
    ['7 / 2', {}, { value: 3.5, type: 'float' }],
    ["rcpt_domain + '!'", { set: ['rcpt_domain=a.test'] }, { value: 'a.test!', type: 'string' }],
    ["split('a,b', ',')", {}, { value: ['a', 'b'], type: 'array' }],
    ['retry_num + 1', { set: ['retry_num=4'] }, { value: 5, type: 'int' }],
    ['recipients', { vars: '{"recipients":["x@y.test"]}' }, { value: ['x@y.test'], type: 'array' }],
    ['mx', { for: 'tls', set: ['mx=mx.test'] }, { value: 'mx.test', type: 'string' }],
    ['30s', {}, { value: 30_000, type: 'int' }],
  ] as const)('%s with %j', async (expression, given, answer) => {
    const options = { set: [] as readonly string[], vars: undefined, for: undefined, ...given }
    const result = await mailroomCommand(
      ...['eval', expression, '--json', ...options.set.flatMap((one) => ['--set', one])],
      ...(options.vars === undefined ? [] : ['--vars', options.vars]),
      ...(options.for === undefined ? [] : ['--for', options.for]),
    )
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(read(result)).toEqual(answer)
  })

  test.each([
    ['relay', 'unknown-identifier', 1],
    ["len('a', 'b')", 'arity', 1],
    ['(1 + 2', 'paren', 1],
    ["1 + 'abc", 'unterminated-string', 5],
    ["matches('(', rcpt)", 'bad-regex', 9],
    ['1 § 2', 'bad-character', 3],
    ['1.2.3', 'bad-number', 1],
    ['1 +', 'syntax', 4],
    ['mx', 'unknown-identifier', 1],
  ])('%s is refused as %s at column %i', async (expression, kind, column) => {
    const result = await mailroomCommand('eval', expression, '--json')
    expect(result.code).toBe(1)
    expect(read(result)).toEqual({ error: { kind, message: expect.any(String) as string, column } })
  })

  test('for people: the value on standard output, mistakes on standard error', async () => {
    expect(await mailroomCommand('eval', "'a' + 1")).toEqual({ code: 0, stdout: '"a1"\n', stderr: '' })
    const wrong = await mailroomCommand('eval', '1 +')
    expect(wrong).toMatchObject({ code: 1, stdout: '' })
    expect(wrong.stderr).toContain('column 4')
  })
})

test.each([
  [['nonsense']],
  [['eval']],
  [['eval', '1', '--for', 'dinner']],
  [['route']],
  [['route', '--recipient', 'a@b.test', '--retry-num', 'x']],
  [['queue', 'retry']],
  [['send']],
])('wrong usage %j ends with 2 and says so on standard error', async (words) => {
  const { code, stdout, stderr } = await mailroomCommand(...words)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).not.toBe('')
})

test.each([[['queue', 'list']], [['activity']], [['send', '--to', 'a@b.test']]])('%j without a running engine says so', async (words) => {
  const data = await peerFolder(onTestFinished, 'empty')
  const { code, stdout, stderr } = await mailroomCommand(...words, '--data', data)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(`No Mailroom is running on the data folder ${data}`)
})

describe('beside a running engine', () => {
  let mailroom: Mailroom
  let taking: SmtpHost
  let deferring: SmtpHost

  beforeAll(async () => {
    const { defer, run } = new Cleanups()
    taking = await startSmtpHost(defer, { script: { end: '250 2.0.0 queued as TAKEN1' } })
    deferring = await startSmtpHost(defer, { script: { rcpt: '450 4.2.1 Mailbox is busy' } })
    const relay = (id: string, { address, port }: SmtpHost): string =>
      `[queue.route.${id}]\ntype = "relay"\naddress = "${address}"\nport = ${port}\ntls.implicit = false\n`
    mailroom = await startMailroom(defer, {
      config: `${listening()}[queue.strategy]
route = [ { if = "rcpt_domain == 'busy.test'", then = "'deferring'" }, { if = "rcpt_domain == 'lost.test'", then = "key_get('', 'lost')" }, { else = "'taking'" } ]
${relay('taking', taking)}${relay('deferring', deferring)}[store.default]
values = { lost = "nowhere" }
${retrying('1h')}`,
    })
    return run
  })

  test('route tells the decision, branch by branch', async () => {
    const result = await mailroom.command('route', '--recipient', 'a@busy.test', '--json')
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(read(result)).toEqual({
      recipient: 'a@busy.test',
      route: 'deferring',
      type: 'relay',
      rule: 0,
      trace: [{ rule: 0, if: "rcpt_domain == 'busy.test'", result: 1 }],
      targets: [],
      problem: null,
    })
    const resolved = await mailroom.command('route', '--recipient', 'a@b.test', '--resolve', '--json')
    expect(read(resolved)).toMatchObject({
      route: 'taking',
      rule: 2,
      targets: [{ host: taking.address, address: taking.address, port: 25, preference: null }],
    })
  })

  test('route with a problem: a name that nothing defines', async () => {
    const result = await mailroom.command('route', '--recipient', 'a@lost.test', '--json')
    expect(result.code).toBe(1)
    expect(read(result)).toMatchObject({ problem: { kind: 'temporary', class: 'io', text: expect.stringContaining('nowhere') as string } })
    expect(Object.keys((read(result) as { problem: object }).problem)).toEqual(['kind', 'class', 'status', 'text'])
  })

  test('send reports the end: delivered is 0', async () => {
    const { code, stdout } = await mailroom.command('send', '--to', 'a@b.test', '--from', 'me@device.test')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'relayed: a@b.test: 250 2.0.0 queued as TAKEN1\n' })
    expect(taking.record.commands).toContain('RCPT TO:<a@b.test>')
  })

  test('send hands in a file as it is', async () => {
    const message = trickyMessage('from a file')
    const file = join(await peerFolder(onTestFinished, 'eml'), 'message.eml')
    await writeFile(file, message, 'latin1')
    expect(await mailroom.command('send', '--to', 'file@b.test', '--file', file)).toMatchObject({ code: 0 })
    expect(taking.record.messages.map(withoutTrace)).toContain(message)
  })

  test('send that is put off: 1, and why; queue shows it and is steered', async () => {
    const sent = await mailroom.command('send', '--to', 'a@busy.test', '--from', 'me@device.test')
    expect(sent.code).toBe(1)
    expect(sent.stdout).toContain('450 4.2.1 Mailbox is busy')

    const list = read(await mailroom.command('queue', 'list', '--json')) as { id: string; createdAt: number }[]
    expect(list).toEqual([
      {
        id: expect.any(String) as string,
        createdAt: expect.any(Number) as number,
        sender: 'me@device.test',
        size: expect.any(Number) as number,
        held: false,
        recipients: [
          {
            address: 'a@busy.test',
            status: 'temp_fail',
            route: 'deferring',
            retryNum: 1,
            nextAttemptAt: expect.any(Number) as number,
            lastReply: '450 4.2.1 Mailbox is busy',
          },
        ],
      },
    ])
    const { id = '' } = list[0] ?? {}
    expect(read(await mailroom.command('queue', 'show', id, '--json'))).toEqual(list[0])
    expect((await mailroom.command('queue', 'show', id)).stdout).toMatch(/a@busy\.test: temp_fail[^]*Subject: Mailroom test message/)

    expect(await mailroom.command('queue', 'hold', id)).toMatchObject({ code: 0 })
    expect(read(await mailroom.command('queue', 'list', '--json'))).toMatchObject([{ id, held: true }])
    expect(await mailroom.command('queue', 'release', id)).toMatchObject({ code: 0 })
    expect(read(await mailroom.command('queue', 'list', '--json'))).toMatchObject([{ id, held: false }])

    const before = deferring.record.commands.length
    expect(await mailroom.command('queue', 'retry', id)).toMatchObject({ code: 0 })
    await until('it is tried again', () => deferring.record.commands.length > before)
    deferring.setScript({})
    expect(await mailroom.command('queue', 'retry', '--all')).toMatchObject({ code: 0 })
    expect(await mailroom.ended('a@busy.test')).toMatchObject({ disposition: 'relayed' })
    deferring.setScript({ rcpt: '450 4.2.1 Mailbox is busy' })
    expect((await mailroom.command('queue', 'list')).stdout).toBe('Nothing waits.\n')
    expect(await mailroom.command('queue', 'retry', id)).toMatchObject({ code: 1, stdout: '' })
  })

  test('queue cancel gives a message up without a word to the server', async () => {
    await mailroom.command('send', '--to', 'cancelled@busy.test')
    const [entry] = read(await mailroom.command('queue', 'list', '--json')) as { id: string }[]
    const before = deferring.record.commands.length
    expect(await mailroom.command('queue', 'cancel', entry?.id ?? '')).toMatchObject({ code: 0 })
    expect(await mailroom.ended('cancelled@busy.test')).toMatchObject({ disposition: 'cancelled' })
    expect(read(await mailroom.command('queue', 'list', '--json'))).toEqual([])
    expect(deferring.record.commands).toHaveLength(before)
  })

  test('activity tells events as JSON lines, filtered by recipient, status and time', async () => {
    await mailroom.command('send', '--to', 'logged@b.test', '--from', 'me@device.test')
    const lines = async (...more: readonly string[]): Promise<{ type: string }[]> =>
      (await mailroom.command('activity', '--json', ...more)).stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as { type: string })
    expect((await lines('--recipient', 'logged@b.test')).map(({ type }) => type)).toEqual(['accepted', 'attempted', 'ended'])
    expect(await lines('--recipient', 'logged@b.test', '--status', 'relayed')).toMatchObject([{ type: 'ended', disposition: 'relayed' }])
    expect(await lines('--recipient', 'logged@b.test', '--since', '1h')).toHaveLength(3)
    expect(await lines('--since', '2999-01-01')).toEqual([])
    expect(await mailroom.command('activity', '--since', 'whenever')).toMatchObject({ code: 2, stdout: '' })
    expect((await mailroom.command('activity', '--recipient', 'logged@b.test')).stdout).toMatch(
      /accepted from 127\.0\.0\.1: me@device\.test/,
    )
  })

  test('activity --follow goes on until it is stopped', async () => {
    const command = ['activity', '--follow', '--json', '--recipient', 'followed@b.test', '--data', mailroom.data]
    const follower = startProcess(process.execPath, [COMMAND, ...command])
    onTestFinished(async () => {
      await follower.stop()
    })
    await mailroom.command('send', '--to', 'followed@b.test')
    await until('the end is told', () => follower.stdout().includes('"type":"ended"'))
    expect(follower.exitCode()).toBeNull()
  })

  test('a second engine on the same folder says who holds it and stops', async () => {
    const { code, stdout, stderr } = await mailroomCommand('serve', '--data', mailroom.data)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(mailroom.data)
    expect(stderr).toContain(String(mailroom.process.pid))
  })

  test('a file that breaks is refused with its place while mail goes on by the last good one', async () => {
    await appendFile(mailroom.configPath, '\n[queue.route.broken]\ntype = "teleport"\n')
    await until('it is refused', async () => (await mailroom.events()).some((event) => event.type === 'config' && event.what === 'refused'))
    expect(await mailroom.command('send', '--to', 'still@b.test')).toMatchObject({ code: 0 })
    const status = await mailroom.ask('status.get', {})
    expect(status.alerts).toContainEqual(
      expect.objectContaining({ kind: 'config-refused', subject: expect.stringContaining('queue.route.broken') as string }),
    )
  })

  test('serve ends with 0 when it is asked to', async () => {
    expect(await mailroom.stop()).toBe(0)
    expect(mailroom.process.stdout().trim().split('\n')).toHaveLength(1)
  })
})
