// One lane inside a real browser: from when an event was due to when our client had it, and from then to when it was painted.
import type { TransportName } from '../../transports/clients.ts'
import { offsetOf } from '../browser/clock.ts'
import type { Driven } from '../browser/drive.ts'
import { pin } from '../pin.ts'
import type { Placement } from '../pin.ts'
import { browserRow } from '../browser/row.ts'
import type { Row } from '../results.ts'
import type { Stage } from '../stage.ts'
import { DRAIN_MS, SETTLE_MS } from './window.ts'

const LOOK_MS = 50

export async function browser(stage: Stage): Promise<Row[]> {
  const { scenario, ca, environment = {}, port, placement } = stage
  // puppeteer is large, and hardly a run needs it.
  const { drive } = await import('../browser/drive.ts')
  const driven = await onAllCores(placement, () =>
    drive(scenario.browser!, port, { ca, environment, handleSignals: false }),
  )
  try {
    return [await measure(stage, driven)]
  } finally {
    await driven.close()
  }
}

async function measure(stage: Stage, driven: Driven): Promise<Row> {
  const { clock, target, scenario, seed, transports } = stage
  const { rate, payload, seconds, warmSeconds, pollMs } = scenario
  const [name] = transports as [TransportName]
  const connectMs = await driven.follow(name, pollMs)
  const before = await driven.bounds(clock)
  const at = clock() + SETTLE_MS
  const from = at + Math.max(warmSeconds * 1000, name === 'polling' ? pollMs + 200 : 0)
  const span = { from, to: from + seconds * 1000 }
  await target.ask('start', { rate, payload, seed, at })
  const due = target.ask('window', span, span.to - clock() + 30_000)
  const bytes = await Promise.all([span.from, span.to].map((edge) => totalsAt(stage, edge)))
  const server = await due
  await target.ask('stop', undefined)

  const deadline = clock() + DRAIN_MS + pollMs
  const last = `${server.epoch}.${server.last}`
  const isComplete = ({ last: seen, unpainted }: Awaited<ReturnType<Driven['state']>>) =>
    unpainted === 0 && (server.last < server.first || offsetIn(seen) >= offsetIn(last))
  while (!isComplete(await driven.state()) && clock() < deadline) await sleep(LOOK_MS)
  return browserRow(stage, {
    ...{ driven, connectMs, span, server, bytes },
    clocks: offsetOf(before, await driven.bounds(clock)),
    samples: await driven.samples(),
    state: await driven.state(),
    longTasks: await driven.longTasks(),
    heap: await driven.heap(),
  })
}

const offsetIn = (cursor: string | null) => Number(cursor?.split('.')[1] ?? 0)
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))

/** What the server has counted by then. Nothing but the lane is on its wire: the page is loaded. */
async function totalsAt({ clock, target }: Stage, edge: number) {
  await sleep(edge - clock())
  return target.ask('totals', undefined)
}

/** A browser is many processes, which inherit their cores from this one: it is let go while it starts them. */
async function onAllCores<Result>({ all, generators }: Placement, start: () => Promise<Result>): Promise<Result> {
  if (all === undefined || generators === undefined) return start()
  pin(process.pid, all)
  try {
    return await start()
  } finally {
    pin(process.pid, generators)
  }
}
