// One lane inside a real browser: from when an event was due to when our client had it, and from then to when it was painted.
import type { TransportName } from '../../transports/clients.ts'
import { offsetOf } from '../browser/clock.ts'
import type { PageState } from '../browser/page.ts'
import type { BrowserCommands } from '../browser/process.ts'
import { browserRow } from '../browser/row.ts'
import { pin } from '../pin.ts'
import { child } from '../process.ts'
import type { Child } from '../process.ts'
import type { Row } from '../results.ts'
import type { Stage } from '../stage.ts'
import { DRAIN_MS, SETTLE_MS } from './window.ts'

const [START_MS, TELL_MS, CLOSE_MS] = [60_000, 60_000, 10_000]
const LOOK_MS = 50

export async function browser(stage: Stage): Promise<Row[]> {
  const { scenario, ca, port, offset, placement } = stage
  const driver = child<BrowserCommands>('browser', new URL('../browser/process.ts', import.meta.url))
  try {
    // What it starts inherits its cores.
    if (placement.all !== undefined) pin(driver.pid, placement.all)
    await driver.ask('open', { name: scenario.browser!, port, ca, offset }, START_MS)
    return [await measure(stage, driver)]
  } finally {
    await driver.ask('close', undefined, CLOSE_MS).catch(() => undefined) // it may never have been open, or be gone: then it is ended
    await driver.end()
  }
}

/** It is asked nothing while the window lasts. */
async function measure(stage: Stage, driver: Child<BrowserCommands>): Promise<Row> {
  const { clock, target, scenario, seed, transports } = stage
  const { rate, payload, seconds, warmSeconds, pollMs } = scenario
  const [transport] = transports as [TransportName]
  const connectMs = await driver.ask('follow', { transport, pollMs })
  const before = await driver.ask('bounds', undefined)
  const at = clock() + SETTLE_MS
  // As in kinds/window.ts: a poller has had a whole interval of events.
  const from = at + Math.max(warmSeconds * 1000, transport === 'polling' ? pollMs + 200 : 0)
  const span = { from, to: from + seconds * 1000 }
  await target.ask('start', { rate, payload, seed, at })
  const due = target.ask('window', span, span.to - clock() + 30_000)
  const bytes = await Promise.all([span.from, span.to].map((edge) => totalsAt(stage, edge)))
  const server = await due
  await target.ask('stop', undefined)

  const deadline = clock() + DRAIN_MS + pollMs
  const isComplete = ({ last, unpainted }: PageState) => unpainted === 0 && offsetIn(last) >= server.last
  while (!isComplete(await driver.ask('state', undefined)) && clock() < deadline) await sleep(LOOK_MS)
  const clocks = offsetOf(before, await driver.ask('bounds', undefined))
  return browserRow(stage, {
    connectMs,
    span,
    server,
    bytes,
    clocks,
    ...(await driver.ask('noted', undefined, TELL_MS)),
  })
}

const offsetIn = (cursor: string | null) => Number(cursor?.split('.')[1] ?? 0)
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))

/** What the server has counted by then. Nothing but the lane is on its wire: the page is loaded. */
async function totalsAt({ clock, target }: Stage, edge: number) {
  await sleep(edge - clock())
  return target.ask('totals', undefined)
}
