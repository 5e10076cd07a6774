import type { ActivityRow } from '../../../main/contract/activity.ts'
import { ask, on } from '../bridge.ts'
import { deviceKey, deviceName } from '../format/device.ts'

const wholeLog = { text: '', status: null, route: null, device: null, day: null }

/** What devices call themselves, learned from the mail they sent: counts know them by login or address only. */
class Devices {
  #names = $state.raw<ReadonlyMap<string, string>>(new Map())
  keys = $derived([...this.#names.keys()])

  /** Looks through the newest mail once and listens from then on. @returns a function that ends it */
  start(): () => void {
    const stop = on('activity.changed', ({ rows }) => this.learn(rows))
    void ask('activity.rows', { filter: wholeLog, before: null, limit: 500 }).then((answer) => {
      if (answer.ok) this.learn([...answer.value.rows].reverse())
    })
    return stop
  }
  /** @param rows  oldest first: the last name counts */
  learn(rows: readonly ActivityRow[]): void {
    const news = rows.filter((row) => this.#names.get(deviceKey(row.client)) !== deviceName(row.client))
    if (news.length > 0)
      this.#names = new Map([...this.#names, ...news.map((row) => [deviceKey(row.client), deviceName(row.client)] as const)])
  }
  nameOf(key: string): string {
    return this.#names.get(key) ?? key
  }
}
export const devices = new Devices()
