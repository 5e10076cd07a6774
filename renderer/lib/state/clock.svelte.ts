/** The time as the window shows it: a new value each second while the window is seen, so that "in 6 min" counts down by itself. */
class Clock {
  now = $state(Date.now())

  constructor() {
    setInterval(() => {
      if (typeof document === 'undefined' || !document.hidden) this.now = Date.now()
    }, 1000)
  }
}
export const clockNow = new Clock()
