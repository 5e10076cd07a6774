const BLOCKS = new Set(
  'ADDRESS ARTICLE BLOCKQUOTE CENTER DD DETAILS DIV DL DT FIGCAPTION FIGURE FOOTER H1 H2 H3 H4 H5 H6 HEADER HR LI MAIN OL P PRE SECTION SUMMARY TABLE TR UL'.split(
    ' ',
  ),
)
const PARAGRAPHS = new Set(['P', 'H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'BLOCKQUOTE', 'TABLE', 'UL', 'OL', 'PRE'])
const LONGEST = 512 * 1024

/** The words of a page as lines, for people who would rather read than look. Walks without recursion: depth costs nothing. */
export function pageText(page: Node): string {
  let text = ''
  for (let node: Node | null = page.firstChild; node !== null && text.length < LONGEST;) {
    text += opening(node)
    if (node.firstChild !== null) {
      node = node.firstChild
      continue
    }
    while (node !== null && node !== page && node.nextSibling === null) {
      text += closing(node)
      node = node.parentNode
    }
    if (node === null || node === page) break
    text += closing(node)
    node = node.nextSibling
  }
  return text
    .replace(/[ \t]*\n[ \t]*/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function opening(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) {
    const pre = node.parentElement?.closest('pre') ?? null
    return pre !== null ? (node.nodeValue ?? '') : (node.nodeValue ?? '').replace(/\s+/g, ' ')
  }
  switch (node.nodeName) {
    case 'BR':
      return '\n'
    case 'LI':
      return '\n- '
    case 'TD':
    case 'TH':
      return ' '
    case 'IMG':
      return (node as Element).getAttribute('alt') ?? ''
    default:
      return breakOf(node)
  }
}

function closing(node: Node): string {
  return node.nodeName === 'TD' || node.nodeName === 'TH' ? ' ' : breakOf(node)
}

function breakOf(node: Node): string {
  if (PARAGRAPHS.has(node.nodeName)) return '\n\n'
  return BLOCKS.has(node.nodeName) ? '\n' : ''
}
