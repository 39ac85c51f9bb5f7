// The run of “Proxies that buffer”: five readers, four of them behind a reverse proxy that is taken away after a while.
import type { TransportName } from '../../../transports/clients.ts'
import { asSet } from '../../words.ts'
import { follow } from '../follow.ts'
import type { Followed } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import type { Run } from '../run.ts'
import { PER_SECOND } from './answer.ts'
import type { Data, Reader } from './answer.ts'

export const BEHIND_MS = 6500
export const AFTER_MS = 3000
/** So long the careful reader waits for a hello. */
const PATIENCE_MS = 2500
const BUFFERED = ['sse', 'long-polling', 'wss'] as const

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await Promise.all(BUFFERED.map((door) => bench.set(door, { http: '1.1', buffering: true })))
  // The door of polling stays without a proxy; what goes through it here is a stream.
  const { tail, startedAt, now } = await begin(run, { perSecond: PER_SECOND, http1: ['polling'] })
  const open = (transport: TransportName, door: TransportName) =>
    run.keep(follow({ bench, transport, door, after: tail, startedAt }))
  const reader = (name: string, note: string, lane: TransportName, isBehind: boolean, line: Followed): Reader => ({
    ...{ name, note, lane, isBehind, events: line.events, states: line.states, lost: 0 },
  })

  const lines = [
    open('sse', 'polling'),
    open('sse', 'sse'),
    open('sse', 'sse'),
    open('long-polling', 'long-polling'),
    open('wss', 'wss'),
  ]
  const readers = [
    reader('SSE', 'no proxy', 'sse', false, lines[0]!),
    reader('SSE', 'behind the proxy', 'sse', true, lines[1]!),
    reader('SSE with a plan B', `no hello in ${asSet(PATIENCE_MS)}: long polling`, 'sse', true, lines[2]!),
    reader('Long polling', 'behind the proxy', 'long-polling', true, lines[3]!),
    reader('WebSocket', 'behind the proxy', 'wss', true, lines[4]!),
  ]
  const data: Data = { readers, removedAt: undefined, now: 0 }
  const look = () => Object.assign(data, { now: now() })
  run.step('the proxy holds answers back')
  await watch(run, PATIENCE_MS - now(), look)
  if (!lines[2]!.isOpen) {
    lines[2]!.close()
    const { events, states } = (lines[2] = open('long-polling', 'sse'))
    Object.assign(readers[2]!, { changedAt: now(), events, states })
  }
  await watch(run, BEHIND_MS - now(), look)
  run.step('the proxy is taken away')
  data.removedAt = now()
  await Promise.all(BUFFERED.map((door) => bench.set(door, { buffering: false })))
  await watch(run, BEHIND_MS + AFTER_MS - now(), look)
  for (const [index, line] of lines.entries()) {
    readers[index]!.lost = line.lost
    line.close()
  }
  return data
}
