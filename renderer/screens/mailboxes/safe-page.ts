import DOMPurify from 'dompurify'
import { foreign } from '../../lib/format/foreign.ts'
import { distinctLinks, webAddress } from './links.ts'
import type { LetterLink } from './links.ts'
import { pageText } from './page-text.ts'
import { fetches, safeStyle } from './safe-style.ts'
import { spreadSheets } from './spread-sheets.ts'
import { takeSheets } from './take-sheets.ts'

/** The formatted version of a message, made harmless. */
export interface SafePage {
  /** A whole document for a frame in a sandbox; null when it is too tangled to be shown. */
  readonly document: string | null
  /** Its words alone. */
  readonly text: string
  readonly links: readonly LetterLink[]
  /** Pictures from outside that are not shown. */
  readonly leftOut: number
}

/**
 * The frame's own policy stands inside that of our page: nothing is fetched from anywhere, nothing runs, nothing is sent. Whatever the cleaning
 * below should overlook ends here, and before that at the sandbox, which has neither scripts nor our origin.
 */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"

const MOST_ELEMENTS = 20_000
const TAGS = (
  'a abbr address article b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font ' +
  'footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section small span strike strong sub summary sup table tbody td ' +
  'tfoot th thead time tr tt u ul var wbr'
).split(' ')
const ATTRIBUTES = (
  'align alt bgcolor border cellpadding cellspacing class color colspan dir face height href id lang nowrap rowspan size span src start style title ' +
  'type valign width'
).split(' ')
const PICTURE = /^data:image\/(png|jpeg|gif|webp);base64,[a-z0-9+/=\s]*$/i

/**
 * @param html as the sender wrote it
 * @param images  `data:` addresses of pictures inside the message, by Content-ID
 * @param words  what stands where a picture was left out
 */
export function safePage(html: string, images: ReadonlyMap<string, string>, words: { readonly leftOut: string }): SafePage {
  const { rest, sheets } = takeSheets(html)
  const page: DocumentFragment = DOMPurify.sanitize(rest, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    // Every attribute's value is held against this, so what has no scheme at all may stay; addresses are judged one by one below.
    ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto|cid):|data:image\/|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
    FORBID_CONTENTS: ['style', 'script', 'title', 'template', 'noscript', 'iframe', 'object', 'svg', 'math', 'select', 'textarea'],
    KEEP_CONTENT: true,
    RETURN_DOM_FRAGMENT: true,
  })
  const backgrounds = DOMPurify.removed.filter((one) => 'attribute' in one && one.attribute?.name === 'background').length
  const elements = page.querySelectorAll<HTMLElement>('*')
  const text = pageText(page)
  if (elements.length > MOST_ELEMENTS) return { document: null, text, links: [], leftOut: 0 }
  spreadSheets(page, sheets)
  const links = [...page.querySelectorAll('a')].flatMap(linkOf)
  let leftOut = backgrounds + sheets.filter(fetches).length
  for (const element of elements) if (cleaned(element)) leftOut++
  for (const picture of page.querySelectorAll('img')) if (!shown(picture, images, words.leftOut)) leftOut++
  const holder = document.createElement('div')
  holder.append(page)
  return { document: documentOf(holder.innerHTML), text, links: distinctLinks(links), leftOut }
}

/** A link is shown and leads nowhere: a frame without scripts cannot ask first. Its address stands in the list below the message. */
function linkOf(anchor: HTMLAnchorElement): LetterLink[] {
  const url = webAddress(anchor.getAttribute('href') ?? '')
  anchor.removeAttribute('href')
  if (url === null) return []
  const text = foreign(anchor.textContent.replace(/\s+/g, ' ').trim(), 200)
  anchor.setAttribute('title', foreign(url, 500))
  anchor.setAttribute('style', `color:#1a5490;text-decoration:underline;${anchor.getAttribute('style') ?? ''}`)
  return [{ text: text === '' ? url : text, url }]
}

/** @returns whether the style would have fetched a picture */
function cleaned(element: HTMLElement): boolean {
  element.removeAttribute('class')
  element.removeAttribute('id')
  const style = element.getAttribute('style')
  if (style === null) return false
  const safe = safeStyle(style)
  if (safe === '') element.removeAttribute('style')
  else element.setAttribute('style', safe)
  return fetches(style)
}

/** Pictures inside the message are drawn; the place of any other says that it is left out. */
function shown(picture: HTMLImageElement, images: ReadonlyMap<string, string>, leftOut: string): boolean {
  const source = picture.getAttribute('src') ?? ''
  const inside = source.toLowerCase().startsWith('cid:') ? images.get(contentId(source.slice(4))) : source
  if (inside !== undefined && PICTURE.test(inside)) {
    picture.setAttribute('src', inside)
    return true
  }
  const alt = picture.getAttribute('alt')?.trim() ?? ''
  const place = document.createElement('span')
  place.setAttribute('style', 'color:#6a655b;font-size:12px')
  place.textContent = isPixel(picture) ? '' : `[${alt === '' ? leftOut : foreign(alt, 200)}]`
  picture.replaceWith(place)
  return false
}

/** Counting pixels stand for nothing that a reader would miss. */
function isPixel(picture: HTMLImageElement): boolean {
  return ['width', 'height'].every((side) => /^[01](px)?$/.test(picture.getAttribute(side) ?? ''))
}

function contentId(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Senders write for white paper, so it lies on white paper in the dark theme as well. */
function documentOf(body: string): string {
  const style = 'margin:0;padding:16px;background:#ffffff;color:#1e1c18;font:13px/1.5 system-ui,sans-serif;overflow-wrap:anywhere'
  return (
    `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
    `<meta name="color-scheme" content="light"></head><body style="${style}">${body}</body></html>`
  )
}
