import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { activityEvent, disposition, outcomeKind, recipientStatus } from '../../../main/contract/index.ts'

const page = readFileSync('docs/command.md', 'utf8')
const source = readFileSync('main/command/main.ts', 'utf8')

/** A section of the page by its heading. */
function section(name: string): string {
  return page.split(/^## /m).find((one) => one.startsWith(`${name}\n`)) ?? ''
}

const mentions = (text: string, word: string): boolean => new RegExp(`\`[^\`\n]*${word}(?![\\w-])[^\`\n]*\``).test(text)

describe('every word of the command line is explained', () => {
  const options = [...source.matchAll(/'(--[a-z-]+)/g)].map(([, option = '']) => option)
  const commands = [...source.matchAll(/\.command\('([a-z]+)'\)/g)].map(([, command = '']) => command)

  test('they are found', () => {
    expect(commands).toEqual(['serve', 'check', 'eval', 'route', 'activity', 'send', 'queue'])
    expect(options).toEqual(expect.arrayContaining(['--data', '--follow', '--bounce', '--resolve']))
  })

  test.each([...new Set(options)])('%s', (option) => {
    expect(mentions(page, option)).toBe(true)
  })

  test.each(commands)('%s has a section', (command) => {
    expect(section(command).length).toBeGreaterThan(100)
  })
})

describe('the JSON of activity is explained', () => {
  const events = activityEvent.options.map((option) => [option.shape.type.value, Object.keys(option.shape)] as const)

  test.each(events)('%s', (type, fields) => {
    const text = section('activity')
    expect([type, ...fields].filter((word) => !mentions(text, word))).toEqual([])
  })

  test('the words for statuses', () => {
    const words = [...outcomeKind.options, ...disposition.options]
    expect(words.filter((word) => !mentions(section('activity'), word))).toEqual([])
    expect(recipientStatus.options.filter((word) => !mentions(section('queue'), word))).toEqual([])
  })
})

test('every example in JSON is JSON', () => {
  const blocks = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, text = '']) => text)
  expect(blocks.length).toBeGreaterThan(5)
  for (const block of blocks) expect(() => JSON.parse(block) as unknown, block).not.toThrow()
})
