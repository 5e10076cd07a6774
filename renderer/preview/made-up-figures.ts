import type { Args, Result, Status } from '../../main/contract/channels.ts'
import type { CountBucket, WaitingSample } from '../../main/contract/figures.ts'

const HOUR = 3_600_000
/** How an office's day goes, in percent an hour. */
const SHAPE = [0, 0, 1, 0, 0, 0, 2, 4, 9, 12, 13, 11, 7, 8, 11, 10, 7, 3, 1, 0, 0, 1, 0, 0]

/** Counts that go with the made-up status. */
export function madeUpCounts(status: () => Status) {
  return {
    'activity.counts': ({ by, sinceAt, groupBy }: Args<'activity.counts'>): Result<'activity.counts'> => {
      const { days, rack } = status()
      if (days.every((day) => day.accepted === 0)) return { series: [], waiting: [] }
      const whole = days.flatMap((day): CountBucket[] => {
        const [year = 0, month = 1, date = 1] = day.day.split('-').map(Number)
        const at = new Date(year, month - 1, date).getTime()
        return by === 'day' ? [{ ...day, at }] : hoursOf(day, at)
      })
      const buckets = whole.filter((bucket) => bucket.at >= sinceAt && bucket.at <= Date.now())
      const waiting = samples(sinceAt)
      if (groupBy === null) return { series: [{ key: '', buckets }], waiting }
      const total = rack.reduce((sum, cell) => sum + cell.delivered, 0)
      const keys = [...new Set(rack.map((cell) => cell[groupBy]))]
      const shareOf = (key: string): number =>
        rack.filter((cell) => cell[groupBy] === key).reduce((sum, cell) => sum + cell.delivered, 0) / total
      return { series: keys.map((key) => ({ key, buckets: buckets.map((bucket) => scaled(bucket, shareOf(key))) })), waiting }
    },
  }
}

function hoursOf(day: Omit<CountBucket, 'at'>, midnight: number): CountBucket[] {
  return SHAPE.map((percent, hour) =>
    scaled({ ...day, failed: hour === 14 ? day.failed * 100 : 0, at: midnight + hour * HOUR }, percent / 100),
  )
}

function scaled(bucket: CountBucket, share: number): CountBucket {
  const part = (value: number): number => Math.round(value * share)
  const counts = { delivered: part(bucket.delivered), waiting: part(bucket.waiting), held: part(bucket.held), failed: part(bucket.failed) }
  return { at: bucket.at, ...counts, accepted: counts.delivered + counts.waiting + counts.held + counts.failed }
}

/** A storm two days ago, and a few that wait now. */
function samples(sinceAt: number): WaitingSample[] {
  const now = Date.now()
  const storm = [2, 6, 14, 22, 31, 35, 30, 18, 4, 0].map((waiting, index) => ({ at: now - 44 * HOUR + index * HOUR, waiting }))
  const today = [1, 0, 3, 5, 4].map((waiting, index) => ({ at: now - 5 * HOUR + index * HOUR, waiting }))
  return [...storm, ...today].filter((sample) => sample.at >= sinceAt)
}
