import { describe, expect, test } from 'vitest'
import { linksInText, webAddress } from '../../../../renderer/screens/mailboxes/links.ts'
import { fetches, safeStyle } from '../../../../renderer/screens/mailboxes/safe-style.ts'
import { takeSheets } from '../../../../renderer/screens/mailboxes/take-sheets.ts'

describe('a style that only says how something looks', () => {
  test.each([
    ['color: red; padding: 4px', 'color: red;padding: 4px'],
    ['background: url(http://x/y.png); color: red', 'color: red'],
    ['background: URL ("http://x/a;b.png"); color: red', 'color: red'],
    ['background: u\\72l(http://x/y.png)', ''],
    ['background-image: image-set("x.png" 1x)', ''],
    ['width: expression(alert(1))', ''],
    ['position: fixed; top: 0', 'top: 0'],
    ['-moz-binding: url(x)', ''],
    ["font-family: 'a;b', serif; color: red", "font-family: 'a;b', serif;color: red"],
    ['no declaration at all', ''],
    ['', ''],
  ])('%j becomes %j', (style, safe) => {
    expect(safeStyle(style)).toBe(safe)
  })

  test('what would have been fetched is told', () => {
    expect(fetches('background: url(x)')).toBe(true)
    expect(fetches('color: red')).toBe(false)
  })
})

describe('style sheets are taken out of a page', () => {
  test('each with its rules, the page without them', () => {
    expect(takeSheets('<p>a</p><STYLE type="text/css">p{}</STYLE ><p>b</p><style>b{}</style>')).toEqual({
      rest: '<p>a</p><p>b</p>',
      sheets: ['p{}', 'b{}'],
    })
  })

  test('one that never ends is no sheet, and neither it nor a base is parsed as such', () => {
    expect(takeSheets('<base href="http://x"><style>p{}')).toEqual({ rest: '<x-base href="http://x"><x-style>p{}', sheets: [] })
  })

  test('megabytes of beginnings take no longer than their length', () => {
    const begun = performance.now()
    takeSheets('<style>'.repeat(150_000))
    takeSheets('<style></style'.repeat(70_000))
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})

describe('addresses in a message', () => {
  test.each([
    ['https://office.test/a?b=c', 'https://office.test/a?b=c'],
    ['  HTTP://Office.test  ', 'http://office.test/'],
    ['mailto:bob@office.test', 'mailto:bob@office.test'],
    ['javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['file:///etc/passwd', null],
    ['smb://server/share', null],
    ['//office.test', null],
    ['https://', null],
    [`https://x/${'a'.repeat(3000)}`, null],
  ])('%j is opened as %j', (value, address) => {
    expect(webAddress(value)).toBe(address)
  })

  test('those written in a text are found once each, without the full stop behind them', () => {
    const found = linksInText('See https://a.test/x. And (https://b.test/y), https://a.test/x again; javascript:alert(1)')
    expect(found.map(({ url }) => url)).toEqual(['https://a.test/x', 'https://b.test/y'])
  })

  test('no more than a list can hold', () => {
    const text = Array.from({ length: 1000 }, (_, index) => `https://a.test/${index}`).join(' ')
    expect(linksInText(text)).toHaveLength(200)
  })
})
