import { Duplex } from 'node:stream'
import type { World } from './world.ts'

/** What the far end of a connection hears. */
export interface FarEnd {
  onBytes(bytes: Buffer): void
  /** The engine has ended its side. */
  onEnd(): void
  /** The engine's end is no more. */
  onGone(): void
}

/** A connection in memory: the engine holds `stream`, the world holds the rest. Bytes take their time and stay in order. */
export class Line {
  readonly stream: Duplex
  far: FarEnd | null = null
  /** Hears at once what the engine writes, before it travels. */
  onWritten: ((text: Buffer) => void) | null = null
  /** The engine gave its end up, or lost it. */
  engineGone = false
  /** The far end takes nothing more for now: the engine's writes wait. */
  stalled = false
  readonly #world: World
  readonly #life: number
  readonly #latencyMs: number
  readonly number: number
  #towardsFar = 0
  #towardsEngine = 0
  #farGone = false
  #heldWrites: (() => void)[] = []

  constructor(world: World, latencyMs: number, allowHalfOpen: boolean) {
    this.#world = world
    this.#life = world.life
    this.number = world.nextNumber()
    this.#latencyMs = latencyMs
    this.stream = new Duplex({
      allowHalfOpen,
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => this.#fromEngine(chunk, done),
      writev: (chunks, done) => this.#fromEngine(Buffer.concat(chunks.map(({ chunk }) => chunk as Buffer)), done),
      final: (done) => {
        this.#travel('far', () => this.far?.onEnd())
        done()
      },
      destroy: (error, done) => {
        this.engineGone = true
        this.#travel('far', () => this.#lost())
        done(error)
      },
    })
  }

  /** @param delivered  the engine has it now */
  send(bytes: Buffer, delivered: () => void = () => undefined): void {
    if (this.#farGone) return
    this.#travel('engine', () => {
      if (this.engineGone || this.stream.destroyed) return
      delivered()
      this.stream.push(bytes)
    })
  }

  /** The far end is done: no more bytes from it. */
  end(): void {
    if (this.#farGone) return
    this.#farGone = true
    this.#travel('engine', () => {
      if (!this.engineGone && !this.stream.readableEnded) this.stream.push(null)
    })
  }

  reset(): void {
    if (this.#farGone) return
    this.#farGone = true
    this.#travel('engine', () => {
      if (!this.engineGone) this.stream.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }))
    })
  }

  /** The engine's computer is off or its process killed: the far end hears of it sooner or later. */
  engineCrashed(): void {
    if (this.engineGone) return
    this.engineGone = true
    this.#travel('far', () => this.#lost())
  }

  #lost(): void {
    this.#farGone = true
    this.far?.onGone()
  }

  #fromEngine(chunk: Buffer, done: (error?: Error | null) => void): void {
    this.onWritten?.(chunk)
    if (this.#farGone) {
      // The other side answers such bytes with a reset.
      this.#world.afterInEngine(this.#latencyMs, () => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })))
      return
    }
    if (this.stalled) {
      this.#heldWrites.push(() => this.#fromEngine(chunk, done))
      return
    }
    done()
    this.#travel('far', () => this.far?.onBytes(chunk))
  }

  #travel(to: 'far' | 'engine', arrive: () => void): void {
    const { mono } = this.#world
    const at = mono + this.#latencyMs * (0.5 + this.#world.chance.unit())
    if (to === 'far') {
      this.#towardsFar = Math.max(this.#towardsFar, at)
      this.#world.after(this.#towardsFar - mono, arrive)
    } else {
      this.#towardsEngine = Math.max(this.#towardsEngine, at)
      this.#world.after(this.#towardsEngine - mono, () => {
        if (this.#life === this.#world.life) arrive()
      })
    }
  }
}
