const MOST_CHARACTERS = 200_000
const MOST_RULES = 400
const MOST_MATCHES = 20_000

/**
 * Writes the rules of a message's style sheets into the style attributes of the elements they fit. The sheets themselves are never given to the
 * frame: the policy of our page allows style attributes and no others. Media queries and the weight of selectors are lost by that; later rules
 * win, and what an element says of itself wins over all.
 */
export function spreadSheets(page: DocumentFragment, sheets: readonly string[]): void {
  const styles = new Map<Element, string>()
  let matches = 0
  for (const rule of rulesOf(sheets)) {
    for (const element of fitting(page, rule.selectorText)) {
      styles.set(element, `${styles.get(element) ?? ''}${rule.style.cssText};`)
      if (++matches > MOST_MATCHES) return writeStyles(styles)
    }
  }
  writeStyles(styles)
}

function writeStyles(styles: ReadonlyMap<Element, string>): void {
  for (const [element, style] of styles) element.setAttribute('style', `${style}${element.getAttribute('style') ?? ''}`)
}

function rulesOf(sheets: readonly string[]): CSSStyleRule[] {
  const sheet = new CSSStyleSheet()
  // A sheet that is made this way fetches nothing; @import, which it would pass over with a warning, is taken out before.
  const text = sheets.join('\n').slice(0, MOST_CHARACTERS)
  sheet.replaceSync(text.replace(/@import[^;{}]*;?/gi, ''))
  return [...sheet.cssRules].filter((rule): rule is CSSStyleRule => rule instanceof CSSStyleRule).slice(0, MOST_RULES)
}

function fitting(page: DocumentFragment, selector: string): Iterable<Element> {
  try {
    return page.querySelectorAll(selector)
  } catch {
    // Selectors that only make sense in a shown page.
    return []
  }
}
