// A target of the range for a test: a real one, on any free port, some of its defences off.
import { setTimeout as sleep } from 'node:timers/promises'
import { Hono } from 'hono'
import { memoryFeed } from '../src/feeds/memory.ts'
import type { Defence, Target } from '../src/range/attack.ts'
import { startTarget } from '../src/range/target.ts'
import { hostClock } from '../src/server/clock.ts'
import { readCredentials } from '../src/server/credentials.ts'
import { createMetrics } from '../src/server/metrics.ts'
import type { Wire } from '../src/server/wire.ts'
import { certs } from './lab.ts'

export interface TestTarget {
  target: Target
  /** PEM of a root that nothing here leads to. */
  otherCa: string
  /** Waits until nobody is connected any more. @throws Error when somebody stays */
  left(): Promise<void>
  close(): Promise<void>
}

export async function openTarget(off: readonly Defence[]): Promise<TestTarget> {
  const clock = hostClock()
  const { tls, authority } = await readCredentials({ certs, names: ['localhost'] })
  const other = await readCredentials({ certs: `${certs}-other`, names: ['localhost'] })
  const feed = memoryFeed({ clock })
  await feed.publish({ type: 'note', data: 'one event, so that there is something to read' })
  const metrics = createMetrics({ feed, wire: (): Wire => target.server.wire, log: () => undefined })
  const target = await startTarget({
    ...{ tls, ca: authority!.ca, port: 0, feed, metrics, clock, off },
    routes: () => new Hono(),
    arrived: () => undefined,
    published: () => undefined,
  })

  const own = target.server.wire.open // the target’s, which made its accounts

  async function left() {
    const until = performance.now() + 10_000
    while (target.server.wire.open > own) {
      if (performance.now() > until) throw new Error(`${target.server.wire.open} connections are left open`)
      await sleep(50)
    }
  }
  return {
    target,
    otherCa: other.authority!.ca,
    left,
    async close() {
      await target.close()
      feed.close()
      if (metrics.uncaught > 0) throw new Error(`${metrics.uncaught} errors that nobody expected`)
    },
  }
}
