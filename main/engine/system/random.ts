/** Chance as the engine knows it; a seed in simulations. */
export interface Random {
  bytes(count: number): Buffer
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number
}

/** A new array in uniformly random order (Fisher-Yates). */
export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const kept = result[i] as T
    result[i] = result[j] as T
    result[j] = kept
  }
  return result
}
