/**
 * The engine's words as a sentence of their own: with a capital, unless they begin with something that is written as it is (a key, a quoted
 * value, a number, a name with a capital inside).
 */
export function sentence(text: string): string {
  const word = /^\p{Ll}[\p{L}’'-]*(?=[\s,;.!?]|$)/u.exec(text)?.[0]
  if (word === undefined || /\p{Lu}/u.test(word) || /^\S*[._=/@]\S/.test(text)) return text
  return text.charAt(0).toLocaleUpperCase() + text.slice(1)
}
