import { describe, expect, test } from 'vitest'
import { MessageMissingError, letterSource, openLetter } from '../../../../main/engine/maildir/index.ts'
import type { OpenLetter } from '../../../../main/contract/index.ts'
import { makeMailFolder } from './mail-folder.ts'

async function opened(text: string): Promise<OpenLetter> {
  const { deliver, mailboxes, maildir } = await makeMailFolder()
  const id = await deliver(text)
  return openLetter(mailboxes, maildir, 'inbox', id)
}

const HEAD =
  'From: Ann <ann@example.net>\nTo: Bob <bob@office.test>, carol@office.test\nDate: Mon, 23 Nov 2026 10:00:00 +0100\nSubject: Report\nMIME-Version: 1.0\n'
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('a plain message is read with who, when and what', async () => {
  const letter = await opened(`${HEAD}\nline one\nline two\n`)
  expect(letter).toMatchObject({
    subject: 'Report',
    from: [{ name: 'Ann', address: 'ann@example.net' }],
    to: [
      { name: 'Bob', address: 'bob@office.test' },
      { name: '', address: 'carol@office.test' },
    ],
    date: Date.UTC(2026, 10, 23, 9),
    text: 'line one\nline two\n',
    html: null,
    attachments: [],
    read: 'whole',
    entryId: null,
  })
  expect(letter.headers).toContain('Return-Path: <ann@example.net>')
})

test('our own trace line tells the entry and the device; a stranger’s does not', async () => {
  const ours =
    'Received: from scanner ([192.168.1.40])\r\n\tby pc (Mailroom) with ESMTP id 01abc-DEF\r\n\tfor <bob@office.test>;\r\n\tMon, 23 Nov 2026 09:00:00 +0000\r\n'
  expect(await opened(`${ours}${HEAD}\nhello\n`)).toMatchObject({ entryId: '01abc-DEF', client: '192.168.1.40' })
  const theirs = 'Received: from mx.example.com by mail.example.com with ESMTP id 77; Mon, 23 Nov 2026 09:00:00 +0000\n'
  expect(await opened(`${theirs}${HEAD}\nhello\n`)).toMatchObject({ entryId: null, client: null })
})

test('parts: text and markup side by side, a picture inside, a file with its size', async () => {
  const letter = await opened(`${HEAD}Content-Type: multipart/mixed; boundary=a

--a
Content-Type: multipart/related; boundary=b

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
--c
Content-Type: text/html

<p>Gruss <img src="cid:logo@x"></p>
--c--
--b
Content-Type: image/png
Content-ID: <logo@x>
Content-Disposition: inline
Content-Transfer-Encoding: base64

${PIXEL}
--b--
--a
Content-Type: application/pdf; name="=?utf-8?Q?Pl=C3=A4ne.pdf?="
Content-Disposition: attachment; filename="=?utf-8?Q?Pl=C3=A4ne.pdf?="
Content-Transfer-Encoding: base64

aGVsbG8=
--a--
`)
  expect(letter.text).toBe('Grüße')
  expect(letter.html).toContain('cid:logo@x')
  expect(letter.images).toEqual([{ cid: 'logo@x', url: `data:image/png;base64,${PIXEL}` }])
  expect(letter.attachments).toMatchObject([
    { index: 0, type: 'image/png' },
    { index: 1, name: 'Pläne.pdf', type: 'application/pdf', size: 5 },
  ])
})

describe('hostile messages', () => {
  test('markup is handed over as text and nothing in it is followed or run', async () => {
    const markup = '<script>globalThis.ran = 1</script><img src="http://127.0.0.1:1/x" onerror="globalThis.ran = 2">'
    const letter = await opened(`${HEAD}Content-Type: text/html\n\n${markup}\n`)
    expect(letter.html).toBe(`${markup}\n`)
    expect(letter.text).toBeNull()
    expect('ran' in globalThis).toBe(false)
  })

  test('an SVG is a file, never a picture inside', async () => {
    const letter = await opened(
      `${HEAD}Content-Type: image/svg+xml\nContent-ID: <a@x>\nContent-Disposition: inline\n\n<svg onload="alert(1)"></svg>\n`,
    )
    expect(letter.images).toEqual([])
    expect(letter.attachments).toMatchObject([{ type: 'image/svg+xml' }])
  })

  test('UTF-7 does not become markup', async () => {
    const letter = await opened(`${HEAD}Content-Type: text/plain; charset=utf-7\n\n+ADw-script+AD4-alert(1)\n`)
    expect(letter.text).not.toContain('<script>')
  })

  test('an unknown charset, broken base64 and broken encoded words are shown as far as they go', async () => {
    const letter = await opened(
      'From: =?utf-9?B?@@@?= <ann@example.net\nSubject: =?utf-8?B?w7w\nContent-Type: text/plain; charset=nothing-real\nContent-Transfer-Encoding: base64\n\naGVs*bG8=\n',
    )
    expect(letter.read).toBe('whole')
    expect(letter.text).toContain('hello')
    expect(letter.subject).toBe('=?utf-8?B?w7w')
  })

  test('a line of megabytes is read, and no more text is given than a person can use', async () => {
    const letter = await opened(`${HEAD}\n${'x'.repeat(3 * 1024 * 1024)}\n`)
    expect(letter.read).toBe('cut')
    expect(letter.text).toHaveLength(512 * 1024)
  })

  test('a page of megabytes is not given as markup', async () => {
    const letter = await opened(`${HEAD}Content-Type: text/html\n\n${'<b>x</b>\n'.repeat(200_000)}`)
    expect(letter).toMatchObject({ html: null, read: 'cut' })
  })

  test('endless headers do not fill the list or the window', async () => {
    const letter = await opened(`Subject: ${'s'.repeat(200_000)}\nTo: ${'a@b.test, '.repeat(5000)}z@b.test\n\nhello\n`)
    expect(letter.subject.length).toBeLessThanOrEqual(300)
    expect(letter.to.length).toBeLessThanOrEqual(100)
    expect(letter.headers.length).toBeLessThanOrEqual(64 * 1024)
  })

  test('thousands of parts in one another are told as broken, not followed', async () => {
    let text = HEAD
    for (let depth = 0; depth < 1500; depth++) text += `Content-Type: multipart/mixed; boundary=b${depth}\n\n--b${depth}\n`
    expect(await opened(`${text}\nend\n`)).toMatchObject({ read: 'broken', text: null, html: null, subject: 'Report' })
  })

  test('thousands of attachments are counted up to a limit', async () => {
    const part = '--a\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=x.bin\n\nx\n'
    const letter = await opened(`${HEAD}Content-Type: multipart/mixed; boundary=a\n\n${part.repeat(400)}--a--\n`)
    expect(letter.attachments).toHaveLength(200)
    expect(letter.read).toBe('cut')
  })

  test('a name of an attachment may be anything; it is only handed on', async () => {
    const letter = await opened(
      `${HEAD}Content-Type: application/pdf\nContent-Disposition: attachment; filename="../../\u202Efdp.exe"\n\nx\n`,
    )
    expect(letter.attachments[0]?.name).toContain('fdp.exe')
  })

  test('nothing at all is a message too', async () => {
    expect(await opened('')).toMatchObject({ subject: '', from: [], read: 'whole' })
    expect(await opened('\u0000\u0001\u0002')).toMatchObject({ from: [] })
  })
})

test('a message that is gone is told as such', async () => {
  const { deliver, mailboxes, maildir } = await makeMailFolder()
  const id = await deliver(`${HEAD}\nhello\n`)
  await maildir.remove('inbox', id)
  await expect(openLetter(mailboxes, maildir, 'inbox', id)).rejects.toThrow(MessageMissingError)
})

test('the source is what lies on the disk, its beginning when it is long', async () => {
  const { deliver, maildir } = await makeMailFolder()
  const short = await letterSource(maildir, 'inbox', await deliver(`${HEAD}\nhello\n`))
  expect(short.cut).toBe(false)
  expect(short.text).toContain('\r\nhello\r\n')
  const long = await letterSource(maildir, 'inbox', await deliver(`${HEAD}\n${'x'.repeat(1024 * 1024)}\n`))
  expect(long.cut).toBe(true)
  expect(long.text).toHaveLength(256 * 1024)
})
