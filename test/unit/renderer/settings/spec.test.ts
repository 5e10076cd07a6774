import { describe, expect, test } from 'vitest'
import type { SettingsView } from '../../../../main/contract/settings.ts'
import { writtenAt, writtenValues } from '../../../../renderer/lib/config/written.ts'
import { madeUpConfig } from '../../../../renderer/preview/made-up-settings.ts'
import { draftOf, foreignText, isForeign, valueOf } from '../../../../renderer/screens/settings/spec.ts'
import type { Spec } from '../../../../renderer/screens/settings/spec.ts'
import { defences, hostname, keeping, limits, lookups, reports } from '../../../../renderer/screens/settings/specs.ts'
import { amountOf, amountText, listOf, waitsText } from '../../../../renderer/screens/settings/units.ts'

const settings: SettingsView = madeUpConfig.settings
const spec = (kind: Spec['kind'], now: string | number, units?: Spec['units']): Spec => ({
  key: 'a.b',
  kind,
  label: 'settings.hostname',
  inForce: () => now,
  ...(units === undefined ? {} : { units }),
})

test.each([
  [86_400_000 * 3, ['d', 'h'], { amount: '3', unit: 'd' }],
  [86_400_000 * 1.5, ['d', 'h'], { amount: '36', unit: 'h' }],
  [90_000, ['s', 'm'], { amount: '90', unit: 's' }],
  [500, ['s', 'm'], null],
  [50 * 1024 ** 2, ['K', 'M', 'G'], { amount: '50', unit: 'M' }],
  [0, ['M', 'G'], { amount: '0', unit: 'M' }],
] as const)('%d in %j is %j', (value, units, amount) => {
  expect(amountOf(value, units)).toEqual(amount)
})

test.each([
  [{ amount: '3', unit: 'd' }, '3d'],
  [{ amount: '50', unit: 'M' }, '50 MB'],
  [{ amount: '1234', unit: 'B' }, '1234'],
] as const)('%j is written %s', (amount, text) => {
  expect(amountText(amount)).toBe(text)
})

test('waits are typed as a list', () => {
  expect(waitsText([120_000, 3_600_000, 500, 86_400_000])).toBe('2m, 1h, 500ms, 1d')
  expect(listOf(' 2m ,, 1h,')).toEqual(['2m', '1h'])
})

describe('what is typed becomes what is written', () => {
  test.each([
    ['number', { text: ' 25 ', unit: null }, 25],
    ['number', { text: 'many', unit: null }, 'many'],
    ['number', { text: '', unit: null }, null],
    ['duration', { text: '90', unit: 'd' }, '90d'],
    ['duration', { text: '1.5', unit: 'h' }, '1.5'],
    ['size', { text: '50', unit: 'M' }, '50 MB'],
    ['size', { text: '0', unit: 'M' }, 0],
    ['size', { text: '1234', unit: 'B' }, 1234],
    ['list', { text: 'a, b', unit: null }, ['a', 'b']],
    ['switch', { text: '1', unit: null }, true],
    ['expression', { text: "The office's mail", unit: null }, "'The office\\'s mail'"],
    ['text', { text: ' a.test ', unit: null }, 'a.test'],
    ['text', { text: '  ', unit: null }, null],
  ] as const)('%s %j', (kind, draft, value) => {
    expect(valueOf({ kind }, draft)).toEqual(value)
  })
})

describe('what the window cannot express is left alone', () => {
  test.each([
    ['text', 'a.test', false],
    ['text', '%{env:NAME}%', true],
    ['duration', '90d', false],
    ['duration', { days: 3 }, true],
    ['expression', "'Mail of the office'", false],
    ['expression', "'postmaster@' + config_get('report.domain')", true],
    ['expression', [{ else: "'a'" }], true],
    ['list', ['a', 'b'], false],
    ['text', undefined, false],
  ] as const)('%s %j', (kind, written, foreign) => {
    expect(isForeign(spec(kind, ''), written)).toBe(foreign)
  })

  test('and shown as it stands there', () => {
    expect(foreignText("'a' + 'b'")).toBe("'a' + 'b'")
    expect(foreignText([{ else: "'a'" }])).toBe('[{"else":"\'a\'"}]')
  })
})

test('an amount that no unit leaves whole is shown in the smallest', () => {
  expect(draftOf(spec('size', 1234, ['K', 'M']), settings, 1234)).toEqual({ text: '1234', unit: 'B' })
  expect(draftOf(spec('duration', 1500, ['s', 'm']), settings, '1500ms')).toEqual({ text: '1500', unit: 'ms' })
})

test('each field shows what is in force, and leaving it as it is writes the same', () => {
  for (const one of [hostname, ...reports, ...limits, ...defences, ...lookups, ...keeping]) {
    const draft = draftOf(one, settings, undefined)
    expect(draft.text, one.key).not.toBe('')
    expect(valueOf(one, draft), one.key).not.toBeNull()
  }
})

test('values are found as they are written, macros and all', () => {
  const values = writtenValues('[limits]\nmessage-size = "%{env:SIZE}%"\n[queue.schedule."a.b"]\nretry = ["1m"]\n')
  expect(writtenAt(values, ['limits', 'message-size'])).toBe('%{env:SIZE}%')
  expect(writtenAt(values, ['queue', 'schedule', 'a.b', 'retry'])).toEqual(['1m'])
  expect(writtenAt(values, ['limits', 'toString'])).toBeUndefined()
  expect(writtenAt(writtenValues('[limits'), ['limits'])).toBeUndefined()
})
