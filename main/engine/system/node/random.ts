import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from '../random.ts'

export function createNodeRandom(): Random {
  return { bytes: (count) => randomBytes(count), below: (below) => randomInt(below) }
}
