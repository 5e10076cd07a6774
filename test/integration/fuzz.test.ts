import { readFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { Chance } from '../simulation/chance.ts'
import { fuzz, heapGrowth } from '../support/fuzz/campaign.ts'
import { readConversation } from '../support/fuzz/model.ts'
import { openStage } from '../support/fuzz/session.ts'
import { writeScript } from '../support/fuzz/script.ts'

/** Other clients than those of `npm run fuzz`, which begins with 1. */
const SEED = 5_000_000
const COMMANDS = 50_000
const MEGABYTE = 2 ** 20

test('fifty thousand commands of every kind, whole and mangled: no crash, nothing kept that was not sent whole, memory stays flat', async () => {
  const sum = await fuzz({ commands: COMMANDS, seed: SEED })
  expect(sum.problems).toEqual([])
  expect(sum.commands).toBeGreaterThanOrEqual(COMMANDS)
  expect(sum.messages).toBeGreaterThan(1_000)
  expect(heapGrowth(sum)).toBeLessThan(8 * MEGABYTE)
}, 120_000)

test('clients that once found something are played again, in memory and over a socket', async () => {
  const seeds = z.array(z.int()).parse(JSON.parse(await readFile(new URL('../fixtures/fuzz-seeds.json', import.meta.url), 'utf8')))
  for (const sockets of [false, true]) {
    const stage = await openStage(sockets)
    onTestFinished(() => stage.close())
    for (const seed of seeds) expect(await stage.play(seed)).toMatchObject({ problem: null })
  }
})

test('the same seed writes the same client', () => {
  const written = (): string => JSON.stringify(writeScript(new Chance(77)))
  expect(written()).toBe(written())
})

test.each<[string, string, number[], string[]]>([
  ['a message sent whole', 'MAIL\r\nRCPT\r\nDATA\r\na\r\n..b\r\n.\r\n', [220, 250, 250, 354, 250], ['a\r\n.b\r\n']],
  ['a message without its end', 'MAIL\r\nRCPT\r\nDATA\r\na\r\n', [220, 250, 250, 354], []],
  ['a false end', 'MAIL\r\nRCPT\r\nDATA\r\na\n.\nb\r\n.\r\n', [220, 250, 250, 354, 250], ['a\r\n.\r\nb\r\n']],
  ['a message that was refused', 'MAIL\r\nRCPT\r\nDATA\r\na\r\n.\r\n', [220, 250, 250, 354, 552], []],
  ['line feeds alone', 'MAIL\nRCPT\nDATA\na\n..b\n.\n', [220, 250, 250, 354, 250], ['a\r\n.b\r\n']],
])('the strict reader of both sides: %s', (_what, said, replies, contents) => {
  const { taken, problem } = readConversation([{ bytes: Buffer.from(said) }], replies, true)
  expect(problem).toBeNull()
  expect(taken.map(({ content }) => content)).toEqual(contents)
})
