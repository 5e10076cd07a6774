import type { Random } from '../../main/engine/system/index.ts'

/** Numbers that look random and are the same for the same seed (sfc32). Everything a simulation decides is asked here. */
export class Chance implements Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#a = seed >>> 0
    this.#b = Math.floor(seed / 2 ** 32) >>> 0
    this.#c = 0x9e3779b9
    for (let i = 0; i < 12; i++) this.#next()
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }

  /** From 0 up to, not including, 1. */
  unit(): number {
    return this.#next() / 2 ** 32
  }

  /** True this often of one. */
  hits(probability: number): boolean {
    return probability > 0 && this.unit() < probability
  }

  below(below: number): number {
    return Math.floor(this.unit() * below)
  }

  /** A whole number, both ends included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1)
  }

  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** Small more often than large, over the orders of magnitude between both. */
  spread(from: number, to: number): number {
    return Math.round(from * (to / from) ** this.unit())
  }

  bytes(count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count)
    for (let i = 0; i < count; i++) bytes[i] = this.#next() & 0xff
    return bytes
  }

  /** Its own sequence: what one part of the world asks does not change what another hears. */
  fork(): Chance {
    return new Chance(this.#next() * 2 ** 21 + (this.#next() >>> 11))
  }
}
