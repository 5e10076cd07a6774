/** `npm test`: every stage in order, stopping at the first that fails. `npm run test:<stage>` runs one; more arguments go to vitest. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { build, buildIfStale } from './build.ts'
import { findElectron } from './electron.ts'
import { ensureExim } from './exim.ts'
import { cacheDir, root, runInForeground, say } from './house.ts'
import { pack } from './package.ts'
import { ensureSystemPackages } from './system-packages.ts'

interface Stage {
  readonly name: string
  /** @returns what it counted; a stage without tests of its own counts nothing. Throws when it fails for another reason than a test. */
  readonly run: (vitestArgs: readonly string[]) => Promise<Tally>
  /** What must be there when this stage is run by itself; in a full run the earlier stages have seen to it. */
  readonly alone?: () => Promise<void>
}

interface Tally {
  passed: number
  failed: number
  /** Skipped or still to be written: a stage with any of these has not shown what it claims. */
  left: number
}

const nothing: Tally = { passed: 0, failed: 0, left: 0 }

const stages: readonly Stage[] = [
  { name: 'lint', run: () => npmScript('lint') },
  { name: 'typecheck', run: () => npmScript('typecheck') },
  { name: 'unit', run: (args) => vitest('unit', ['unit', 'window'], args) },
  { name: 'integration', run: (args) => vitest('integration', ['integration'], args) },
  { name: 'build', run: () => build().then(() => nothing) },
  { name: 'interop', alone: buildIfStale, run: (args) => preparePeers().then(() => vitest('interop', ['interop'], args)) },
  { name: 'e2e', alone: buildIfStale, run: (args) => prepareWindow().then(() => vitest('e2e', ['e2e'], args)) },
]

async function preparePeers(): Promise<void> {
  await ensureSystemPackages('peers')
  if (process.platform === 'linux') await ensureExim()
}

/** The e2e tests start the app from out/ and as a packaged program, and send it mail from other programs. */
async function prepareWindow(): Promise<void> {
  await preparePeers()
  await ensureSystemPackages('window', ...(needsDisplay() ? (['display'] as const) : []))
  await findElectron()
  await pack([])
}

function needsDisplay(): boolean {
  return process.platform === 'linux' && (process.env['DISPLAY'] ?? '') === ''
}

async function npmScript(name: string): Promise<Tally> {
  const npm = process.env['npm_execpath']
  const code = npm === undefined ? await runInForeground('npm', ['run', name]) : await runInForeground(process.execPath, [npm, 'run', name])
  if (code !== 0) throw new Error(`npm run ${name} ended with exit code ${code}`)
  return nothing
}

const report = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  success: z.boolean(),
})

async function vitest(name: string, projects: readonly string[], more: readonly string[]): Promise<Tally> {
  const reportFile = path.join(cacheDir, 'test', `${name}.json`)
  await mkdir(path.dirname(reportFile), { recursive: true })
  await rm(reportFile, { force: true })
  const args = [
    path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...more,
  ]
  const code =
    name === 'e2e' && needsDisplay()
      ? await runInForeground('xvfb-run', ['-a', '-s', '-screen 0 1600x1000x24', process.execPath, ...args])
      : await runInForeground(process.execPath, args)
  const counted = report.parse(JSON.parse(await readFile(reportFile, 'utf8')))
  // A file that cannot be loaded, or an error between tests, fails the run without failing a test: it must not be counted as nothing.
  const failed = counted.numFailedTests === 0 && (code !== 0 || !counted.success) ? 1 : counted.numFailedTests
  return { passed: counted.numPassedTests, failed, left: counted.numPendingTests + counted.numTodoTests }
}

/** @returns true when nothing failed */
async function runStages(chosen: readonly Stage[], vitestArgs: readonly string[]): Promise<boolean> {
  const total = { passed: 0, failed: 0 }
  let problem: string | null = null
  for (const stage of chosen) {
    say(`stage ${stage.name}`)
    const started = Date.now()
    try {
      if (chosen.length === 1) await stage.alone?.()
      const tally = await stage.run(vitestArgs)
      total.passed += tally.passed
      total.failed += tally.failed
      if (tally.failed > 0) problem = `${tally.failed} failed`
      else if (tally.left > 0 && vitestArgs.length === 0) problem = `${tally.left} skipped or still to be written`
    } catch (thrown) {
      problem = thrown instanceof Error ? thrown.message : String(thrown)
      total.failed += 1
    }
    say(`stage ${stage.name} ${problem === null ? 'passed' : `FAILED: ${problem}`} (${Math.round((Date.now() - started) / 1000)} s)`)
    if (problem !== null) break
  }
  console.log(`${total.passed} passed, ${total.failed} failed`)
  return problem === null
}

const [only, ...vitestArgs] = process.argv.slice(2)
const chosen = only === undefined ? stages : stages.filter((stage) => stage.name === only)
if (chosen.length === 0) {
  say(`there is no stage "${only ?? ''}"; there are ${stages.map((stage) => stage.name).join(', ')}`)
  process.exitCode = 2
} else {
  process.exitCode = (await runStages(chosen, vitestArgs)) ? 0 : 1
}
