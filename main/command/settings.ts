import { join } from 'node:path'
import { macroSources, readConfig } from '../engine/config/index.ts'
import type { LoadedConfig } from '../engine/config/index.ts'
import { createDnsCache } from '../engine/routing/index.ts'
import type { RouterWorld } from '../engine/routing/index.ts'
import { createFileCipher, createSecretStore } from '../engine/secrets/index.ts'
import type { System } from '../engine/system/index.ts'
import type { Places } from './data-folder.ts'
import { readTextInput } from './input.ts'

const NO_FILE = ' Start Mailroom once, which writes one, or name another with --config.'

/**
 * The settings as a file has them, without starting anything and without writing anything.
 * @param places null: no file, everything as it is by default
 * @throws InputProblem when the file cannot be read
 */
export async function readSettings(system: System, places: Places | null): Promise<LoadedConfig> {
  const { disk, random, network } = system
  const text = places === null ? '' : await readTextInput(places.config, 'settings file', NO_FILE)
  const data = places?.data ?? process.cwd()
  const secrets = createSecretStore(disk, join(data, 'secrets.json'), [createFileCipher(disk, random, join(data, 'secrets.key'))])
  if (places !== null) await secrets.open()
  return readConfig(text, {
    sources: macroSources({
      path: places?.config ?? join(data, 'config.toml'),
      system,
      // A secret of the app's key store cannot be opened here; that it is there is all that matters for a check.
      secrets: (name) => secrets.get(name) ?? (secrets.names.includes(name) ? 'kept by the key store' : undefined),
    }),
    hostname: network.hostname(),
    ownAddresses: network.interfaces().map(({ address }) => address),
    ...(places === null ? {} : { file: places.config }),
  })
}

/** Routing as the engine would do it with these settings. */
export function routerWorld(system: System, { settings }: LoadedConfig): RouterWorld {
  const { network, random, clock } = system
  return {
    settings,
    resolver: network.resolver(settings.resolver),
    cache: createDnsCache(clock),
    lookup: (name) => network.lookup(name),
    random,
    clock,
    ownAddresses: () => network.interfaces().map(({ address }) => address),
    listensOn25: () => settings.server.listeners.some(({ bind }) => bind.some(({ port }) => port === 25)),
  }
}
