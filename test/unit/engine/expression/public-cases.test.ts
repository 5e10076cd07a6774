import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ExpressionError } from '../../../../main/engine/expression/index.ts'
import { CONTEXTS, compileList, evaluateList, toJson } from '../../../../main/engine/expression/index.ts'
import { compileFor, environment, jsonFor } from './support.ts'

interface ExpressionCase {
  id: string
  expr: string
  vars?: Record<string, unknown>
  ctx?: string
  result?: unknown
  type?: string
  error?: string
}
interface ListCase {
  id: string
  value: unknown
  load: string
  name?: string
  name_for?: Record<string, string>
}
const file = new URL('../../../fixtures/routing-cases.json', import.meta.url)
const cases = JSON.parse(readFileSync(file, 'utf8')) as { A: { cases: ExpressionCase[] }; B: { cases: ListCase[] } }
const contextOf = (name: string | undefined) => (name === 'host' ? 'tls' : 'route')

describe('the worked expressions', () => {
  test.each(cases.A.cases.filter((one) => one.error === undefined))('$id: $expr', async ({ expr, vars, ctx, result, type }) => {
    expect(jsonFor(expr, vars, contextOf(ctx))).toEqual({ value: result, type })
    const later = await compileFor(expr, contextOf(ctx)).evaluate(environment(vars, true))
    expect(toJson(later)).toEqual({ value: result, type })
  })

  test.each(cases.A.cases.filter((one) => one.error !== undefined))('$id: $expr is refused', ({ expr, ctx, error }) => {
    expect(() => compileFor(expr, contextOf(ctx))).toThrow(
      expect.objectContaining({ name: 'ExpressionError', kind: error }) as ExpressionError,
    )
  })
})

describe('the worked lists', () => {
  const builtIn = [{ if: "is_local_domain('*', rcpt_domain)", then: "'local'" }, { else: "'mx'" }]
  test.each(cases.B.cases)('$id', async ({ value, load, name, name_for }) => {
    const result = compileList(value ?? builtIn, CONTEXTS.route)
    if (!result.ok) {
      expect(result.problems.map(({ code }) => code)).toEqual([load])
      return
    }
    expect(load).toBe('ok')
    const pick = async (vars: Record<string, unknown>) => {
      const { value: picked } = await evaluateList(result.list, environment(vars))
      return typeof picked === 'string' ? picked : 'default'
    }
    if (name !== undefined) expect(await pick({})).toBe(name)
    for (const [rcpt, wanted] of Object.entries(name_for ?? {})) {
      expect(await pick({ rcpt, rcpt_domain: rcpt.split('@')[1] })).toBe(wanted)
    }
  })
})
