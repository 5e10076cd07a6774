import { expect, test } from 'vitest'
import { StorageWatch } from '../../../main/engine/storage-watch.ts'
import { createCrashingDisk } from '../../support/crashing-disk.ts'
import { createHeldClock } from '../../support/held-clock.ts'

test('stopping in the midst of a look waits for it: no file of the look and no timer is left', async () => {
  const disk = createCrashingDisk()
  await disk.makeFolder('/data/spool')
  const clock = createHeldClock()
  let goOn: () => void = () => undefined
  const slow = new Promise<void>((resolve) => (goOn = resolve))
  const watch = new StorageWatch({
    disk: {
      ...disk,
      async create(path) {
        const file = await disk.create(path)
        await slow
        return file
      },
    },
    clock,
    activity: { raise: () => undefined, clear: () => undefined },
    dataFolder: '/data',
    freeBytes: () => Promise.resolve(1e12),
    minFreeBytes: () => 0,
    backAgain: () => undefined,
  })
  void watch.look()
  await clock.advance(0)
  expect(disk.files()).toEqual(['/data/spool/writable'])
  const stopped = watch.stop()
  goOn()
  await stopped
  expect(disk.files()).toEqual([])
  await watch.look()
  watch.low()
  expect(disk.files()).toEqual([])
  expect(clock.nextIn).toBeNull()
})
