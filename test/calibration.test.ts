// The bench, measured: what is put in below the transports comes out as what it is; and with nothing put in, every check says so.
import { expect, test } from 'vitest'
import { calibrate } from '../bench/calibration.ts'
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
