/** Gathers the licences of everything that is built into the app, for the window to show. */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { root } from './house.ts'

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
    }),
  ),
})
/** Tools whose code ends up in the app all the same. */
const BUILT_IN = ['node_modules/electron', 'node_modules/svelte', 'node_modules/esm-env', 'node_modules/clsx']

/** @returns every package by name: what it is licensed under and the text that says so */
export async function gatherLicences(): Promise<{ name: string; version: string; licence: string; text: string }[]> {
  const { packages } = lock.parse(JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')))
  const shipped = Object.entries(packages).filter(
    ([where, { dev, optional }]) => where !== '' && (BUILT_IN.includes(where) || (dev !== true && optional !== true)),
  )
  const licences = await Promise.all(
    shipped.map(async ([where, { version = '', license = '' }]) => ({
      name: where.slice(where.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      licence: license,
      text: await licenceText(path.join(root, where)),
    })),
  )
  return licences.sort((a, b) => (a.name < b.name ? -1 : 1))
}

export async function writeLicences(file: string): Promise<void> {
  await writeFile(file, JSON.stringify(await gatherLicences()))
}

/** '' for a package that names its licence and brings no text. */
async function licenceText(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => [])
  const name = names.find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one)) ?? names.find((one) => /^licen[cs]e/i.test(one))
  return name === undefined ? '' : (await readFile(path.join(folder, name), 'utf8')).trim()
}
