import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MessageMissingError } from '../../../../main/engine/maildir/index.ts'
import { makeMailFolder, putByHand } from './mail-folder.ts'

const mail = (subject: string, more = ''): string => `From: "Scanner, hall" <scan@office.test>\nSubject: ${subject}\n${more}\nhello\n`
const DAY_MS = 24 * 60 * 60 * 1000

test('mailboxes of the settings are there before any mail; folders that no setting names follow', async () => {
  const { mailboxes, folder } = await makeMailFolder()
  await putByHand(folder, 'old', '1764000000.M1P1.pc,S=120:2,S', mail('kept'))
  await mkdir(join(folder, '.hidden'))
  await mkdir(join(folder, 'Not ours'))
  await mailboxes.look()
  expect(mailboxes.summaries()).toMatchObject([
    { id: 'inbox', addresses: ['*'], configured: true, total: 0, unread: 0, lastAt: null },
    { id: 'alarms', addresses: ['alarms@office.test'], configured: true, total: 0 },
    { id: 'old', addresses: [], configured: false, total: 1, unread: 0, bytes: 120, lastAt: 1_764_000_000_000 },
  ])
})

test('a mailbox whose id needs other letters on the disk is found again by its id', async () => {
  const { mailboxes, deliver } = await makeMailFolder()
  await deliver(mail('one'), 'Büro A/B')
  await mailboxes.look()
  expect(mailboxes.summaries().map(({ id }) => id)).toContain('Büro A/B')
})

test('a delivery shows at once, on top and unread, without a look at the disk', async () => {
  const { mailboxes, deliver, told } = await makeMailFolder()
  const first = await deliver(mail('first'))
  expect(told()).toBe(0)
  await mailboxes.look()
  const second = await deliver(mail('second', 'Content-Type: multipart/mixed; boundary=x\n'))
  expect(told()).toBe(2)
  expect(mailboxes.summaries()[0]).toMatchObject({ unread: 2, total: 2 })
  const { letters } = await mailboxes.letters('inbox', 'all', 0, 10)
  expect(letters).toMatchObject([
    { id: second, subject: 'second', unread: true, hasAttachments: true, from: { name: 'Scanner, hall', address: 'scan@office.test' } },
    { id: first, subject: 'first', unread: true, hasAttachments: false },
  ])
})

test('a stretch of the list is read, not the whole', async () => {
  const { mailboxes, deliver } = await makeMailFolder()
  for (let number = 0; number < 7; number++) await deliver(mail(`n${number}`))
  const { letters } = await mailboxes.letters('inbox', 'all', 2, 3)
  expect(letters.map(({ subject }) => subject)).toEqual(['n4', 'n3', 'n2'])
  expect((await mailboxes.letters('inbox', 'all', 6, 3)).letters.map(({ subject }) => subject)).toEqual(['n0'])
})

test('marks are those of Maildir, and filters follow them', async () => {
  const { mailboxes, deliver, folder } = await makeMailFolder()
  const [one, two] = [await deliver(mail('one')), await deliver(mail('two'))]
  await mailboxes.mark('inbox', [one], { unread: false, flagged: true })
  expect(await readdir(join(folder, 'inbox', 'cur'))).toEqual([`${one}:2,FS`])
  expect((await mailboxes.messages('inbox', 'unread')).messages.map(({ id }) => id)).toEqual([two])
  expect((await mailboxes.messages('inbox', 'flagged')).messages.map(({ id }) => id)).toEqual([one])
  await mailboxes.mark('inbox', null, { unread: false })
  expect(mailboxes.summaries()[0]).toMatchObject({ unread: 0, total: 2 })
  await mailboxes.mark('inbox', [one], { unread: true })
  expect(mailboxes.summaries()[0]).toMatchObject({ unread: 1 })
})

test('what is deleted is hidden at once and can be brought back where it was', async () => {
  const { mailboxes, deliver } = await makeMailFolder()
  const ids = [await deliver(mail('one')), await deliver(mail('two')), await deliver(mail('three'))]
  const [, second = ''] = ids
  await mailboxes.delete('inbox', [second])
  expect((await mailboxes.messages('inbox', 'all')).messages.map(({ id }) => id)).toEqual([ids[2], ids[0]])
  await mailboxes.restore('inbox', [second])
  expect((await mailboxes.messages('inbox', 'all')).messages.map(({ id }) => id)).toEqual([...ids].reverse())
})

test('a day later it is gone for good; what another program marked as trashed is left alone', async () => {
  const { mailboxes, deliver, folder, clock } = await makeMailFolder()
  await putByHand(folder, 'inbox', '1764000000.M1P1.pc:2,ST', mail('theirs'))
  const id = await deliver(mail('ours'))
  await mailboxes.delete('inbox', [id])
  await clock.advance(DAY_MS - 5000)
  expect(await readdir(join(folder, 'inbox', 'cur'))).toHaveLength(2)
  await clock.advance(10_000)
  await expect.poll(() => readdir(join(folder, 'inbox', 'cur'))).toEqual(['1764000000.M1P1.pc:2,ST'])
  await expect(mailboxes.restore('inbox', [id])).rejects.toThrow(MessageMissingError)
  expect((await mailboxes.messages('inbox', 'all')).messages).toEqual([])
})

test('the next start removes what was deleted a day before it, and no sooner', async () => {
  const first = await makeMailFolder()
  const id = await first.deliver(mail('ours'))
  await first.mailboxes.delete('inbox', [id])
  first.mailboxes.stop()
  const again = await makeMailFolder(first)
  await again.mailboxes.start()
  expect(await readdir(join(first.folder, 'inbox', 'cur'))).toHaveLength(1)
  again.mailboxes.stop()
  first.clock.setWall(first.clock.now() + DAY_MS + 1000)
  const later = await makeMailFolder(first)
  await later.mailboxes.start()
  expect(await readdir(join(first.folder, 'inbox', 'cur'))).toEqual([])
  expect(await readdir(first.folder)).not.toContain('.deleted.json')
})

test('what other programs did is seen with the next look, and an unchanged folder is not read again', async () => {
  const { mailboxes, deliver, folder, told } = await makeMailFolder()
  const id = await deliver(mail('one'))
  await mailboxes.look()
  const before = told()
  await mailboxes.look()
  expect(told()).toBe(before)
  await rename(join(folder, 'inbox', 'new', id), join(folder, 'inbox', 'cur', `${id}:2,S`))
  await mailboxes.look()
  expect(mailboxes.summaries()[0]).toMatchObject({ unread: 0, total: 1 })
  await rm(join(folder, 'inbox', 'cur', `${id}:2,S`))
  await mailboxes.look()
  expect(mailboxes.summaries()[0]).toMatchObject({ unread: 0, total: 0 })
})

test('deliveries while the names are being read are neither lost nor doubled', async () => {
  const { mailboxes, deliver } = await makeMailFolder()
  for (let number = 0; number < 5; number++) await deliver(mail(`n${number}`))
  const looking = mailboxes.look()
  const late = await deliver(mail('late'))
  await looking
  const { messages } = await mailboxes.messages('inbox', 'all')
  expect(messages).toHaveLength(6)
  expect(messages[0]?.id).toBe(late)
})

test('a message from elsewhere with another time takes its place in the order', async () => {
  const { mailboxes, deliver, folder } = await makeMailFolder()
  const ours = await deliver(mail('ours'))
  await putByHand(folder, 'inbox', '1264000000.M1P1.pc:2,', mail('old'))
  await mailboxes.look()
  expect((await mailboxes.messages('inbox', 'all')).messages.map(({ id }) => id)).toEqual([ours, '1264000000.M1P1.pc'])
})
