// A run of an experiment, without a page: what is opened when it has ended already is closed at once, and a storm of
// another page ends it as soon as it is seen.
import { expect, test } from 'vitest'
import type { Bench } from '../public/bench.ts'
import type { PageContext } from '../public/context.ts'
import { startRun, troubleOf } from '../public/learn/run.ts'

const context = {} as PageContext // of which it uses nothing here
const started = () => startRun({ page: context, show: () => undefined, step: () => undefined })

test('what is kept is closed at the end, the last one first; what comes later at once', async () => {
  const { run, end } = started()
  const closed: string[] = []
  const named = (name: string) => ({ close: () => void closed.push(name) })
  run.keep(named('first'))
  run.keep(named('last'))
  await end()
  expect(closed).toEqual(['last', 'first'])
  run.keep(named('late'))
  expect(closed).toEqual(['last', 'first', 'late'])
})

test('one that cannot be closed keeps no other open', async () => {
  const { run, end } = started()
  const closed: string[] = []
  run.keep({ close: () => void closed.push('first') })
  run.keep({ close: () => Promise.reject(new Error('not now')) })
  await end()
  run.keep({ close: () => Promise.reject(new Error('nor later')) })
  expect(closed).toEqual(['first'])
})

test('a storm of another page ends it as soon as its bench is told of one, be it over at the end; one of its own does not', async () => {
  const listeners = new Set<() => void>()
  const bench = {
    ...{ why: '', stormElsewhere: false, storm: null as object | null },
    refresh: () => Promise.resolve(),
    close: () => undefined,
    subscribe: (listener: () => void) => listeners.add(listener),
  }
  const page = { openBench: () => Promise.resolve(bench as unknown as Bench) } as unknown as PageContext
  const { run, end } = startRun({ page, show: () => undefined, step: () => undefined })
  const is = (now: Partial<typeof bench>) => {
    Object.assign(bench, now)
    for (const tell of listeners) tell()
  }
  await run.bench()
  const sleeping = run.sleep(60_000).catch(troubleOf)
  is({ storm: { phase: 'open' } })
  expect(run.signal.aborted).toBe(false)
  is({ storm: null, stormElsewhere: true })
  is({ stormElsewhere: false })
  expect(await sleeping).toMatch(/^A storm of another page is under way .+ Run it again/)
  await end()
  await expect(run.sleep(0)).rejects.toThrow('A storm of another page')
})
