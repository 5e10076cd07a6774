import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLetterSaver, freePath } from '../../../../main/engine/maildir/index.ts'
import { fromLine, mboxBody } from '../../../../main/engine/maildir/mbox.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { makeMailFolder } from './mail-folder.ts'

const run = { signal: new AbortController().signal, progress: (): void => undefined }
const mail = (subject: string, body = 'hello'): string => `From: ann@example.net\nSubject: ${subject}\n\n${body}\n`

async function mboxOf(...pieces: string[]): Promise<string> {
  let text = ''
  for await (const piece of mboxBody(Readable.from(pieces.map((piece) => Buffer.from(piece, 'latin1'))))) text += piece.toString('latin1')
  return text
}

test('a message is saved as it lies on the disk', async () => {
  const { deliver, maildir, disk, folder } = await makeMailFolder()
  const id = await deliver(mail('one'))
  const path = join(await tempFolder(), 'one.eml')
  await createLetterSaver(disk, maildir).saveMessage('inbox', id, path)
  expect(await readFile(path)).toEqual(await readFile(join(folder, 'inbox', 'new', id)))
})

test('an attachment is saved decoded; a missing one leaves nothing', async () => {
  const { deliver, maildir, disk } = await makeMailFolder()
  const id = await deliver(
    'Content-Type: multipart/mixed; boundary=a\n\n--a\n\ntext\n--a\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--a\nContent-Disposition: attachment; filename=b.txt\n\nsecond\n--a--\n',
  )
  const target = await tempFolder()
  const saver = createLetterSaver(disk, maildir)
  await saver.saveAttachment('inbox', id, 0, join(target, 'a.pdf'))
  await saver.saveAttachment('inbox', id, 1, join(target, 'b.txt'))
  expect(await readFile(join(target, 'a.pdf'), 'utf8')).toBe('hello')
  expect(await readFile(join(target, 'b.txt'), 'utf8')).toBe('second')
  await expect(saver.saveAttachment('inbox', id, 2, join(target, 'c'))).rejects.toThrow()
  expect((await readdir(target)).sort()).toEqual(['a.pdf', 'b.txt'])
})

test('a whole mailbox as mbox, oldest first, lines that look like a beginning marked', async () => {
  const { deliver, maildir, mailboxes, disk } = await makeMailFolder()
  await deliver(mail('one', 'From here on\n>From there'))
  await deliver(mail('two'))
  const path = join(await tempFolder(), 'inbox.mbox')
  const { messages } = await mailboxes.messages('inbox', 'all')
  expect(await createLetterSaver(disk, maildir).exportMailbox('inbox', messages, 'mbox', path, run)).toBe(2)
  expect(await readFile(path, 'utf8')).toBe(
    `From ann@example.net Mon Nov 23 12:00:01 2026
Return-Path: <ann@example.net>
From: ann@example.net
Subject: one

>From here on
>>From there

From ann@example.net Mon Nov 23 12:00:02 2026
Return-Path: <ann@example.net>
From: ann@example.net
Subject: two

hello

`,
  )
})

test('a whole mailbox as a folder of .eml files with names that every system takes', async () => {
  const { deliver, maildir, mailboxes, disk } = await makeMailFolder()
  await deliver(mail('../../a:b?'))
  await deliver(mail('two'))
  const path = join(await tempFolder(), 'inbox')
  const { messages } = await mailboxes.messages('inbox', 'all')
  await createLetterSaver(disk, maildir).exportMailbox('inbox', messages, 'eml', path, run)
  expect((await readdir(path)).sort()).toEqual(['1 2026-11-23 .._.._a_b_.eml', '2 2026-11-23 two.eml'])
})

test.each(['mbox', 'eml'] as const)('an export that is stopped leaves nothing behind (%s)', async (format) => {
  const { deliver, maildir, mailboxes, disk } = await makeMailFolder()
  for (const subject of ['one', 'two', 'three']) await deliver(mail(subject))
  const target = await tempFolder()
  const controller = new AbortController()
  const { messages } = await mailboxes.messages('inbox', 'all')
  const exporting = createLetterSaver(disk, maildir).exportMailbox('inbox', messages, format, join(target, 'out'), {
    signal: controller.signal,
    progress: (done) => done === 2 && controller.abort(),
  })
  await expect(exporting).rejects.toThrow()
  expect(await readdir(target)).toEqual([])
})

test('a folder that is there is not written into', async () => {
  const { disk } = await makeMailFolder()
  const target = await tempFolder()
  expect(await freePath(disk, join(target, 'inbox'))).toBe(join(target, 'inbox'))
  await writeFile(join(target, 'inbox'), '')
  expect(await freePath(disk, join(target, 'inbox'))).toBe(join(target, 'inbox 2'))
})

test('mbox does not depend on where the pieces of a message end', async () => {
  const text = 'a\r\n\r\nFrom x\r\n>From y\r\nno From\r\nlast'
  const whole = await mboxOf(text)
  expect(whole).toBe('a\n\n>From x\n>>From y\nno From\nlast\n\n')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length), { maxLength: 6 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length]
      expect(await mboxOf(...at.slice(1).map((end, index) => text.slice(at[index], end)))).toBe(whole)
    }),
  )
})

test('a line of megabytes goes through as it is', async () => {
  const line = `From ${'x'.repeat(300_000)}`
  expect(await mboxOf(line.slice(0, 100_000), line.slice(100_000), '\r\nend\r\n')).toBe(`>${line}\nend\n\n`)
})

test('a beginning names who sent it, or nobody when it is nobody’s address', () => {
  expect(fromLine('a b', 0)).toBe('From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n')
})
