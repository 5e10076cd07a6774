/**
 * The known key that was most likely meant: one that ends in what was written (`username` for `auth.username`), else the one with the fewest
 * typing mistakes, when they are few.
 */
export function nearestKey(written: string, known: readonly string[]): string | undefined {
  const wanted = normalised(written)
  const same = known.find((key) => normalised(key) === wanted) ?? known.find((key) => normalised(key).endsWith(`.${wanted}`))
  if (same !== undefined) return same
  let best: string | undefined
  let fewest = Math.floor(wanted.length / 3) + 1
  for (const key of known) {
    for (const candidate of [normalised(key), normalised(key).split('.').pop() ?? '']) {
      const distance = mistakes(wanted, candidate, fewest)
      if (distance < fewest) [best, fewest] = [key, distance]
    }
  }
  return best ?? known.find((key) => OTHER_WORDS.get(wanted)?.includes(key))
}

/** What people write for a key that has another name. */
const OTHER_WORDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['host', ['address', 'hostname']],
  ['server', ['address']],
  ['user', ['auth.username']],
  ['login', ['auth.username']],
  ['password', ['auth.secret', 'secret']],
  ['ssl', ['tls.implicit']],
  ['starttls', ['tls.implicit']],
])

function normalised(key: string): string {
  return key.slice(0, 64).toLowerCase().replaceAll('_', '-')
}

/** Insertions, deletions, replacements and swapped neighbours between two words; `limit` or more once it gets that far. */
function mistakes(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit
  let before: number[] = []
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
      const cost = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      next.push(swapped ? Math.min(cost, (before[j - 2] ?? 0) + 1) : cost)
    }
    before = row
    row = next
  }
  return row[right.length] ?? limit
}
