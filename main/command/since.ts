const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A moment as people write it: `2h` (ago), `2026-11-23`, `2026-11-23 14:00` or a full ISO time.
 * @returns ms since 1970; null when it cannot be read
 */
export function readMoment(text: string, now: number): number | null {
  const ago = /^(\d+)\s*([smhd])$/i.exec(text.trim())
  const unit = UNIT_MS[ago?.[2]?.toLowerCase() ?? '']
  if (ago !== null && unit !== undefined) return now - Number(ago[1]) * unit
  const written = text.trim().replace(' ', 'T')
  // Date.parse would make something of nearly everything: "5" is a day in 2001 to it.
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}|$)/.test(written)) return null
  // A bare day would be read as midnight UTC; people mean their own midnight.
  const day = written.includes('T') ? written : `${written}T00:00:00`
  const moment = Date.parse(day)
  return Number.isNaN(moment) ? null : moment
}
