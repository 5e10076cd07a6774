import type { Clock, Timer } from '../../main/engine/system/index.ts'
import { Chance } from './chance.ts'

interface Due {
  readonly at: number
  readonly order: number
  /** The start of the engine it belongs to; 0 for the world around it. */
  readonly life: number
  /** The engine itself asked for it; else it is an answer of the world to the engine. */
  readonly isTimer: boolean
  /** Where it was asked for; only when somebody listens. */
  readonly from: string
  run: (() => void) | null
}

/**
 * Time and its order: everything that happens is an event that was put here with a delay. The clock jumps from one to the next, so a day
 * costs as much as what happens in it. Between two events the engine runs until it waits for another one.
 */
export class World {
  readonly chance: Chance
  /** Monotonic milliseconds. */
  mono = 0
  /** Wall clock minus monotonic. */
  wallOffset = Date.UTC(2026, 10, 23, 12)
  steps = 0
  /** Which start of the engine is alive: events of earlier ones do not happen any more. */
  life = 1
  /** What happened, as one number: two runs of a seed are the same when this is. */
  hash = 0x811c9dc5
  /** Hears every noted event, for people. */
  tell: ((line: string) => void) | null = null
  readonly #heap: Due[] = []
  #order = 0
  #number = 0

  constructor(seed: number) {
    this.chance = new Chance(seed)
  }

  /** For things that need one of their own. */
  nextNumber(): number {
    return ++this.#number
  }

  get wall(): number {
    return this.wallOffset + this.mono
  }

  /** What is worth knowing; part of the hash. */
  note(text: string): void {
    let hash = this.hash
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
    this.hash = hash >>> 0
    this.tell?.(`${(this.mono / 1000).toFixed(3)} ${text}`)
  }

  /** An event of the world around the engine. */
  after(delayMs: number, run: () => void): Timer {
    return this.#put(delayMs, run, 0)
  }

  /** An event that only the engine now alive can see. */
  afterInEngine(delayMs: number, run: () => void): Timer {
    return this.#put(delayMs, run, this.life)
  }

  /** The clock of the engine now alive. */
  clock(): Clock {
    const { life } = this
    return {
      now: () => Math.floor(this.wall),
      monotonic: () => this.mono,
      after: (delayMs, run) => this.#put(Math.max(0, delayMs), run, life, true),
    }
  }

  /** Runs the next event and gives the engine its turn. @returns false when nothing is left to happen */
  async step(): Promise<boolean> {
    const due = this.#take()
    if (due === undefined) return false
    this.mono = Math.max(this.mono, due.at)
    this.steps++
    this.hash = Math.imul(this.hash ^ (due.order & 0xffff) ^ Math.floor(this.mono * 16), 0x01000193) >>> 0
    due.run?.()
    await quiet()
    return true
  }

  /** When the next event is due; null when there is none. */
  get nextAt(): number | null {
    this.#dropDead()
    return this.#heap[0]?.at ?? null
  }

  /** Timers that the engine of that life has not cancelled. */
  timersOf(life: number): number {
    const left = this.#heap.filter((due) => due.life === life && due.isTimer && due.run !== null)
    for (const { from } of left) this.tell?.(`a timer ${from}`)
    return left.length
  }

  /** The engine now alive is no more; what it waited for does not come. */
  endLife(): void {
    this.life++
  }

  #put(delayMs: number, run: () => void, life: number, isTimer = false): Timer {
    const due: Due = {
      at: this.mono + delayMs,
      order: this.#order++,
      life,
      isTimer,
      from: isTimer && this.tell !== null ? (new Error('from').stack ?? '') : '',
      run,
    }
    push(this.#heap, due)
    return {
      cancel: () => {
        due.run = null
      },
    }
  }

  #dead(due: Due): boolean {
    return due.run === null || (due.life !== 0 && due.life !== this.life)
  }

  #dropDead(): void {
    while (this.#heap[0] !== undefined && this.#dead(this.#heap[0])) pop(this.#heap)
  }

  #take(): Due | undefined {
    this.#dropDead()
    return pop(this.#heap)
  }
}

/** Resolves when promises and ticks have all run: nothing in this process goes on by itself after that. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(heap: Due[], due: Due): void {
  let at = heap.length
  heap.push(due)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Due
    if (!isBefore(due, above)) break
    heap[at] = above
    at = parent
  }
  heap[at] = due
}

function pop(heap: Due[]): Due | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || heap.length === 0) return first
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    if (left >= heap.length) break
    const right = left + 1
    const child = right < heap.length && isBefore(heap[right] as Due, heap[left] as Due) ? right : left
    if (!isBefore(heap[child] as Due, last)) break
    heap[at] = heap[child] as Due
    at = child
  }
  heap[at] = last
  return first
}
