import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mailboxFolderName } from '../../../../main/engine/maildir/folder-name.ts'
import {
  flagLetters,
  infoSeparator,
  makeMessageName,
  messageId,
  otherLetters,
  parseMessageName,
} from '../../../../main/engine/maildir/message-name.ts'

test.each([
  ['inbox', 'inbox'],
  ['sales.2026', 'sales.2026'],
  ['Inbox', '=49nbox'],
  ['..', '=2e=2e'],
  ['../../etc', '=2e.=2f..=2fetc'],
  ['.hidden', '=2ehidden'],
  ['name.', 'name=2e'],
  ['con', '=63on'],
  ['com1.txt', '=63om1.txt'],
  ['console', 'console'],
  ['a:b\\c', 'a=3ab=5cc'],
  ['büro', 'b=c3=bcro'],
  ['a=b', 'a=3db'],
  ['', '=empty'],
])('the mailbox %j lies in %j', (id, folder) => {
  expect(mailboxFolderName(id)).toBe(folder)
})

test('no two mailboxes share a folder, even where case does not count, and none climbs out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 120 }), fc.string({ unit: 'binary', maxLength: 120 }), (one, other) => {
      const [first, second] = [mailboxFolderName(one), mailboxFolderName(other)]
      if (Buffer.from(one).compare(Buffer.from(other)) !== 0) expect(first.toLowerCase()).not.toBe(second.toLowerCase())
      expect(first).toMatch(/^[a-z0-9_=-][a-z0-9_.=-]{0,99}$/)
      expect(first).not.toMatch(/\.$/)
    }),
  )
})

test('a new name tells time, size and host, and no part of it is taken for flags', () => {
  const now = Date.UTC(2026, 10, 23, 12) + 42
  const name = makeMessageName({ now, processId: 7, count: 3, chance: 'ab12', hostname: 'pc:1/x', size: 512 })
  expect(name).toBe('1795435200.M042000P7Q3Rab12.pc_1_x,S=512')
  expect(parseMessageName(name, true)).toMatchObject({ id: name, size: 512, receivedAt: now, unread: true })
})

test.each([
  ['1000.M1P2.host,S=5:2,FS', 5, false, true],
  ['1000.M1P2.host,S=5,W=6;2,S', 5, false, false],
  ['1000.M1P2.host!2,F', null, true, true],
  ['1000.strange', null, true, false],
  ['nonsense', null, true, false],
])('the name %s is understood, whoever wrote it', (name, size, unread, flagged) => {
  const found = parseMessageName(name, false)
  expect([found.size, found.unread, found.flags.flagged]).toEqual([size, unread, flagged])
})

test('what is in new/ is unread whatever its name says', () => {
  expect(parseMessageName('1.a:2,S', true).unread).toBe(true)
})

test('flags are letters in order, and those of other programs are kept', () => {
  const { flags } = parseMessageName('1.a:2,SFab', false)
  expect(flagLetters({ ...flags, replied: true }, otherLetters('1.a:2,SFab'))).toBe('FRSab')
  expect(messageId('1.a:2,SFab')).toBe('1.a')
})

test('Windows gets a separator it allows in names', () => {
  expect([infoSeparator('win32'), infoSeparator('linux'), infoSeparator('darwin')]).toEqual([';', ':', ':'])
})
