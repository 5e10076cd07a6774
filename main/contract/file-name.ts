/** Names that Windows keeps for devices, with any extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i
/** What no file system takes everywhere. */
const FORBIDDEN = /[<>:"|?*]/g
/** Control, formatting (bidi and zero-width among them), surrogate and private characters: nothing that shows a name as another. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu
const MAX_LENGTH = 120
const MAX_EXTENSION = 12

/**
 * A name from a message as a file name that every system takes and that shows what it is: no path, no device name, no hidden file, no character
 * that turns the reading direction, at most 120 letters with its extension kept.
 * @param fallback used when nothing is left, for example `attachment`
 */
export function safeFileName(name: string, fallback: string): string {
  const last = name.replace(UNSEEN, '').split(/[/\\]/).at(-1) ?? ''
  const plain = last.normalize('NFC').replace(FORBIDDEN, '_').replace(/\s+/g, ' ')
  const trimmed = plain.replace(/^[. ]+/, '').replace(/[. ]+$/, '')
  if (trimmed === '') return fallback
  return shortened(RESERVED.test(trimmed) ? `_${trimmed}` : trimmed)
}

function shortened(name: string): string {
  const letters = [...name]
  if (letters.length <= MAX_LENGTH) return name
  const extension = extensionOf(name)
  const end = extension === '' || extension.length > MAX_EXTENSION ? '' : `.${extension}`
  return `${letters
    .slice(0, MAX_LENGTH - end.length)
    .join('')
    .replace(/[. ]+$/, '')}${end}`
}

/** What stands after the last dot, in small letters; '' without one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase()
}

/** What a computer would run when it is opened: programs, scripts, installers, shortcuts, disk images, documents with macros. */
const RUNS = new Set(
  (
    'exe com scr pif cpl bat cmd js jse vbs vbe wsf wsh ps1 psm1 msi msp mst hta jar lnk url reg scf inf gadget application appref-ms msc chm hlp ' +
    'iso img vhd vhdx docm dotm xlsm xltm xlam pptm potm ppam sldm xll one svg html htm xhtml mht mhtml shtml ' +
    'app command dmg pkg mpkg workflow terminal scpt sh bash zsh csh run desktop appimage deb rpm snap py pyc pyw pl rb php library-ms settingcontent-ms'
  ).split(' '),
)

/** Whether opening a file of this name may run something. */
export function mayRun(name: string): boolean {
  return RUNS.has(extensionOf(safeFileName(name, '')))
}
