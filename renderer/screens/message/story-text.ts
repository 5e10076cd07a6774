import { deviceName } from '../../lib/format/device.ts'
import { foreign } from '../../lib/format/foreign.ts'
import { clockSeconds, dayKey } from '../../lib/format/time.ts'
import { ordinal } from '../../lib/format/count.ts'
import { transcriptText } from '../../lib/ui/transcript.ts'
import { say, t } from '../../lib/words/words.svelte.ts'
import { stopWords } from './stop-words.ts'
import type { Story } from './story.ts'
import { summaryOf } from './summary.ts'

/**
 * Everything about one recipient of one message as text to paste into a mail to somebody who helps: how it stands, what happened in order, each
 * server's own words, and the transcript of the last try. Nothing in it turns or hides writing.
 */
export function storyText(story: Story, entryId: string, now: number, nameOf: (route: string) => string): string {
  const { accepted } = story
  const last = story.attempts.at(-1)
  const parts = [
    accepted === null || accepted.subject === '' ? t('subject.none') : accepted.subject,
    accepted === null ? story.recipient : t('message.who', { device: deviceName(accepted.client), recipient: story.recipient }),
    say(summaryOf(story, now, nameOf)),
    t('message.text.number', { id: entryId }),
    '',
    ...story.stops.flatMap((stop) => {
      const words = stopWords(stop, now, nameOf)
      const below = [...words.lines.map(say), ...(words.quote === null ? [] : [`> ${words.quote}`])]
      const why = words.why === null ? [] : [say(words.why)]
      return [`${dayKey(stop.at)} ${clockSeconds(stop.at)}  ${words.title}`, ...[...below, ...why, ...words.after].map(indented)]
    }),
  ]
  if (last !== undefined && last.event.transcript.length > 0) {
    parts.push('', t('message.text.tries', { try: ordinal(last.number) }), transcriptText(last.event.transcript))
  }
  return foreign(`${parts.join('\n')}\n`, 200_000)
}

function indented(text: string): string {
  return `    ${text.replaceAll('\n', '\n    ')}`
}
