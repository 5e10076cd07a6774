import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { RESULTS, keepingAll, picture, sees, startApp } from '../support/app-under-test.ts'
import type { AppUnderTest } from '../support/app-under-test.ts'
import { OFFICE_CONFIG, seedOffice } from '../support/seeded-office.ts'

const SIZES = [
  [1440, 900],
  [1000, 700],
] as const

/** A place in the window, and how to get there from the sidebar. */
interface View {
  readonly name: string
  readonly open: (started: AppUnderTest) => Promise<void>
}

const plain: readonly View[] = [
  { name: 'overview', open: ({ window, go }) => go('Overview').then(() => sees(window, 'Type this into a device')) },
  { name: 'activity', open: ({ window, go }) => go('Activity').then(() => sees(window, 'All')) },
  { name: 'queue', open: ({ window, go }) => go('Queue').then(() => sees(window, 'Held')) },
  { name: 'routing', open: ({ window, go }) => go('Routing').then(() => sees(window, 'Try an address')) },
  { name: 'settings', open: ({ window, go }) => go('Settings').then(() => sees(window, 'Trying again')) },
  {
    name: 'routing-file',
    open: async ({ window, go }) => {
      await go('Routing')
      await window.getByRole('tab', { name: 'config.toml' }).click()
      await sees(window, 'Problems')
    },
  },
]

const dialogs: readonly View[] = [
  {
    name: 'message-delivered',
    open: async ({ window, go, row }) => {
      await go('Activity')
      await row('Plan 14-B, revision 3').first().click()
      await sees(window, 'so it went through SMTP2GO')
    },
  },
  {
    name: 'message-waiting',
    open: async ({ window, go }) => {
      await go('Queue')
      await window.getByRole('row').filter({ hasText: 'claims@northgate' }).click()
      await sees(window, 'Safe on this computer')
    },
  },
  {
    name: 'route',
    open: async ({ window, go }) => {
      await go('Routing')
      await window.getByRole('button', { name: 'Microsoft 365', exact: true }).click()
      await window.getByRole('dialog').getByLabel('User name').waitFor()
    },
  },
  {
    name: 'rule',
    open: async ({ window, go }) => {
      await go('Routing')
      await window.getByRole('button', { name: 'Add rule' }).click()
      await window.getByRole('dialog').getByLabel('When').waitFor()
    },
  },
  {
    name: 'templates',
    open: async ({ window, go }) => {
      await go('Routing')
      await window.getByRole('button', { name: 'Templates' }).click()
      await window.getByRole('dialog').getByLabel('Arrangement').waitFor()
    },
  },
  {
    name: 'cancel',
    open: async ({ window, go }) => {
      await go('Queue')
      await window.getByLabel('Select the message to claims@northgate-insurance.example').check()
      await window.getByRole('button', { name: 'Cancel…' }).click()
      await window.getByRole('dialog').waitFor()
    },
  },
]

async function resize({ app, window }: AppUnderTest, width: number, height: number): Promise<void> {
  await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), {
    width,
    height,
  })
  await window.waitForFunction((size) => innerWidth === size.width && innerHeight === size.height, { width, height })
}

/** Every violation axe knows of, in a line each. Electron opens no second page, hence the legacy mode. */
async function violations(window: Page): Promise<string[]> {
  const { violations: found, passes } = await new AxeBuilder({ page: window }).setLegacyMode().analyze()
  expect(passes.length, 'axe has looked').toBeGreaterThan(10)
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary = '' }) => `${id} (${help}) at ${target.join(' ')}: ${failureSummary}`),
  )
}

/** Nothing may make the window as a whole scroll, or be cut by its edge. */
function overflow(window: Page): Promise<boolean> {
  return window.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight)
}

type Theme = 'light' | 'dark'
const THEMES: readonly Theme[] = ['light', 'dark']

async function look(started: AppUnderTest, views: readonly View[], state: 'empty' | 'full', colorScheme: Theme): Promise<string[]> {
  const found: string[] = []
  await started.window.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  for (const view of views) {
    for (const [width, height] of SIZES) {
      await resize(started, width, height)
      await view.open(started)
      const name = `${view.name}-${state}-${colorScheme}-${width}x${height}`
      await picture(started.window, join(RESULTS, 'screenshots', `${name}.png`))
      if (await overflow(started.window)) found.push(`${name}: the window scrolls`)
      if (width === 1440) found.push(...(await violations(started.window)).map((text) => `${name}: ${text}`))
      if (await started.window.getByRole('dialog').isVisible()) {
        await started.window.keyboard.press('Escape')
        await started.window.getByRole('dialog').waitFor({ state: 'detached' })
      }
      await started.go('Overview')
    }
  }
  return found
}

test.each(THEMES)(
  'every screen of a new office in %s colours, small and large, is accessible and stays inside the window',
  async (theme) => {
    const started = await startApp({ config: keepingAll() })
    expect(await look(started, plain, 'empty', theme)).toEqual([])
  },
)

test.each(THEMES)(
  'every screen of a busy office in %s colours, small and large, is accessible and stays inside the window',
  async (theme) => {
    const started = await startApp({ config: OFFICE_CONFIG, before: seedOffice })
    await sees(started.window, 'Needs you')
    expect(await look(started, [...plain, ...dialogs], 'full', theme)).toEqual([])
  },
)
