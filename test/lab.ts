// A real lab for a test: any free port, certificates in a folder of this process, clients that trust its CA.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEvent, isCursor, parseCursor } from '../src/core/event.ts'
import type { Cursor, FeedEvent, Gap } from '../src/core/event.ts'
import type { After } from '../src/core/feed.ts'
import { recorder } from '../src/core/recorder.ts'
import type { Verdict } from '../src/core/recorder.ts'
import { startLab } from '../src/server/start.ts'
import type { Lab, LabOptions } from '../src/server/start.ts'
import { clients } from '../transports/clients.ts'
import type { TransportName } from '../transports/clients.ts'
import type { ConnectionState } from '../transports/contract.ts'
import { nodePlatform } from '../transports/platform.ts'

export const httpVersions = ['1.1', '2'] as const
export type HttpVersion = (typeof httpVersions)[number]

/** In that of the whole run (folder.ts); without one, by hand, it goes with this process. */
const folder = mkdtempSync(join(process.env.WIRELAB_TESTS ?? tmpdir(), 'wirelab-test-'))
if (!process.env.WIRELAB_TESTS) process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
/** One for each process: an authority is made once for each, and no two write the same files. */
export const certs = join(folder, 'certs')

export function startTestLab(options: LabOptions = {}): Promise<Lab> {
  return startLab({ port: 0, certs, source: 'none', ...options })
}

export interface Follower {
  events: FeedEvent[]
  gaps: Gap[]
  states: ConnectionState[]
  /** What came with the states. */
  causes: unknown[]
  /** What the history checker says of all that was handed over, against the log of the lab, from the first event on. */
  verdict(): Verdict
  /** Resolves when `check` holds; rejects with what was seen when it does not within `ms`. */
  until(check: () => boolean, what: string, ms?: number): Promise<void>
  close(): Promise<void>
}

export interface FollowOptions {
  transport: TransportName
  http?: HttpVersion
  after?: After
  pollMs?: number
  /** Another way to the lab, e.g. through a proxy. */
  port?: number
  headers?: Record<string, string>
  /** What the client shows of itself. */
  client?: { cert: string; key: string }
  /** False: `events` stays empty, and the verdict compares no bytes; for runs whose events would fill the memory. */
  keep?: boolean
  onEvent?: (event: FeedEvent) => void
}

/** Follows a lab with the real client over real TLS and keeps what it saw. */
export function follow(
  lab: Lab,
  { transport, http = '1.1', after = 'now', pollMs = 20, port = lab.port, keep = true, ...rest }: FollowOptions,
): Follower {
  const { headers, client, onEvent } = rest
  const platform = nodePlatform({ http, ca: lab.authority!.ca, ...(headers && { headers }), ...(client && { client }) })
  const events: FeedEvent[] = []
  const gaps: Gap[] = []
  const states: ConnectionState[] = []
  const causes: unknown[] = []
  const history = recorder({ keep, ...(isCursor(after) && { after }) })
  const waiting = new Set<() => void>()
  const changed = () => waiting.forEach((look) => look())
  const connection = clients[transport]({
    origin: `https://localhost:${port}`,
    after,
    platform,
    pollMs,
    onEvent(event) {
      history.observe(event)
      if (keep) events.push(event)
      onEvent?.(event)
      changed()
    },
    onGap: (gap) => (history.gap(gap), gaps.push(gap), changed()),
    onState: (state, cause) => (states.push(state), causes.push(cause), changed()),
  })
  return {
    events,
    gaps,
    states,
    causes,
    verdict() {
      const { epoch, tail } = lab.feed
      const held = new Map(lab.feed.since('earliest').entries.map(({ id, bytes }) => [id, bytes]))
      const offsetOf = (id: string) => parseCursor(id)!.offset
      const first = events[0] ? offsetOf(events[0].id) : offsetOf(tail) + 1
      return history.verdict({
        epoch,
        first,
        last: offsetOf(tail),
        ...(keep && { bytes: (id) => held.get(id) }),
        held: (id) => held.has(id),
      })
    },
    until: (check, what, ms = 10_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!check()) return
          waiting.delete(look)
          clearTimeout(timer)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.delete(look)
          const seen = `${events.length} events (last ${events.at(-1)?.id}), ${gaps.length} gaps, states ${states.join(' ')}`
          reject(
            new Error(
              `${transport}/${http}: not within ${ms} ms: ${what}; saw ${seen}; last cause ${String(causes.findLast(Boolean))}`,
            ),
          )
        }, ms)
        waiting.add(look)
        look()
      }),
    async close() {
      connection.close()
      await platform.close()
    },
  }
}

/** Publishes `count` events with their number as data. */
export async function publish(lab: Lab, count: number, type = 'tick'): Promise<FeedEvent[]> {
  const events: FeedEvent[] = []
  for (let n = 1; n <= count; n++) events.push(await lab.feed.publish({ type, data: { n } }))
  return events
}

export const ids = (events: readonly { id: Cursor }[]) => events.map(({ id }) => id)
export const text = (event: FeedEvent) => new TextDecoder().decode(encodeEvent(event))

export function open(follower: Follower): Promise<void> {
  return follower.until(() => follower.states.at(-1) === 'open', 'to be open')
}

/** One request on a connection of its own. @returns the body. */
export async function get(lab: Lab, path: string): Promise<string> {
  const platform = nodePlatform({ ca: lab.authority!.ca })
  const response = await platform.fetch(lab.url + path)
  const body = await response.text()
  await platform.close()
  return body
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
