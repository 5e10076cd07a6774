/** Marks that turn writing round (Unicode UAX #9), and those that hide: what others wrote is shown without their effect. */
const turning = /[\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff]/g
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g // eslint-disable-line no-control-regex -- they are what is looked for
const REPLACEMENT = '\ufffd'

/**
 * Text from outside as harmless text: marks that turn or hide writing become a visible sign, control characters their pictures, and what is
 * endless is cut. Line ends stay. Svelte escapes markup; this is about what is left.
 * @param longest  characters kept
 */
export function foreign(text: string, longest = 4000): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text
  return cut.replace(turning, REPLACEMENT).replace(controls, picture)
}

/** The picture of a control character (Unicode block 2400). */
function picture(control: string): string {
  const code = control.charCodeAt(0)
  return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code)
}
