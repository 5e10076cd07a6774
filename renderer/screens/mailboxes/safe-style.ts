/** Values that fetch something, or that older engines run; a backslash could spell any of them another way. */
const FETCHES =
  /url\s*\(|image\s*\(|image-set\s*\(|cross-fade\s*\(|element\s*\(|src\s*\(|expression\s*\(|\\|javascript:|-moz-binding|behavior/i
/** What would lay the message over something else, or hide what it says from where it says it. */
const MISPLACES = /^\s*(position|z-index|behavior|-moz-binding|src|content|animation|transition|cursor|filter|backdrop-filter)/i

/** The declarations of a style attribute that only say how something looks. @returns '' when nothing is left */
export function safeStyle(style: string): string {
  return declarationsOf(style.slice(0, 20_000))
    .filter((declaration) => declaration.includes(':') && !FETCHES.test(declaration) && !MISPLACES.test(declaration))
    .map((declaration) => declaration.trim())
    .join(';')
}

/** Whether a style names something that would be fetched. */
export function fetches(style: string): boolean {
  return /url\s*\(/i.test(style)
}

/** Cut at semicolons that stand outside quotes and brackets. */
function declarationsOf(style: string): string[] {
  const found: string[] = []
  let current = ''
  let quote = ''
  let depth = 0
  for (const letter of style) {
    if (quote !== '') quote = letter === quote ? '' : quote
    else if (letter === '"' || letter === "'") quote = letter
    else if (letter === '(') depth++
    else if (letter === ')') depth = Math.max(0, depth - 1)
    if (letter === ';' && quote === '' && depth === 0) {
      found.push(current)
      current = ''
    } else current += letter
  }
  return [...found, current]
}
