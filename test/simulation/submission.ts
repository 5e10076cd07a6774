import type { Chance } from './chance.ts'
import type { Submission } from './ledger.ts'
import { EMPTY_DOMAIN, LOCAL_DOMAIN, MX_DOMAINS } from './plan.ts'

/** A message of any kind, to anybody. Every recipient's address is used once only, so that it says which message it belongs to. */
export function makeSubmission(chance: Chance, token: string): Submission {
  const recipients = Array.from({ length: chance.hits(0.6) ? 1 : chance.between(2, 5) }, (_, i) => {
    const domain = chance.hits(0.25) ? LOCAL_DOMAIN : chance.hits(0.05) ? EMPTY_DOMAIN : chance.pick(MX_DOMAINS)
    return `${chance.hits(0.08) ? 'nobody-' : ''}${token}-r${i}@${domain}`
  })
  const notify = new Map<string, string>()
  for (const recipient of recipients) {
    if (chance.hits(0.2)) notify.set(recipient, chance.pick(['NEVER', 'FAILURE', 'SUCCESS', 'DELAY', 'SUCCESS,FAILURE,DELAY']))
  }
  const sender = chance.hits(0.12) ? '' : `${token}@${chance.hits(0.5) ? LOCAL_DOMAIN : chance.pick(MX_DOMAINS)}`
  const size = chance.hits(0.003)
    ? chance.between(1_300_000, 3_000_000)
    : chance.hits(0.03)
      ? chance.between(130_000, 300_000)
      : chance.spread(1, 3_000)
  const lines = Array.from(
    { length: Math.ceil(size / 60) },
    (_, i) => `${chance.hits(0.1) ? '.' : ''}line ${i} ${'x'.repeat(Math.min(size, 45))}`,
  )
  const body = `From: ${sender}\r\nSubject: ${token}\r\nMessage-ID: <${token}@x>\r\nDate: Mon, 23 Nov 2026 12:00:00 +0000\r\n\r\n${lines.join('\r\n')}\r\nend of ${token}\r\n`
  return { token, sender, body, recipients, state: 'begun', notify, begunAt: 0 }
}
