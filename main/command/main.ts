import { Command, CommanderError, Option } from 'commander'
import { ControlProblem } from '../control/index.ts'
import { activityCommand } from './activity.ts'
import { checkCommand } from './check.ts'
import { placesOf } from './data-folder.ts'
import { evalCommand } from './eval.ts'
import { EXIT, harmless, tell, whenNobodyReads } from './output.ts'
import type { ExitCode } from './output.ts'
import { queueCommand } from './queue.ts'
import type { QueueAction } from './queue.ts'
import { routeCommand } from './route.ts'
import { sendCommand } from './send.ts'
import { serveCommand } from './serve.ts'

/** Put in by the build. Run from its source the command has no version. */
declare const MAILROOM_VERSION: string | undefined
const VERSION = typeof MAILROOM_VERSION === 'string' ? MAILROOM_VERSION : 'not built'

/** The `mailroom` command: the same engine and the same data folder as the app, without a display. */
function buildProgram(finish: (code: ExitCode) => void): Command {
  const program = new Command('mailroom')
    .description('The office mail relay: takes mail from devices, keeps it safe, sends it where the rules say.')
    .version(VERSION)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
  const data = (): Option => new Option('--data <dir>', 'the data folder (default: the app’s own)')
  const config = (): Option => new Option('--config <file>', 'the settings (default: config.toml in the data folder)')
  const json = (): Option => new Option('--json', 'print JSON')

  program
    .command('serve')
    .description('run the engine; the first line on standard output tells the listeners')
    .addOption(config())
    .addOption(data())
    .action(async (options: { config?: string; data?: string }) => finish(await serveCommand(placesOf(options))))

  program
    .command('check')
    .description('every problem of the settings with its place')
    .addOption(config())
    .addOption(data())
    .addOption(json())
    .action(async (options: { config?: string; data?: string; json?: boolean }) =>
      finish(await checkCommand(placesOf(options), options.json === true)),
    )

  program
    .command('eval')
    .description('the value of a rule expression')
    .argument('<expression>')
    .addOption(
      new Option('--for <context>', 'whose variables there are').choices(['route', 'schedule', 'tls', 'connection']).default('route'),
    )
    .option('--set <name=value>', 'a variable', collect, [])
    .option('--vars <json>', 'variables as a JSON object')
    .addOption(config())
    .addOption(data())
    .addOption(json())
    .action(async (expression: string, options: Parameters<typeof evalCommand>[1] & { config?: string; data?: string }) =>
      finish(await evalCommand(expression, options, options.config === undefined && options.data === undefined ? null : placesOf(options))),
    )

  program
    .command('route')
    .description('where mail for a recipient would go now, and why')
    .requiredOption('--recipient <address>')
    .option('--sender <address>', 'reverse-path', '')
    .option('--retry-num <n>', 'failed tries before this one', '0')
    .option('--set <name=value>', 'a variable', collect, [])
    .option('--vars <json>', 'variables as a JSON object')
    .option('--resolve', 'ask DNS for the hosts too')
    .addOption(config())
    .addOption(data())
    .addOption(json())
    .action(async (options: Parameters<typeof routeCommand>[0] & { config?: string; data?: string }) =>
      finish(await routeCommand(options, placesOf(options))),
    )

  addQueue(program, data, json, finish)

  program
    .command('activity')
    .description('what happened, oldest first')
    .option('--follow', 'go on until stopped')
    .option('--since <when>', 'for example 2h, 2026-11-23 or 2026-11-23T14:00')
    .option('--recipient <address>')
    .option('--status <status>', 'an outcome (temp_fail), an end (relayed) or a kind of event (refused)')
    .addOption(data())
    .addOption(json())
    .action(async (options: Omit<Parameters<typeof activityCommand>[0], 'data'> & { data?: string }) =>
      finish(await activityCommand({ ...options, data: placesOf(options).data })),
    )

  program
    .command('send')
    .description('hand a test message to the running engine and tell how it went')
    .requiredOption('--to <address>')
    .option('--from <address>', 'reverse-path (default: mailroom@ this computer)')
    .option('--file <message.eml>', 'a message to send as it is')
    .addOption(data())
    .action(async (options: Omit<Parameters<typeof sendCommand>[0], 'data'> & { data?: string }) =>
      finish(await sendCommand({ ...options, data: placesOf(options).data })),
    )
  return program
}

const QUEUE_ACTIONS: readonly { readonly name: QueueAction; readonly argument: string; readonly description: string }[] = [
  { name: 'list', argument: '', description: 'what waits' },
  { name: 'show', argument: '<id>', description: 'one message with its recipients and headers' },
  { name: 'retry', argument: '[id]', description: 'try one message now, or --all' },
  { name: 'hold', argument: '<id>', description: 'no more tries until released' },
  { name: 'release', argument: '<id>', description: 'goes on' },
  { name: 'cancel', argument: '<id>', description: 'give it up' },
]

function addQueue(program: Command, data: () => Option, json: () => Option, finish: (code: ExitCode) => void): void {
  const queue = program.command('queue').description('look at waiting mail and steer it')
  for (const { name, argument, description } of QUEUE_ACTIONS) {
    const command = queue.command(`${name} ${argument}`.trim()).description(description).addOption(data()).addOption(json())
    if (name === 'retry') command.option('--all', 'every message')
    if (name === 'cancel') command.option('--bounce', 'tell the sender')
    command.action(async (...given: unknown[]) => {
      const id = typeof given[0] === 'string' ? given[0] : undefined
      const options = command.opts<{ data?: string; json?: boolean; all?: boolean; bounce?: boolean }>()
      if (name === 'retry' && (id === undefined) !== (options.all === true)) command.error('error: name an id, or --all')
      finish(await queueCommand(name, id, { ...options, data: placesOf(options).data }))
    })
  }
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

async function main(): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok
  try {
    await buildProgram((finished) => {
      code = finished
    }).parseAsync()
    return code
  } catch (thrown) {
    // Commander has told already what was wrong with the words; help and version are no failure.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (thrown instanceof ControlProblem && thrown.code === 'not-running')
      tell(harmless(`${thrown.message} Start the app or "mailroom serve", or name another folder with --data.`))
    else tell(harmless(thrown instanceof Error ? thrown.message : String(thrown)))
    return EXIT.no
  }
}

// `mailroom activity | head` has seen enough: that is no fault, and nothing is left to be done. An engine goes on without readers.
whenNobodyReads(() => {
  if (process.argv[2] !== 'serve') process.exit(EXIT.ok)
})

void main().then((code) => {
  process.exitCode = code
})
