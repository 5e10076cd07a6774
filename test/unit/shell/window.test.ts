import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readArguments } from '../../../main/shell/arguments.ts'
import { windowKey } from '../../../main/shell/keys.ts'
import { onScreen, readWindowState, writeWindowState } from '../../../main/shell/window-state.ts'
import { tempFolder } from '../../support/temp-folder.ts'

const SCREEN = { x: 0, y: 0, width: 1920, height: 1040 }
const SECOND = { x: 1920, y: 0, width: 1280, height: 1024 }

test.each([
  ['where it stood', { x: 100, y: 80, width: 1180, height: 780 }, [SCREEN], true],
  ['on the second screen', { x: 2000, y: 80, width: 1180, height: 780 }, [SCREEN, SECOND], true],
  ['on a screen that is gone', { x: 2000, y: 80, width: 1180, height: 780 }, [SCREEN], false],
  ['with its bar above the screen', { x: 100, y: -60, width: 1180, height: 780 }, [SCREEN], false],
  ['with its bar below the screen', { x: 100, y: 1030, width: 1180, height: 780 }, [SCREEN], false],
  ['with a corner to take hold of', { x: 1790, y: 900, width: 1180, height: 780 }, [SCREEN], true],
  ['with too little to take hold of', { x: 1850, y: 900, width: 1180, height: 780 }, [SCREEN], false],
])('a window %s is seen: %j', (_where, bounds, screens, seen) => {
  expect(onScreen(bounds, screens)).toEqual(seen ? bounds : null)
})

test('the place of the window outlives a restart', async () => {
  const path = join(await tempFolder(), 'window.json')
  const state = { bounds: { x: 1, y: 2, width: 800, height: 600 }, maximized: true, zoom: 0.5 }
  writeWindowState(path, state)
  expect(readWindowState(path)).toEqual(state)
})

test.each([
  ['none', null],
  ['half a file', '{"bounds":{"x":1'],
  ['nonsense', '{"bounds":{"x":1,"y":1,"width":-5,"height":1},"maximized":false,"zoom":0}'],
])('%s opens the window at its usual size', async (_what, text) => {
  const path = join(await tempFolder(), 'window.json')
  if (text !== null) await writeFile(path, text)
  expect(readWindowState(path)).toBeNull()
})

const press = { type: 'keyDown', key: '+', control: true, meta: false, alt: false }
test.each([
  [{ key: '+' }, 'zoom-in'],
  [{ key: '=' }, 'zoom-in'],
  [{ key: '-' }, 'zoom-out'],
  [{ key: '0' }, 'zoom-reset'],
  [{ key: 'w' }, 'close'],
  [{ key: 'Q' }, 'quit'],
  [{ key: 'r' }, null],
  [{ key: '+', control: false }, null],
  [{ key: '+', alt: true }, null],
  [{ key: '+', type: 'keyUp' }, null],
])('%j means %s to the window', (part, meaning) => {
  expect(windowKey({ ...press, ...part }, 'linux')).toBe(meaning)
  expect(windowKey({ ...press, ...part }, 'darwin')).toBeNull()
})

test.each([
  [['app'], { dataFolder: null, hidden: false }],
  [['app', '--data', '/tmp/box', '--hidden'], { dataFolder: '/tmp/box', hidden: true }],
  [['app', '--data=/tmp/box'], { dataFolder: '/tmp/box', hidden: false }],
  [['app', '--data='], { dataFolder: null, hidden: false }],
  [['app', '--data'], { dataFolder: null, hidden: false }],
])('%j is started as %j', (argv, expected) => {
  expect(readArguments(argv)).toEqual(expected)
})
