// What the generator does besides following: ask in a closed loop, publish, and be its own source (the null transport).
import { memoryFeed } from '../../src/feeds/memory.ts'
import { watchHealth } from '../health.ts'
import type { Health } from '../health.ts'
import type { Line } from '../line.ts'
import type { Window } from '../record.ts'
import { openSenders } from '../senders.ts'
import type { SendersOptions } from '../senders.ts'
import { source } from '../source.ts'
import type { Schedule } from '../source.ts'
import type { Generator } from './clients.ts'

/** Closed loop: never for latency. */
export async function capacity(
  { options }: Generator,
  { path, connections, seconds }: { path: string; connections: number; seconds: number },
) {
  const url = `https://localhost:${options.port}${path}`
  const end = watchHealth()
  const { default: autocannon } = await import('autocannon')
  const { requests, duration, non2xx, errors, timeouts } = await autocannon({
    ...{ url, connections, duration: seconds },
    tlsOptions: { ca: options.ca },
  })
  return { answers: requests.total - non2xx, duration, failures: non2xx + errors + timeouts, health: end() }
}

/** They stay open until the process ends: their bytes are to be held against the server's. */
const published: Line[] = []
export const publishedBytes = () => published.map((line) => line.bytes())

export type UpOptions = Omit<SendersOptions, 'port' | 'publishKey' | 'secureContext' | 'clock'> &
  Record<'edge' | 'from' | 'to', number>

/** Publishes from `from` to `to`; what is due after `edge` counts. The stage has no followers then. */
export async function up({ clock, options, secureContext }: Generator, { edge, from, to, ...given }: UpOptions) {
  const { port, publishKey = '' } = options
  const senders = await openSenders({ ...given, port, publishKey, secureContext, clock })
  let endHealth: (() => Health) | undefined
  setTimeout(() => (endHealth = watchHealth()), Math.max(0, edge - clock()))
  const sent = await senders.run(from, to, edge)
  published.push(...senders.lines)
  return { ...sent, health: endHealth!(), trouble: senders.trouble }
}

let own: ReturnType<typeof source> | undefined

/** The null transport: events go from a schedule in this process to its clients, by nothing but a call. */
export async function nullStart({ clock, lots }: Generator, schedule: Schedule) {
  const feed = memoryFeed({ clock })
  const lot = lots.find(({ name }) => name === 'null')!
  own = source(feed, clock)
  feed.follow('now', ({ entries }) => {
    for (const { bytes } of entries) {
      const read = { events: [JSON.parse(new TextDecoder().decode(bytes)) as never] }
      for (const { index } of lot.clients) lot.record.observe(index, read, 0, clock())
    }
  })
  await own.start(schedule)
}
export const nullDue = ({ from, to }: Window) => own!.due(from, to)
