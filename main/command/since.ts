const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A moment as people write it: `2h` (ago), `2026-11-23`, `2026-11-23 14:00` or a full ISO time.
 * @returns ms since 1970; null when it cannot be read
 */
export function readMoment(text: string, now: number): number | null {
  const ago = /^(\d+)\s*([smhd])$/i.exec(text.trim())
  const unit = UNIT_MS[ago?.[2]?.toLowerCase() ?? '']
  if (ago !== null && unit !== undefined) return now - Number(ago[1]) * unit
  // A bare day would be read as midnight UTC; people mean their own midnight.
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? `${text.trim()}T00:00:00` : text.trim().replace(' ', 'T')
  const moment = Date.parse(day)
  return Number.isNaN(moment) ? null : moment
}
