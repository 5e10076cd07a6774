/** What a catalogue holds for a key. A phrase has `{names}` to fill in; one that counts has two forms. */
export type Phrase = string | { readonly one: string; readonly other: string }
