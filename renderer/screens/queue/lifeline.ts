/** Where things stand on a message's line from accepted (0) to given up (100), in percent. */
export interface Lifeline {
  readonly gone: number
  /** null: no next try is known. */
  readonly next: number | null
  /** When it was tried. */
  readonly tries: readonly number[]
}

const MINUTE = 60_000

/**
 * The first minutes are what matters to a person, the days after only have an end: the scale is logarithmic, one minute being its unit.
 * @param endsAt  when it is given up; null, and a week stands for the unknown end
 */
export function lifelineOf(
  { createdAt, endsAt, nextAt, triedAt }: { createdAt: number; endsAt: number | null; nextAt: number | null; triedAt: readonly number[] },
  now: number,
): Lifeline {
  const whole = Math.log1p(Math.max((endsAt ?? createdAt + 7 * 24 * 60 * MINUTE) - createdAt, MINUTE) / MINUTE)
  const at = (time: number): number => Math.min(100, Math.max(0, (100 * Math.log1p(Math.max(0, time - createdAt) / MINUTE)) / whole))
  // The next try never stands behind the present, even when it is overdue.
  return { gone: at(now), next: nextAt === null ? null : Math.max(at(nextAt), at(now)), tries: triedAt.map(at) }
}
