/** Figures of one measure over several rounds. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** @param share 0.99 for p99; the value that this share of all values does not exceed */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - (share === 0 ? 0 : 1))] ?? NaN
}

/** Rounded to three significant digits, which is more than such a machine can tell. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return 'none'
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3)
}
