import { describe, expect, test } from 'vitest'
import { count, ordinal } from '../../../renderer/lib/format/count.ts'
import { deviceKey, deviceName } from '../../../renderer/lib/format/device.ts'
import { foreign } from '../../../renderer/lib/format/foreign.ts'
import { size } from '../../../renderer/lib/format/size.ts'
import {
  clock,
  clockSeconds,
  dayAndClock,
  dayHeading,
  dayKey,
  daysBetween,
  dayTime,
  duration,
  longDay,
  relative,
  shortMoment,
  stampTime,
} from '../../../renderer/lib/format/time.ts'

const at = (text: string): number => new Date(text).getTime()
const now = at('2026-11-23T14:42:00')
const minutes = 60_000
/** Non-breaking spaces read as spaces. */
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ')

describe('a number is grouped as the locale writes it', () => {
  test.each([
    [1819, 'en-GB', '1,819'],
    [1819, 'de-DE', '1.819'],
    [0, 'en-GB', '0'],
  ])('%d in %s', (value, locale, shown) => expect(count(value, locale)).toBe(shown))
  test.each([
    [1, 'en', '1st'],
    [2, 'en', '2nd'],
    [3, 'en', '3rd'],
    [11, 'en', '11th'],
    [22, 'en', '22nd'],
    [3, 'de', '3.'],
  ])('try %d in %s', (value, locale, shown) => expect(ordinal(value, locale)).toBe(shown))
})

describe('a size has at most three digits and never less than a kilobyte', () => {
  test.each([
    [0, '0 kB'],
    [1, '1 kB'],
    [1999, '2 kB'],
    [198_400, '198 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1_100_000, '1.1 MB'],
    [22_700_000, '22.7 MB'],
    [99_960_000, '100 MB'],
    [999_600_000, '1.0 GB'],
    [5e12, '5.0 TB'],
    [5e15, '5,000 TB'],
  ])('%d bytes', (bytes, shown) => expect(plain(size(bytes, 'en-GB'))).toBe(shown))
  test('its decimal sign is the locale’s', () => expect(plain(size(1_100_000, 'de-DE'))).toBe('1,1 MB'))
})

describe('times are the clock, days are words', () => {
  test('rows show the clock with seconds', () => expect(clockSeconds(at('2026-11-23T09:05:03'), 'en-GB')).toBe('09:05:03'))
  test('elsewhere without', () => expect(clock(at('2026-11-23T09:05:03'), 'de-DE')).toBe('09:05'))
  test.each([
    ['2026-11-23T00:00:00', 'Today'],
    ['2026-11-22T23:59:59', 'Yesterday'],
    ['2026-11-21T12:00:00', 'Saturday 21 November'],
    ['2025-11-21T12:00:00', 'Friday 21 November 2025'],
  ])('%s is %s', (time, shown) => expect(dayHeading(at(time), now, 'en-GB')).toBe(shown))
  test('the day is said in German as well', () => expect(dayHeading(at('2026-11-22T10:00:00'), now, 'de-DE')).toBe('Gestern'))
  test('a day and its clock', () => expect(dayAndClock(at('2026-11-23T14:27:00'), now, 'en-GB')).toBe('Today, 14:27'))
  test('the long day has no comma in English', () => expect(longDay(now, now, 'en-GB')).toBe('Monday 23 November'))
  test('a moment of today is only the clock', () => expect(shortMoment(at('2026-11-23T14:48:00'), now, 'en-GB')).toBe('14:48'))
  test('a moment of this week names its day', () => expect(shortMoment(at('2026-11-26T14:38:00'), now, 'en-GB')).toBe('Thu 26, 14:38'))
  test('a moment far away names its month', () => expect(shortMoment(at('2027-01-26T14:38:00'), now, 'en-GB')).toBe('26 Jan, 14:38'))
  test('the stamp has day, month and clock', () => expect(stampTime(at('2026-11-23T14:39:00'), 'en-GB')).toBe('23 Nov 14:39'))
})

describe('days are local days', () => {
  test('a key and back is the same day', () => expect(dayKey(dayTime('2026-03-29'))).toBe('2026-03-29'))
  test('the change of daylight saving does not lose a day', () => {
    expect(daysBetween(at('2026-03-28T23:30:00'), at('2026-03-30T00:30:00'))).toBe(2)
    expect(daysBetween(at('2026-10-26T00:30:00'), at('2026-10-24T23:30:00'))).toBe(-2)
  })
})

describe('how long until and how long ago', () => {
  test.each([
    [6 * minutes, 'in 6 min'],
    [5.2 * minutes, 'in 6 min'],
    [40_000, 'in 40 sec'],
    [-30_000, '30 seconds ago'],
    [-0, '0 seconds ago'],
    [-90 * minutes, '1 hour ago'],
    [3 * 24 * 60 * minutes, 'in 3 days'],
  ])('%d ms is %s', (distance, shown) => expect(relative(now + distance, now, 'en-GB')).toBe(shown))
})

describe('a duration has its two largest units', () => {
  test.each([
    [38, '38 ms'],
    [2400, '2.4 seconds'],
    [456_000, '7 minutes 36 seconds'],
    [3_600_000, '1 hour'],
    [3_600_000 * 74, '3 days 2 hours'],
    [86_400_000 + 60_000, '1 day'],
    [-5, '0 ms'],
  ])('%d ms is %s', (ms, shown) => expect(plain(duration(ms, 'en-GB'))).toBe(shown))
  test('in German', () => expect(plain(duration(456_000, 'de-DE'))).toBe('7 Minuten 36 Sekunden'))
})

describe('what others wrote has no power over what stands beside it', () => {
  test('marks that turn writing become a visible sign', () => expect(foreign('\u202egnp.exe\u2066')).toBe('\ufffdgnp.exe\ufffd'))
  test('control characters become their pictures, line ends and tabs stay', () =>
    expect(foreign('a\u0000b\u001b\n\tc\u007f')).toBe('a␀b␛\n\tc␡'))
  test('what is endless is cut', () => expect(foreign('x'.repeat(1e6), 10)).toBe(`${'x'.repeat(10)}…`))
  test('ordinary writing of any language stays as it is', () =>
    expect(foreign('Grüße, שלום, 漢字 😀 <b>')).toBe('Grüße, שלום, 漢字 😀 <b>'))
})

describe('a device', () => {
  const client = { address: '192.168.1.40', port: 2525, listener: 'lan', helo: '', account: null, tls: null }
  test.each([
    [{}, '192.168.1.40', '192.168.1.40'],
    [{ helo: 'KMBT8A31C0' }, 'KMBT8A31C0', '192.168.1.40'],
    [{ helo: '[192.168.1.40]' }, '192.168.1.40', '192.168.1.40'],
    [{ helo: 'localhost' }, '192.168.1.40', '192.168.1.40'],
    [{ helo: '192.168.1.40' }, '192.168.1.40', '192.168.1.40'],
    [{ helo: 'fe80::1' }, '192.168.1.40', '192.168.1.40'],
    [{ helo: 'nas', account: 'backup' }, 'backup', '192.168.1.40'],
  ])('%j is called %s and known by %s', (more, name, key) => {
    expect(deviceName({ ...client, ...more })).toBe(name)
    expect(deviceKey({ ...client, ...more })).toBe(key)
  })
})
