import type { TranscriptLine } from '../../main/contract/activity.ts'
import type { Args, Notice, Result } from '../../main/contract/channels.ts'

type Tell = (line: Notice<'relay.testLine'>) => void

/** A relay test that takes its time, so that it can be watched. The password `wrong` is refused, `silent` never answered. */
export function madeUpRelayTest(tell: Tell) {
  const stopping = new Map<string, () => void>()
  return {
    'relay.test': async (test: Args<'relay.test'>): Promise<Result<'relay.test'>> => {
      const said: TranscriptLine[] = []
      const stopped = new Promise<boolean>((resolve) => stopping.set(test.run ?? '', () => resolve(true)))
      const [status, words] =
        test.password === 'wrong' ? [false, '535 5.7.8 Authentication credentials invalid'] : [true, '235 2.7.0 Accepted']
      for (const line of script(test, words)) {
        const waited = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), test.run === undefined ? 0 : 160))
        if (await Promise.race([waited, stopped])) return { ok: false, cause: 'cancelled', text: '', tls: null, transcript: said }
        said.push(line)
        if (test.run !== undefined) tell({ run: test.run, line })
      }
      if (test.password === 'silent') {
        await stopped
        return { ok: false, cause: 'cancelled', text: '', tls: null, transcript: said }
      }
      return { ok: status, cause: status ? '' : 'auth-rejected', text: words, tls: 'TLSv1.3', transcript: said }
    },
    'relay.stopTest': ({ run }: Args<'relay.stopTest'>): void => stopping.get(run)?.(),
  }
}

function script({ address, port, username, password }: Args<'relay.test'>, end: string): TranscriptLine[] {
  const lines: TranscriptLine[] = [
    { at: 12, by: 'note', text: `Connecting to ${address} [203.0.113.24]:${port}` },
    { at: 43, by: 'them', text: `220 ${address} ESMTP Mail service ready` },
    { at: 43, by: 'us', text: 'EHLO mailroom.office.lan' },
    { at: 78, by: 'them', text: `250-${address} Hello [198.51.100.7]\n250-SIZE 157286400\n250-DSN\n250-STARTTLS\n250 SMTPUTF8` },
    { at: 79, by: 'us', text: 'STARTTLS' },
    { at: 110, by: 'them', text: '220 2.0.0 SMTP server ready' },
    { at: 166, by: 'note', text: 'TLSv1.3 TLS_AES_256_GCM_SHA384, certificate verified' },
    { at: 166, by: 'us', text: 'EHLO mailroom.office.lan' },
    { at: 198, by: 'them', text: '250-SIZE 157286400\n250 AUTH PLAIN LOGIN' },
  ]
  if (username === '') return [...lines, { at: 199, by: 'us', text: 'QUIT' }]
  if (password === 'silent') return [...lines, { at: 200, by: 'us', text: 'AUTH PLAIN hidden' }]
  return [...lines, { at: 200, by: 'us', text: 'AUTH PLAIN hidden' }, { at: 612, by: 'them', text: end }]
}
