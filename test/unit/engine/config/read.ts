import { readConfig } from '../../../../main/engine/config/index.ts'
import type { LoadedConfig, MacroSources } from '../../../../main/engine/config/index.ts'

/** The macro sources of the worked cases; `/s.txt` and kin. */
export const FIXTURE_SOURCES: MacroSources = {
  environment: (name) =>
    new Map([
      ['RELAY_SECRET', 's3cr3t'],
      ['EMPTY', ''],
      ['REF', '%{cfg:report.domain}%'],
    ]).get(name),
  file: (path) => {
    if (path === '/s.txt') return Promise.resolve({ text: 'filepw\n' })
    return Promise.resolve({ problem: path === '/bin.dat' ? 'it is not UTF-8 text' : 'there is no such file' })
  },
  secret: (name) => (name === 'route-relay' ? 'stored pass' : undefined),
}

export function read(
  text: string,
  options: { sources?: Partial<MacroSources>; ownAddresses?: string[]; hostname?: string } = {},
): Promise<LoadedConfig> {
  return readConfig(text, {
    sources: { ...FIXTURE_SOURCES, ...options.sources },
    hostname: options.hostname ?? 'mx.example.org',
    ownAddresses: options.ownAddresses ?? ['127.0.0.1', '::1', '192.168.1.5'],
  })
}

export function codes(loaded: LoadedConfig, severity: 'error' | 'warning'): string[] {
  return loaded.issues.filter((issue) => issue.severity === severity).map(({ code }) => code)
}
export const errors = (loaded: LoadedConfig): string[] => codes(loaded, 'error')
export const warnings = (loaded: LoadedConfig): string[] => codes(loaded, 'warning')
