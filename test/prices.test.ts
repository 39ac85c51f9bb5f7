// The planner's unit costs, measured on a small scale: they make a file that can be planned with. How high they are depends on what else runs.
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { calibrate } from '../bench/planner/calibrate.ts'
import { UnitsFile } from '../bench/planner/file.ts'
import { needsOf } from '../bench/planner/needs.ts'
import { readUnits } from '../bench/planner/read.ts'

test(
  'prices of a small one, of one transport, are a file that can be read and planned with',
  { timeout: 180_000 },
  async () => {
    const file = await calibrate({ seed: 1, http: '1.1', transports: ['wss'], scale: 0.31 })
    expect(file.invalid).toEqual([])
    v.parse(UnitsFile, file)
    const { fitted, cpuUs, heldOut, rssKbPerConnection } = file.transports.wss!
    expect(fitted.map(({ clients }) => clients).sort((a, b) => a - b)).toEqual([16, 16, 93, 93, 93])
    expect(cpuUs.deliveries).toBeGreaterThan(0)
    // 310 clients are more than are fitted: they test it.
    expect(heldOut).toMatchObject({ clients: 310, trials: 2 })
    expect(heldOut!.cpuUsPerDelivery.predicted).toBeGreaterThan(0)
    expect(heldOut!.cpuUsPerDelivery.measured).toBeGreaterThan(0)
    expect(Math.abs(heldOut!.bytesPerEvent.error)).toBeLessThan(0.1)
    expect(rssKbPerConnection).toBeGreaterThan(0)
    const workload = {
      clients: 10_000,
      rate: 3,
      payload: 200,
      pollMs: 1000,
      roundTripMs: 40,
      busyPercent: 50,
      linkGbit: 10,
    }
    expect(needsOf(readUnits(JSON.stringify(file)), workload)).toHaveLength(1)
  },
)
