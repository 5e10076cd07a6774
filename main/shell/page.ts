import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol } from 'electron'

/** The page has an origin of its own instead of file://, so nothing else on the disk belongs to it. */
const SCHEME = 'mailroom'
export const PAGE_ORIGIN = `${SCHEME}://app`
export const PAGE_URL = `${PAGE_ORIGIN}/index.html`

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/**
 * Nothing from outside, nothing inline but style attributes; the page's own meta element says the same once more. The attributes are for the frame
 * in which a message is shown: a frame without an address of its own lives under this policy as well as under its own, stricter one.
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Must run before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true } }])
}

/** Serves the built page and nothing beside it. */
export function servePage(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const file = fileOf(folder, request.url)
    const type = file === null ? undefined : TYPES[extname(file)]
    if (file === null || type === undefined) return new Response('not found', { status: 404 })
    try {
      return new Response(new Uint8Array(await readFile(file)), {
        headers: { 'content-type': type, 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' },
      })
    } catch {
      return new Response('not found', { status: 404 })
    }
  })
}

/** @returns null for anything that is not inside the folder */
function fileOf(folder: string, url: string): string | null {
  const { host, pathname } = new URL(url)
  if (`${SCHEME}://${host}` !== PAGE_ORIGIN) return null
  const file = normalize(join(folder, decodeURIComponent(pathname)))
  return file.startsWith(folder + sep) ? file : null
}
