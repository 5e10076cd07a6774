import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { ElectronApplication } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { connectControl } from '../../main/control/index.ts'
import { capture } from '../../scripts/house.ts'
import { keepingAll, startApp } from '../support/app-under-test.ts'
import { environmentOf, launchElectron, programOf } from '../support/electron-app.ts'
import { peerFolder, until } from '../support/peers/processes.ts'

const windowIsSeen = (app: ElectronApplication): Promise<boolean> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()))

/** A key as the keyboard gives it to the window, before the page sees it. */
async function press(app: ElectronApplication, keyCode: string): Promise<void> {
  await app.evaluate(({ BrowserWindow }, code) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents
    for (const type of ['keyDown', 'keyUp'] as const) contents?.sendInputEvent({ type, keyCode: code, modifiers: ['control'] })
  }, keyCode)
}

async function startAgain(dataDir: string, ...args: string[]): Promise<number> {
  const program = await programOf({ dataDir, args })
  const { code } = await capture(program.executable, program.args, { env: environmentOf({}) })
  return code
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

test('a closed window leaves the engine at work, a second start shows it again, and quitting stops cleanly', async () => {
  const { app, data, port, send, row, go, close } = await startApp({ config: keepingAll() })
  await go('Activity')
  await press(app, 'W')
  await until('the window is hidden', async () => !(await windowIsSeen(app)))

  await send('While nobody looks', 'ann@office.test')

  expect(await startAgain(data, '--hidden')).toBe(0)
  expect(await windowIsSeen(app), 'the start at login does not show the window').toBe(false)
  expect(await startAgain(data)).toBe(0)
  await until('the window is seen', () => windowIsSeen(app))
  await row('While nobody looks').getByText('Delivered').waitFor()

  expect(existsSync(join(data, 'lock'))).toBe(true)
  await close()
  expect(existsSync(join(data, 'lock'))).toBe(false)
  expect(await isOpen(port)).toBe(false)
})

test('started hidden it works without a window until somebody starts it again', async () => {
  const dataDir = await peerFolder(onTestFinished, 'app')
  const app = await launchElectron({ dataDir, args: ['--hidden'] })
  onTestFinished(() => app.close())
  const control = await until('the engine answers', () => connectControl(dataDir).catch(() => null))
  onTestFinished(() => control.close())
  expect((await control.ask('status.get', {})).running).toBe(true)
  expect(app.windows()).toEqual([])
  const shown = app.waitForEvent('window')
  expect(await startAgain(dataDir)).toBe(0)
  expect(await (await shown).title()).toContain('Mailroom')
})

test('a system that ends all programs ends it cleanly', async () => {
  const { app, data } = await startApp({ config: keepingAll() })
  const process = app.process()
  const ended = new Promise<number | null>((resolve) => process.once('exit', resolve))
  process.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(existsSync(join(data, 'lock'))).toBe(false)
})

test('output that nobody reads any more does not disturb it', async () => {
  const { app, send, row, go } = await startApp({ config: keepingAll() })
  app.process().stdout?.destroy()
  app.process().stderr?.destroy()
  await app.evaluate(() => {
    for (let i = 0; i < 20; i++) {
      process.stdout.write('to nobody\n')
      process.stderr.write('to nobody\n')
    }
  })
  await go('Activity')
  await send('Still here', 'ann@office.test')
  await row('Still here').getByText('Delivered').waitFor()
})

test('the window stands where it was left, with its text as large', async () => {
  const data = await peerFolder(onTestFinished, 'app')
  const first = await startApp({ config: keepingAll(), data })
  const left = { x: 60, y: 40, width: 1010, height: 720 }
  await first.app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds), left)
  await press(first.app, '=')
  await press(first.app, '=')
  const zoom = (app: ElectronApplication): Promise<number | undefined> =>
    app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomLevel())
  await until('the text is larger', async () => (await zoom(first.app)) === 1)
  await first.close()

  const second = await startApp({ config: keepingAll(), data })
  await until('the window is seen', () => windowIsSeen(second.app))
  expect(await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(left)
  expect(await zoom(second.app)).toBe(1)
  await press(second.app, '0')
  await until('the text has its usual size', async () => (await zoom(second.app)) === 0)
})

test('a data folder that another engine works on is left alone', async () => {
  const { data, send, row, go } = await startApp({ config: keepingAll() })
  const { code, stderr } = await capture(process.execPath, ['out/main/mailroom.cjs', 'serve', '--data', data])
  expect(code).toBe(1)
  expect(stderr).toContain('is in use by the Mailroom app')
  await go('Activity')
  await send('Not disturbed', 'ann@office.test')
  await row('Not disturbed').getByText('Delivered').waitFor()
})

test('a fault that nobody caught ends it with a word on standard error, and nothing it had accepted is lost', async () => {
  const data = await peerFolder(onTestFinished, 'app')
  const first = await startApp({ config: keepingAll(), data })
  await first.window.getByRole('button', { name: 'Pause sending' }).click()
  await first.window.getByRole('button', { name: 'Resume sending' }).waitFor()
  await first.send('Accepted before', 'ann@office.test')
  const main = first.app.process()
  let said = ''
  main.stderr?.on('data', (text: Buffer) => (said += text.toString()))
  const ended = new Promise<number | null>((resolve) => main.once('exit', resolve))
  await first.app.evaluate(() => {
    setTimeout(() => {
      throw new Error('made by the test')
    })
  })
  expect(await ended).toBe(1)
  expect(said).toContain('Mailroom met a fault of its own: Error: made by the test')

  const second = await startApp({ config: null, data })
  await second.go('Activity')
  await second.row('Accepted before').getByText('Delivered').waitFor()
})
