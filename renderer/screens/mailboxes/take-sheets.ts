const OPENS = /<style\b/gi
const CLOSES = /<\/style\b[^>]{0,200}>?/gi

/**
 * Takes the style sheets out of a page before anything parses it: parsers would have the browser complain of each. Not a matter of safety, for
 * what is left over is cleaned all the same; hence plain search, in time that grows with the length alone.
 */
export function takeSheets(html: string): { readonly rest: string; readonly sheets: readonly string[] } {
  const sheets: string[] = []
  let rest = ''
  let at = 0
  for (;;) {
    const open = next(OPENS, html, at)
    if (open === null) break
    const begin = html.indexOf('>', open.index)
    const close = begin < 0 ? null : next(CLOSES, html, begin)
    if (close === null) break
    rest += html.slice(at, open.index)
    sheets.push(html.slice(begin + 1, close.index).replace(/<!--|-->/g, ''))
    at = close.index + close[0].length
  }
  rest += html.slice(at)
  return { rest: rest.replace(/<(\/?)(style|base)\b/gi, '<$1x-$2'), sheets }
}

function next(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from
  return pattern.exec(text)
}
