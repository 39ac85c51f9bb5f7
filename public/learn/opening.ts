// How most runs begin, and how they wait: doors, the rate, a place in the feed, a moment that counts as 0; then pictures while time passes.
import type { Cursor } from '../../src/core/event.ts'
import type { Bench } from '../bench.ts'
import { about } from '../lab.ts'
import { overHttp1 } from './doors.ts'
import type { Run } from './run.ts'

export interface Opening {
  bench: Bench
  /** Where the feed stands: who follows it from here misses nothing of the run. */
  tail: Cursor
  /** performance.now() that counts as 0. */
  startedAt: number
  /** Milliseconds since then. */
  now(): number
}

/** `http1` are the doors that take nothing else. @throws Trouble, LabError, TypeError */
export async function begin(
  run: Pick<Run<unknown>, 'bench' | 'rate'>,
  { perSecond, http1 = [] }: { perSecond: number; http1?: readonly string[] },
): Promise<Opening> {
  const bench = await run.bench()
  await overHttp1(bench, http1)
  await run.rate(perSecond)
  const { tail } = await about()
  const startedAt = performance.now()
  return { bench, tail, startedAt, now: () => performance.now() - startedAt }
}

const LOOK_MS = 50

/** Draws for so long what is known; `look` brings it up to date. */
export async function watch<Data>(run: Pick<Run<Data>, 'show' | 'sleep'>, ms: number, look: () => Data) {
  for (const endsAt = performance.now() + ms; performance.now() < endsAt; await run.sleep(LOOK_MS)) run.show(look())
}
