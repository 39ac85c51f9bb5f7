// The run of “A stream that breaks and goes on”: two readers of one stream; the lab cuts both lines at the same moment.
import type { Cursor, FeedEvent } from '../../../src/core/event.ts'
import { follow, got } from '../follow.ts'
import type { Followed, Got } from '../follow.ts'
import { begin, watch } from '../opening.ts'
import type { Opening } from '../opening.ts'
import type { Run } from '../run.ts'
import { AFTER_MS, offsetOf } from './answer.ts'
import type { Data, Side } from './answer.ts'
import { readStream } from '../stream.ts'

export const BEFORE_MS = 2500
const PER_SECOND = 6
const DOOR = 'sse'
/** As long as the lab tells EventSource to stay away (`retry:`). */
const RETRY_MS = 1000

export async function run(run: Run<Data>): Promise<Data> {
  const opening = await begin(run, { perSecond: PER_SECOND, http1: [DOOR] })
  const { bench, now } = opening
  const mine: Side = { events: [], stretches: [] }
  const line = run.keep(withEventSource(opening, mine))
  const events: Got[] = []
  const plain: Side = { events, stretches: [] }
  void withoutMemory(run, opening, plain, events).catch(() => undefined) // ended by the run

  const data: Data = {
    ...{ eventSource: { ...mine, events: line.events }, plain, cutAt: undefined, broken: 0 },
    ...{ lost: 0, repeated: 0, gaps: 0, now: 0 },
  }
  const look = () => Object.assign(data, { now: now() })
  run.step('both read the stream')
  await watch(run, BEFORE_MS, look)
  run.step('the lab cuts the line')
  data.cutAt = now()
  data.broken = await bench.fault(DOOR, 'cut')
  await watch(run, AFTER_MS, look)
  line.close()
  return { ...data, lost: line.lost, repeated: line.repeated, gaps: line.gaps }
}

/** The lab’s own client; of each EventSource that it makes is noted what the hello said. */
function withEventSource({ bench, tail, startedAt, now }: Opening, side: Side): Followed {
  let made = 0
  return follow({
    ...{ bench, transport: DOOR, after: tail, startedAt },
    platform: {
      EventSource: class extends EventSource {
        constructor(url: string) {
          super(url)
          const source = { n: ++made, after: offsetOf(new URL(url).searchParams.get('after') as Cursor) }
          this.addEventListener('hello', ({ data }: MessageEvent<string>) => {
            side.stretches.push({ from: now(), cursor: cursorIn(data), source })
          })
          this.addEventListener('error', () => endOf(side, now()))
        }
      },
    },
  })
}

/** What many write by hand: read, and when it breaks wait a second and ask again, for what comes from now on. */
async function withoutMemory({ signal, sleep }: Run<Data>, opening: Opening, side: Side, seen: Got[]) {
  const { bench, startedAt, now } = opening
  while (!signal.aborted) {
    try {
      const url = `${bench.door(DOOR).origin}/feed/sse`
      const response = await fetch(url, { headers: { accept: 'text/event-stream' }, cache: 'no-store', signal })
      await readStream(response.body!, ({ event, data }) => {
        if (event === 'hello') side.stretches.push({ from: now(), cursor: cursorIn(data) })
        else if (event === 'message') seen.push(got(JSON.parse(data) as FeedEvent, bench, startedAt))
      })
    } catch (error) {
      if (signal.aborted) throw error
    }
    endOf(side, now())
    await sleep(RETRY_MS)
  }
}

const cursorIn = (hello: string) => (JSON.parse(hello) as { cursor: Cursor }).cursor

function endOf({ stretches }: Side, at: number) {
  const last = stretches.at(-1)
  if (last) last.to ??= at
}
