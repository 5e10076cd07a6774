import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { mailroom, serve } from '../support/command.ts'
import { tempFolder } from '../support/temp-folder.ts'

// Local mail stays, the rest goes to a port where nobody listens.
const SETTINGS = `
server.hostname = "mailroom.test"
[server.listener.lan]
bind = "127.0.0.1:0"
[directory.default]
domains = ["office.lan"]
[directory.default.mailbox.inbox]
addresses = ["@office.lan"]
[queue.strategy]
route = [ { if = "is_local_domain('', rcpt_domain)", then = "'local'" }, { else = "'relay'" } ]
[queue.route.relay]
type = "relay"
address = "127.0.0.1"
port = 1
tls.implicit = false
`

async function settingsFile(text: string | Uint8Array): Promise<string> {
  const file = join(await tempFolder(), 'config.toml')
  await writeFile(file, text)
  return file
}

const json = (text: string): unknown => JSON.parse(text)

describe('wrong usage ends with 2, tells people, and leaves standard output empty', () => {
  test.concurrent.each<[string, string[], string]>([
    ['no command', [], 'Usage: mailroom'],
    ['an unknown command', ['deliver'], "unknown command 'deliver'"],
    ['an unknown option', ['check', '--fast'], "unknown option '--fast'"],
    ['eval without an expression', ['eval'], "missing required argument 'expression'"],
    ['eval for nobody', ['eval', '1', '--for', 'nobody'], 'Allowed choices are route, schedule, tls, connection'],
    ['a setting without a name', ['eval', '1', '--set', '=3'], '--set wants NAME=VALUE, found "=3"'],
    ['route without a recipient', ['route'], "'--recipient <address>' not specified"],
    ['queue without an action', ['queue'], 'Usage: mailroom queue'],
    ['queue retry of nothing', ['queue', 'retry'], 'name an id, or --all'],
    ['queue hold of nothing', ['queue', 'hold'], "missing required argument 'id'"],
    ['activity since never', ['activity', '--since', 'never'], '--since wants a moment'],
    ['activity of an unknown status', ['activity', '--status', 'lost'], '--status wants one of'],
    ['send to nobody', ['send'], "'--to <address>' not specified"],
  ])('%s', async (_, args, told) => {
    const { code, out, err } = await mailroom(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain(told)
  })
})

test.concurrent.each([[['--help']], [['--version']], [['queue', '--help']]])('%j is answered on standard output', async (args) => {
  const { code, out, err } = await mailroom(...args)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).not.toBe('')
})

describe('bad input ends with 1 and says what to do', () => {
  test('a settings file that is missing', async () => {
    const file = join(await tempFolder(), 'none.toml')
    const checked = await mailroom('check', '--config', file, '--json')
    expect(checked.code).toBe(1)
    expect(json(checked.out)).toMatchObject({ errors: [{ code: 'file-unreadable', line: 1, column: 1 }], warnings: [] })
    const routed = await mailroom('route', '--recipient', 'ann@example.org', '--config', file)
    expect(routed).toMatchObject({ code: 1, out: '' })
    expect(routed.err).toBe(
      `The settings file ${file} cannot be read: there is no such file. Start Mailroom once, which writes one, or name another with --config.\n`,
    )
  })

  test('a settings file that is no text', async () => {
    const file = await settingsFile(new Uint8Array([0xff, 0xfe, 0x00]))
    expect((await mailroom('eval', '1', '--config', file)).err).toContain('it is not UTF-8 text')
  })

  test('a data folder without an engine', async () => {
    const data = await tempFolder()
    const ends = await Promise.all([
      mailroom('queue', 'list', '--data', data),
      mailroom('activity', '--data', data),
      mailroom('send', '--to', 'ann@example.org', '--data', data),
    ])
    for (const { code, out, err } of ends) {
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toBe(
        `No Mailroom is running on the data folder ${data}. Start the app or "mailroom serve", or name another folder with --data.\n`,
      )
    }
  })

  test('a message that is missing, before anything is sent', async () => {
    const { code, err } = await mailroom('send', '--to', 'ann@example.org', '--file', 'no-such-message.eml')
    expect({ code, err }).toEqual({ code: 1, err: 'The message no-such-message.eml cannot be read: there is no such file.\n' })
  })
})

describe('check', () => {
  test('tells every problem with its place; 1 with errors, 0 without', async () => {
    const [bad, good] = await Promise.all([
      settingsFile('server.hostname = "a b"\n[queue.route.relay]\ntype = "relay"\n'),
      settingsFile(SETTINGS),
    ])
    const [people, scripts, fine] = await Promise.all([
      mailroom('check', '--config', bad),
      mailroom('check', '--config', bad, '--json'),
      mailroom('check', '--config', good, '--json'),
    ])
    expect(people).toMatchObject({ code: 1, out: '' })
    expect(people.err).toContain(`${bad}:1:19: error: server.hostname: `)
    expect(people.err).toMatch(/: 2 errors\n$/)
    expect(scripts).toMatchObject({ code: 1, err: '' })
    expect(json(scripts.out)).toMatchObject({ errors: [{ path: 'server.hostname', line: 1, column: 19 }, { code: 'address-missing' }] })
    expect(fine).toMatchObject({ code: 0, err: '' })
    expect(json(fine.out)).toEqual({ errors: [], warnings: [] })
  })
})

describe('eval', () => {
  test.concurrent.each<[string[], unknown, number]>([
    [['retry_num > 1', '--set', 'retry_num=2'], { value: 1, type: 'int' }, 0],
    [["split(sender, '@')", '--vars', '{"sender": "a@b.example"}'], { value: ['a', 'b.example'], type: 'array' }, 0],
    [["mx + ''", '--for', 'tls', '--set', 'mx=mx1.example'], { value: 'mx1.example', type: 'string' }, 0],
    [['rcpt_domian'], { error: { kind: 'unknown-identifier', message: expect.any(String) as string, column: 1 } }, 1],
    [['(1'], { error: { kind: 'paren', message: expect.any(String) as string, column: expect.any(Number) as number } }, 1],
  ])('%j', async (args, answer, code) => {
    const ended = await mailroom('eval', ...args, '--json')
    expect(json(ended.out)).toEqual(answer)
    expect(ended).toMatchObject({ code, err: '' })
  })

  test('points at the place for people, and at a variable that does not exist', async () => {
    const { code, out, err } = await mailroom('eval', 'retry_num +', '--set', 'retry_nun=1')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('retry_num +\n           ^ column 12: ')
    expect(err).toContain('was "retry_num" meant?')
  })
})

describe('route', () => {
  test('explains the decision, for scripts and for people', async () => {
    const file = await settingsFile(SETTINGS)
    const ask = (...args: string[]) => mailroom('route', '--config', file, ...args)
    const [scripts, people, resolved, wrong] = await Promise.all([
      ask('--recipient', 'ann@office.lan', '--json'),
      ask('--recipient', 'ann@example.org'),
      ask('--recipient', 'ann@example.org', '--resolve', '--json'),
      ask('--recipient', 'ann', '--json'),
    ])
    const trace = [{ rule: 0, if: "is_local_domain('', rcpt_domain)", result: 1 }]
    const decision = { recipient: 'ann@office.lan', route: 'local', type: 'local', rule: 0, trace, targets: [], problem: null }
    expect(json(scripts.out)).toEqual(decision)
    expect(scripts.code).toBe(0)
    expect(people.out).toBe(`1. is_local_domain('', rcpt_domain) = 0\nann@example.org goes to the route "relay" (relay) by its else\n`)
    const target = { host: '127.0.0.1', address: '127.0.0.1', port: 1, preference: null }
    expect(json(resolved.out)).toMatchObject({ route: 'relay', targets: [target], problem: null })
    expect(json(wrong.out)).toMatchObject({ route: null, problem: { kind: 'permanent', status: '5.1.3' } })
    expect(wrong.code).toBe(1)
  })

  test('with settings that have errors it says that mail waits', async () => {
    const file = await settingsFile('[queue.strategy]\nroute = "relay"\n')
    const { err } = await mailroom('route', '--recipient', 'ann@example.org', '--config', file)
    expect(err).toContain(`${file}:2:10: error: queue.strategy.route: `)
    expect(err).toContain('mail waits until that is mended')
  })
})

test('an engine is served, looked at, steered and stopped', async () => {
  const data = join(await tempFolder(), 'data')
  const config = await settingsFile(SETTINGS)
  const engine = await serve('--data', data, '--config', config)
  expect(engine.ready.listeners).toEqual([{ id: 'lan', address: '127.0.0.1', port: expect.any(Number) as number }])

  const second = await mailroom('serve', '--data', data, '--config', config)
  expect(second).toMatchObject({ code: 1, out: '' })
  expect(second.err).toContain(`The data folder ${data} is in use by mailroom serve`)

  const kept = await mailroom('send', '--to', 'ann@office.lan', '--data', data)
  expect(kept).toMatchObject({ code: 0, out: 'delivered: ann@office.lan: 250 2.1.5 Delivered to mailbox inbox\n' })
  const waits = await mailroom('send', '--to', 'bob@example.org', '--from', 'scan@office.lan', '--data', data)
  expect(waits.code).toBe(1)
  expect(waits.out).toContain('put off by relay: ')

  const listed = await mailroom('queue', 'list', '--json', '--data', data)
  const [entry, ...others] = json(listed.out) as { id: string }[]
  const recipient = { address: 'bob@example.org', status: 'temp_fail', route: 'relay', retryNum: 1 }
  expect(others).toEqual([])
  expect(entry).toMatchObject({ sender: 'scan@office.lan', held: false, recipients: [recipient] })
  const id = entry?.id ?? ''

  const shown = await mailroom('queue', 'show', id, '--data', data)
  expect(shown.out).toContain('Subject: Mailroom test message')
  for (const action of ['hold', 'release', 'retry', 'cancel']) {
    expect(await mailroom('queue', action, id, '--data', data), action).toMatchObject({ code: 0, out: '' })
  }
  const gone = await mailroom('queue', 'retry', id, '--data', data)
  expect(gone).toMatchObject({ code: 1, err: `No waiting message has the id ${id}. "mailroom queue list" shows those that wait.\n` })
  expect((await mailroom('queue', 'retry', '--all', '--data', data)).code).toBe(0)
  expect((await mailroom('queue', 'list', '--data', data)).out).toBe('Nothing waits.\n')

  const happened = await mailroom('activity', '--recipient', 'bob@example.org', '--json', '--data', data)
  const events = happened.out.trim().split('\n').map(json) as { type: string; disposition?: string }[]
  expect(events[0]?.type).toBe('accepted')
  expect(events.at(-1)).toMatchObject({ type: 'ended', disposition: 'cancelled' })
  const delivered = await mailroom('activity', '--status', 'delivered', '--data', data)
  expect(delivered.out.trim().split('\n')).toEqual([expect.stringContaining('delivered: ann@office.lan') as string])

  expect(await engine.stop()).toBe(process.platform === 'win32' ? null : 0)
}, 120_000)
