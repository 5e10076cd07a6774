import type { Args, Notice, NoticeName, RequestName, Result } from '../../main/contract/channels.ts'
import type { Letter, MailboxSummary, OpenLetter } from '../../main/contract/mailboxes.ts'
import type { FakeOptions } from './options.ts'

type Handlers = { [R in Extract<RequestName, `mailbox.${string}`>]?: (args: Args<R>) => Result<R> }

const HOUR = 3_600_000

/** Who writes to the mailboxes here, and about what. */
const usual: readonly (readonly [from: string, address: string, subject: string, files: boolean])[] = [
  ['NAS', 'nas@alderfinch.example', 'Hyper Backup: task “Office daily” finished', false],
  ['Scanner, drawing office', 'scan2@alderfinch.example', 'Scan A2, 1 page', true],
  ['Scanner, reception', 'scan1@alderfinch.example', 'Scan from reception, 6 pages', true],
  ['NAS', 'nas@alderfinch.example', 'Snapshot replication completed on volume 1', false],
  ['Invoices program', 'billing@alderfinch.example', 'Copy of invoice 2026-1178', true],
  ['Alarm panel', 'alarm@alderfinch.example', 'Partition 1 armed by user 3', false],
  ['', 'ups@alderfinch.example', 'Battery self-test passed', false],
]
const hostile: readonly (readonly [from: string, address: string, subject: string, files: boolean])[] = [
  ['\u202Ereversed <b>name</b>', `${'a'.repeat(300)}@example.com`, '<img src=x onerror=alert(1)>', true],
  ['x'.repeat(190), 'x@example.com', '\u202E\u2066subject that turns \u0007round'.repeat(6), true],
]

const page = `<style>.head{background:#103a66;color:#fff;padding:14px} td{border:1px solid #ccc;padding:4px 10px} .n{text-align:right}</style>
<div class="head"><b style="font-size:18px">Office daily</b><br>Backup of 23 November</div>
<p>This document was sent by the device <b>nas-01</b>. <a href="https://nas.alderfinch.example/report?id=7">See the report</a></p>
<table cellspacing=0><tr><td>Files</td><td class=n>18,204</td></tr><tr><td>Size</td><td class=n>1.2 TB</td></tr></table>
<p><img src="https://tracker.example/pixel.gif" width=1 height=1><img src="https://cdn.example/logo.png" alt="Vendor logo"></p>
<script>document.title='ran'</script><form action="https://evil.example"><input name=p></form>
<a href="javascript:alert(1)">click</a> <a href="https://evil.example/login">https://bank.example/</a>`

/** Mailboxes with made-up mail. */
export function madeUpMailboxes(options: FakeOptions, tell: <N extends NoticeName>(notice: N, value: Notice<N>) => void): Handlers {
  const kinds = options.mail === 'hostile' ? hostile : usual
  const many = options.mail === 'many' ? 100_000 : 60
  let revision = 1
  const boxes: Record<string, Letter[]> = { inbox: [], archive: [], alarms: [], tom: [], 'old scanner': [] }
  if (options.mail !== 'none') {
    for (const [box, count, step] of [
      ['inbox', 8, 9],
      ['archive', many, 5],
      ['alarms', 0, 1],
      ['tom', 3, 30],
      ['old scanner', 2, 400],
    ] as const) {
      boxes[box] = Array.from({ length: count }, (_, index) => made(kinds, index, options.now - 20 * 60_000 - index * step * HOUR, box))
    }
  }
  const addresses: Record<string, string[]> = {
    inbox: ['*'],
    archive: ['archive@office.lan', '@archive.office.lan'],
    alarms: ['alarms@office.lan'],
    tom: ['tom@office.lan'],
  }

  function summaries(): MailboxSummary[] {
    const ids = options.mail === 'none' ? ['inbox'] : Object.keys(boxes)
    return ids.map((id) => {
      const letters = boxes[id] ?? []
      return {
        id,
        addresses: addresses[id] ?? [],
        configured: id in addresses,
        unread: letters.filter((letter) => letter.unread).length,
        total: letters.length,
        bytes: letters.reduce((sum, letter) => sum + (letter.size ?? 0), 0),
        lastAt: letters[0]?.receivedAt ?? null,
        revision,
      }
    })
  }
  function changed(): void {
    revision++
    tell('mailboxes.changed', summaries())
  }
  const filtered = (box: string, filter: string): Letter[] =>
    (boxes[box] ?? []).filter((letter) => filter === 'all' || (filter === 'unread' ? letter.unread : letter.flagged))
  const trash: Record<string, Letter> = {}

  return {
    'mailbox.list': () => summaries(),
    'mailbox.outline': ({ mailbox, filter }) => ({
      revision,
      times: filtered(mailbox, filter).map(({ receivedAt }) => Math.floor(receivedAt / 1000)),
    }),
    'mailbox.letters': ({ mailbox, filter, offset, limit }) => ({
      revision,
      letters: filtered(mailbox, filter).slice(offset, offset + limit),
    }),
    'mailbox.read': ({ mailbox, id }) => opened((boxes[mailbox] ?? []).find((letter) => letter.id === id)),
    'mailbox.source': () => ({ text: `Subject: made up\r\n\r\n${'a line of the source\r\n'.repeat(50)}`, cut: true }),
    'mailbox.mark': ({ mailbox, ids, unread, flagged }) => {
      boxes[mailbox] = (boxes[mailbox] ?? []).map((letter) =>
        ids === null || ids.includes(letter.id)
          ? { ...letter, unread: unread ?? letter.unread, flagged: flagged ?? letter.flagged }
          : letter,
      )
      changed()
    },
    'mailbox.delete': ({ mailbox, ids }) => {
      for (const letter of boxes[mailbox] ?? []) if (ids.includes(letter.id)) trash[letter.id] = letter
      boxes[mailbox] = (boxes[mailbox] ?? []).filter(({ id }) => !ids.includes(id))
      changed()
    },
    'mailbox.restore': ({ mailbox, ids }) => {
      const back = ids.flatMap((id) => trash[id] ?? [])
      boxes[mailbox] = [...(boxes[mailbox] ?? []), ...back].sort((a, b) => b.receivedAt - a.receivedAt)
      changed()
    },
    'mailbox.cancelExport': () => undefined,
    'mailbox.saveAttachment': ({ suggestedName }) => ({ saved: true, name: suggestedName }),
    'mailbox.saveMessage': ({ suggestedName }) => ({ saved: true, name: suggestedName }),
    'mailbox.export': ({ mailbox }) => ({ saved: true, name: `${mailbox}.mbox`, messages: (boxes[mailbox] ?? []).length }),
  }
}

function made(kinds: typeof usual, index: number, receivedAt: number, box: string): Letter {
  const [name, address, subject, hasAttachments] = kinds[index % kinds.length] ?? ['', '', '', false]
  return {
    id: `${box}-${index}`,
    receivedAt,
    size: 24_000 + ((index * 7919) % 2_000_000),
    unread: index < 2 && box !== 'old scanner',
    flagged: index === 4,
    from: { name, address },
    subject,
    hasAttachments,
  }
}

function opened(letter: Letter | undefined): OpenLetter {
  if (letter === undefined) throw new Error('This message is not in the mailbox any more.')
  const report = letter.subject.startsWith('Hyper')
  return {
    ...letter,
    size: letter.size ?? 0,
    from: letter.from === null ? [] : [letter.from],
    to: [
      { name: '', address: 'archive@office.lan' },
      { name: 'Anna Finch', address: 'anna.finch@alderfinch.example' },
    ],
    cc: [],
    replyTo: [],
    date: letter.receivedAt - (report ? 3 * HOUR : 2000),
    entryId: 'made-up-1',
    client: '192.168.1.41',
    text: report
      ? null
      : 'This document was scanned with the device drawing office.\n\nFormat A2, 400 dpi, grey. Pages: 1.\nFile name: 20261123_142658_A2.pdf\n\nhttps://scanner.alderfinch.example/jobs/142658\n\nbizhub C4050i [00:20:6B:8A:31:C0]\nThis message was sent by a device. Do not answer it.\n',
    html: report ? page : null,
    images: [],
    attachments: letter.hasAttachments
      ? [
          { index: 0, name: '20261123_142658_A2.pdf', type: 'application/pdf', size: 2_200_000 },
          ...(letter.subject.includes('<')
            ? [{ index: 1, name: '../../invoice\u202Efdp.exe', type: 'application/octet-stream', size: 90_000 }]
            : []),
        ]
      : [],
    headers: `Return-Path: <scan2@alderfinch.example>\r\nDelivered-To: archive@office.lan\r\nReceived: from scan2 ([192.168.1.41])\r\n\tby mailroom.office.lan (Mailroom) with ESMTP id made-up-1;\r\n\tMon, 23 Nov 2026 14:27:09 +0000\r\nFrom: Drawing office scanner <scan2@alderfinch.example>\r\nSubject: ${letter.subject}\r\n`,
    read: 'whole',
  }
}
