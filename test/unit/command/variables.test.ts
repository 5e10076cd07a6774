import { describe, expect, test } from 'vitest'
import { readSetting, readVariables, strangeVariables } from '../../../main/command/variables.ts'

describe('--set NAME=VALUE', () => {
  test.each<[string, readonly [string, number | string] | null]>([
    ['retry_num=2', ['retry_num', 2]],
    ['retry_num=-2', ['retry_num', -2]],
    ['retry_num=+2', ['retry_num', 2]],
    ['retry_num=007', ['retry_num', 7]],
    ['size=9007199254740991', ['size', 9007199254740991]],
    ['size=9007199254740993', ['size', '9007199254740993']],
    ['sender=ann@example.org', ['sender', 'ann@example.org']],
    ['sender=', ['sender', '']],
    ['sender= 2', ['sender', ' 2']],
    ['last_status=a=b', ['last_status', 'a=b']],
    ['size=1.5', ['size', '1.5']],
    ['size=1e3', ['size', '1e3']],
    ['size=0x10', ['size', '0x10']],
    ['=2', null],
    ['retry_num', null],
    ['', null],
  ])('%s', (text, read) => {
    expect(readSetting(text)).toEqual(read)
  })
})

describe('--vars and --set together', () => {
  test.each<[string, string[], string | undefined, Record<string, unknown>]>([
    ['nothing', [], undefined, {}],
    ['any JSON', [], '{"retry_num": 2, "recipients": ["a@b.example"]}', { retry_num: 2, recipients: ['a@b.example'] }],
    ['--set wins', ['retry_num=3'], '{"retry_num": 2, "size": 1}', { retry_num: 3, size: 1 }],
    ['the last --set wins', ['retry_num=3', 'retry_num=4'], undefined, { retry_num: 4 }],
  ])('%s', (_, settings, json, variables) => {
    expect(readVariables(settings, json)).toEqual({ ok: true, variables })
  })

  test.each([
    ['no JSON', [], '{', /^--vars is not JSON: /],
    ['a list', [], '[]', /^--vars wants an object/],
    ['null', [], 'null', /^--vars wants an object/],
    ['a number', [], '3', /^--vars wants an object/],
    ['no name', ['=3'], undefined, /^--set wants NAME=VALUE, found "=3"$/],
  ])('%s is told', (_, settings, json, problem) => {
    expect(readVariables(settings, json)).toEqual({ ok: false, problem: expect.stringMatching(problem) as string })
  })
})

test('a name that no rule has is told, with the one that was meant', () => {
  expect(strangeVariables({ retry_num: 1, mx: 'a', retry_nun: 2 })).toEqual([expect.stringContaining('was "retry_num" meant?')])
  expect(strangeVariables({ zzzzzz: 2 })).toEqual(['There is no variable "zzzzzz", so giving it a value changes nothing'])
  expect(strangeVariables({})).toEqual([])
})
