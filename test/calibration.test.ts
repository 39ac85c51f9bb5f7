// The bench and the planner, measured: what is put in below the transports comes out as what it is; and with nothing put in, every check
// says so. These run alone: they measure time.
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { calibrate } from '../bench/calibration.ts'
import { calibrate as priced } from '../bench/planner/calibrate.ts'
import { UnitsFile } from '../bench/planner/file.ts'
import { needsOf } from '../bench/planner/needs.ts'
import { readUnits } from '../bench/planner/read.ts'
import { withLeaf } from '../bench/run.ts'

const told = (checks: Awaited<ReturnType<typeof calibrate>>) =>
  checks.map(
    ({ name, transport, expected, measured, ok }) =>
      `${ok ? 'holds' : 'FAILS'}: ${name}, ${transport}: ${expected}; ${measured}`,
  )

test('known delays, stalls, intervals, losses and an overload are reported as such', { timeout: 300_000 }, async () => {
  const checks = await withLeaf((common) => calibrate({ ...common, seed: 1 }))
  expect(checks.length).toBeGreaterThan(15)
  expect(told(checks).filter((line) => line.startsWith('FAILS'))).toEqual([])
})

test.each(['doubled', 'trimmed', 'first'] as const)(
  'a harness whose latencies are %s is found out',
  { timeout: 120_000 },
  async (flaw) => {
    const only = /^20 ms of delay|^one stall/
    const checks = await withLeaf((common) =>
      calibrate({ ...common, seed: 1, flaw, only, transports: ['floor', 'sse'] }),
    )
    expect(checks.map(({ transport }) => transport)).toEqual(['sse', 'floor', 'sse', 'floor'])
    for (const transport of ['floor', 'sse'])
      expect(checks.filter((check) => check.transport === transport && !check.ok)).not.toEqual([])
  },
)

test('a bench that puts nothing in fails every check', { timeout: 300_000 }, async () => {
  const checks = await withLeaf((common) =>
    calibrate({ ...common, seed: 1, broken: true, transports: ['floor', 'polling'] }),
  )
  expect(checks.length).toBeGreaterThan(8)
  expect(told(checks).filter((line) => line.startsWith('holds'))).toEqual([])
})

test(
  'prices of a small one, of one transport, are a file that can be read and planned with',
  { timeout: 180_000 },
  async () => {
    const file = await priced({ seed: 1, http: '1.1', transports: ['wss'], scale: 0.31 })
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
