/** Draws the PNGs of resources/icons from the SVGs beside them; run by hand after an SVG has changed. Needs rsvg-convert (Debian: librsvg2-bin). */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { capture, root } from './house.ts'

const icons = path.join(root, 'resources', 'icons')
/** Linux desktops pick a size from the folder; Windows and macOS formats are made from the largest. */
const appSizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]
/** One colour per kind of bar. macOS colours a "Template" image itself, and needs the word in the file's name. */
const inks = { Template: '#000000', '-on-light': '#1f2937', '-on-dark': '#ffffff' }

async function draw(svg: string, sizePx: number, png: string): Promise<void> {
  const { code, stderr } = await capture('rsvg-convert', ['-w', String(sizePx), '-h', String(sizePx), '-o', png, svg])
  if (code !== 0) throw new Error(`rsvg-convert failed on ${svg}: ${stderr.trim()}`)
}

for (const size of appSizes) await draw(path.join(icons, 'icon.svg'), size, path.join(icons, 'app', `${size}x${size}.png`))

const work = await mkdtemp(path.join(tmpdir(), 'mailroom-icons-'))
for (const state of ['working', 'waiting', 'needs-you']) {
  for (const [suffix, ink] of Object.entries(inks)) {
    const inked = path.join(work, 'inked.svg')
    await writeFile(inked, (await readFile(path.join(icons, `tray-${state}.svg`), 'utf8')).replace('currentColor', ink))
    await draw(inked, 16, path.join(icons, `tray-${state}${suffix}.png`))
    await draw(inked, 32, path.join(icons, `tray-${state}${suffix}@2x.png`))
  }
}
await rm(work, { recursive: true })
