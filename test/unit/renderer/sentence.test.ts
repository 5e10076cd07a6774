import { expect, test } from 'vitest'
import { sentence } from '../../../renderer/lib/format/sentence.ts'

test.each([
  ['the port is in use', 'The port is in use'],
  ['it is a folder', 'It is a folder'],
  ['élan vital', 'Élan vital'],
  ['“10” has no unit', '“10” has no unit'],
  ['queue.route.relay is not defined', 'queue.route.relay is not defined'],
  ['port = 25 is taken', 'Port = 25 is taken'],
  ['safeStorage is not there', 'safeStorage is not there'],
  ['config.toml', 'config.toml'],
  ['450 try later', '450 try later'],
  ['Already one', 'Already one'],
  ['', ''],
])('%j is shown as %j', (text, shown) => expect(sentence(text)).toBe(shown))
