import { expect, test } from 'vitest'
import { link, parsePlace } from '../../../renderer/lib/state/link.ts'

const screens = ['overview', 'activity', 'queue'] as const

test('an address leads to a screen and what it shows, and back', () => {
  const hash = link('activity', { status: 'failed', text: 'a&b=c #1', route: null, day: '' })
  expect(hash).not.toContain('route')
  expect(parsePlace(hash, screens)).toEqual({ screen: 'activity', query: { status: 'failed', text: 'a&b=c #1' } })
})
test('what names no screen is the first one', () => {
  for (const hash of ['', '#', '#/nowhere', '#/constructor']) expect(parsePlace(hash, screens).screen).toBe('overview')
})
