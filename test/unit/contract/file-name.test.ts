import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { mayRun, safeFileName } from '../../../main/contract/index.ts'

describe('a name from a message becomes a file name', () => {
  test.each([
    ['scan 12.pdf', 'scan 12.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\System32\\evil.dll', 'evil.dll'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['a\u0000b\u0007.txt', 'ab.txt'],
    ['a\u200Bb\uFEFF.txt', 'ab.txt'],
    ['what: "is" this?*.pdf', 'what_ _is_ this__.pdf'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['com1.pdf', '_com1.pdf'],
    ['console.txt', 'console.txt'],
    ['.bashrc', 'bashrc'],
    ['report.pdf. . .', 'report.pdf'],
    ['...', 'attachment'],
    ['', 'attachment'],
    ['folder/', 'attachment'],
    ['Übersicht.pdf', 'Übersicht.pdf'],
    ['line\r\nbreak.txt', 'linebreak.txt'],
  ])('%j is saved as %j', (name, safe) => {
    expect(safeFileName(name, 'attachment')).toBe(safe)
  })

  test('a long one keeps its extension', () => {
    const safe = safeFileName(`${'x'.repeat(5000)}.pdf`, 'attachment')
    expect(safe).toHaveLength(120)
    expect(safe.endsWith('x.pdf')).toBe(true)
  })

  test('whatever it was, it has no path, no control and no end that Windows drops', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const safe = safeFileName(name, 'attachment')
        expect(safe).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cf}]/u)
        expect(safe).not.toMatch(/^[. ]|[. ]$/)
        expect([...safe].length).toBeLessThanOrEqual(120)
        expect(safeFileName(safe, 'attachment')).toBe(safe)
      }),
    )
  })
})

test.each([
  ['invoice.pdf.exe', true],
  ['invoice\u202Efdp.EXE', true],
  ['setup.exe. ', true],
  ['macro.docm', true],
  ['page.html', true],
  ['scan.pdf', false],
  ['photo.jpeg', false],
  ['exe', false],
])('opening %j may run something: %s', (name, runs) => {
  expect(mayRun(name)).toBe(runs)
})
