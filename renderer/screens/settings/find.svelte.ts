/** What is looked for among the settings. */
class Find {
  text = $state('')
  words = $derived(this.text.toLowerCase().split(/\s+/).filter(Boolean))
}
export const find = new Find()

/** Whether all words that are looked for are somewhere in these. */
export function finds(texts: readonly string[]): boolean {
  const all = texts.join('\n').toLowerCase()
  return find.words.every((word) => all.includes(word))
}
