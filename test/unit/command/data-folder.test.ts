import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { defaultDataFolder, placesOf } from '../../../main/command/data-folder.ts'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

function on(platform: NodeJS.Platform): void {
  vi.spyOn(process, 'platform', 'get').mockReturnValue(platform)
}

describe('the data folder is the app’s own', () => {
  test.each<[NodeJS.Platform, string, string | undefined, string[]]>([
    ['linux', 'XDG_CONFIG_HOME', join('/', 'xdg'), [join('/', 'xdg')]],
    ['linux', 'XDG_CONFIG_HOME', undefined, [homedir(), '.config']],
    ['linux', 'XDG_CONFIG_HOME', '', [homedir(), '.config']],
    ['linux', 'XDG_CONFIG_HOME', 'relative', [homedir(), '.config']],
    ['win32', 'APPDATA', join('/', 'roaming'), [join('/', 'roaming')]],
    ['win32', 'APPDATA', undefined, [homedir(), 'AppData', 'Roaming']],
    ['darwin', 'XDG_CONFIG_HOME', join('/', 'xdg'), [homedir(), 'Library', 'Application Support']],
  ])('on %s with %s=%s', (platform, variable, value, parts) => {
    on(platform)
    vi.stubEnv(variable, value)
    expect(defaultDataFolder()).toBe(join(...parts, 'Mailroom'))
  })
})

test.each([
  [{ data: 'there' }, resolve('there'), resolve('there', 'config.toml')],
  [{ data: 'there', config: 'mine.toml' }, resolve('there'), resolve('mine.toml')],
  [{ config: 'mine.toml' }, defaultDataFolder(), resolve('mine.toml')],
  [{}, defaultDataFolder(), join(defaultDataFolder(), 'config.toml')],
])('%j names folder and settings', (options, data, config) => {
  expect(placesOf(options)).toEqual({ data, config })
})
