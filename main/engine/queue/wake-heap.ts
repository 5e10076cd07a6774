/** A value and when its time has come. */
interface Wake<T> {
  at: number
  value: T
}

/**
 * Who is to be woken when: a binary heap with one time per value. Setting and taking cost O(log n), so a hundred thousand waiting messages are
 * no burden on each other.
 */
export class WakeHeap<T> {
  private readonly heap: Wake<T>[] = []
  private readonly places = new Map<T, number>()

  /** The earliest time; null when nobody waits. */
  get nextAt(): number | null {
    return this.heap[0]?.at ?? null
  }

  /** Sets or changes the time of `value`; null takes it out. */
  set(value: T, at: number | null): void {
    const place = this.places.get(value)
    if (at === null) {
      if (place !== undefined) this.removeAt(place)
    } else if (place === undefined) {
      this.heap.push({ at, value })
      this.places.set(value, this.heap.length - 1)
      this.up(this.heap.length - 1)
    } else {
      const wake = this.heap[place] as Wake<T>
      wake.at = at
      this.up(place)
      this.down(this.places.get(value) ?? place)
    }
  }

  /** Takes out the earliest whose time is `now` or before. */
  takeDue(now: number): T | undefined {
    const first = this.heap[0]
    if (first === undefined || first.at > now) return undefined
    this.removeAt(0)
    return first.value
  }

  private removeAt(place: number): void {
    const gone = this.heap[place] as Wake<T>
    const last = this.heap.pop() as Wake<T>
    this.places.delete(gone.value)
    if (last === gone) return
    this.put(place, last)
    this.up(place)
    this.down(this.places.get(last.value) ?? place)
  }

  private up(place: number): void {
    const wake = this.heap[place] as Wake<T>
    let at = place
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = this.heap[parent] as Wake<T>
      if (above.at <= wake.at) break
      this.put(at, above)
      at = parent
    }
    this.put(at, wake)
  }

  private down(place: number): void {
    const wake = this.heap[place] as Wake<T>
    let at = place
    for (;;) {
      const left = 2 * at + 1
      const right = left + 1
      const first = this.heap[left]
      if (first === undefined) break
      const second = this.heap[right]
      const [child, below] = second !== undefined && second.at < first.at ? [right, second] : [left, first]
      if (below.at >= wake.at) break
      this.put(at, below)
      at = child
    }
    this.put(at, wake)
  }

  private put(place: number, wake: Wake<T>): void {
    this.heap[place] = wake
    this.places.set(wake.value, place)
  }
}
