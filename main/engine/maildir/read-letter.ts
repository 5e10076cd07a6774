import type { Readable } from 'node:stream'
import { MailParser } from 'mailparser'
import type { AttachmentStream, MessageText } from 'mailparser'
import type { Attachment } from '../../contract/index.ts'

/** What is in a message beside its headers. Nothing of it was run, fetched or trusted. */
export interface LetterBody {
  readonly text: string | null
  readonly html: string | null
  readonly images: readonly { readonly cid: string; readonly url: string }[]
  readonly attachments: readonly Attachment[]
  /** A limit left something out. */
  readonly cut: boolean
}

export const LETTER_LIMITS = {
  textCharacters: 512 * 1024,
  htmlCharacters: 1024 * 1024,
  attachments: 200,
  imageBytes: 1024 * 1024,
  imagesBytes: 4 * 1024 * 1024,
  nameCharacters: 1000,
}

/** Pictures that a browser draws without running anything: no SVG. */
const PICTURES = /^image\/(png|jpeg|gif|webp)$/

/** Nothing is converted or made clickable; nested messages stay files; parts and headers are bounded (1000 parts, 1 MiB of headers a part). */
const OPTIONS = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  ignoreEmbedded: true,
  checksumAlgo: false,
} as const

/**
 * Reads a message part by part; attachments are counted, not kept.
 * @throws what the parser cannot read, and errors of the disk
 */
export async function readLetter(message: Readable): Promise<LetterBody> {
  const attachments: Attachment[] = []
  const images: { cid: string; url: string }[] = []
  let imagesBytes = 0
  let content: MessageText | null = null
  let cut = false
  await parse(message, async (part) => {
    if (part.type === 'text') {
      content = part
      return
    }
    const index = attachments.length
    const wanted = PICTURES.test(part.contentType) && part.cid !== undefined && imagesBytes < LETTER_LIMITS.imagesBytes
    const { bytes, size } = await drain(part.content, wanted ? LETTER_LIMITS.imageBytes : 0)
    if (wanted && bytes !== null && part.cid !== undefined) {
      imagesBytes += size
      images.push({
        cid: part.cid.slice(0, LETTER_LIMITS.nameCharacters),
        url: `data:${part.contentType};base64,${bytes.toString('base64')}`,
      })
    }
    const { nameCharacters } = LETTER_LIMITS
    attachments.push({ index, name: (part.filename ?? '').slice(0, nameCharacters), type: part.contentType.slice(0, nameCharacters), size })
  })
  const { text, html } = { text: undefined, html: undefined, ...(content as MessageText | null) }
  if (attachments.length > LETTER_LIMITS.attachments) cut = true
  if ((text?.length ?? 0) > LETTER_LIMITS.textCharacters || (html?.length ?? 0) > LETTER_LIMITS.htmlCharacters) cut = true
  return {
    // The parser gives an empty text for a message that has only markup.
    text: text === undefined || (text === '' && html !== undefined) ? null : text.slice(0, LETTER_LIMITS.textCharacters),
    // Half a page of markup is no page: it is told to be too long instead.
    html: html === undefined || html.length > LETTER_LIMITS.htmlCharacters ? null : html,
    images,
    attachments: attachments.slice(0, LETTER_LIMITS.attachments),
    cut,
  }
}

/**
 * Gives the decoded bytes of one attachment to `take`, which reads them to the end.
 * @returns false when the message has no such attachment
 */
export async function readAttachment(message: Readable, index: number, take: (content: Readable) => Promise<void>): Promise<boolean> {
  let at = 0
  let found = false
  await parse(message, async (part) => {
    if (part.type === 'text') return
    const wanted = at++ === index
    if (!wanted) {
      await drain(part.content, 0)
      return
    }
    found = true
    await take(part.content)
  })
  return found
}

/** Each part in its order; the next comes when the last was handled. */
function parse(message: Readable, handle: (part: AttachmentStream | MessageText) => Promise<void>): Promise<void> {
  const parser = new MailParser(OPTIONS)
  return new Promise((resolve, reject) => {
    let handling = Promise.resolve()
    const fail = (thrown: unknown): void => {
      message.destroy()
      parser.destroy()
      reject(thrown instanceof Error ? thrown : new Error(String(thrown)))
    }
    parser.on('data', (part) => {
      handling = handling.then(async () => {
        await handle(part)
        if (part.type === 'attachment') part.release?.()
      })
      handling.catch(fail)
    })
    parser.on('error', fail)
    message.on('error', fail)
    parser.on('end', () => void handling.then(resolve, fail))
    message.pipe(parser)
  })
}

/** Reads to the end. @returns the bytes when there are at most `keep` of them, and how many there were */
async function drain(content: Readable, keep: number): Promise<{ readonly bytes: Buffer | null; readonly size: number }> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of content as AsyncIterable<Uint8Array>) {
    size += piece.length
    if (size <= keep) pieces.push(piece)
  }
  return { bytes: size <= keep ? Buffer.concat(pieces) : null, size }
}
