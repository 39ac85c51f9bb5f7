// The run of “One URL, four transports”: four requests to /feed at the same moment, with other headers.
import { SUBPROTOCOL } from '../../../src/core/subprotocol.ts'
import type { Run } from '../run.ts'
import { readStream } from '../stream.ts'
import type { Asked, Data } from './answer.ts'

const PER_SECOND = 2
export const LOOK_MS = 4000
export const WAIT_S = 10

/** Resolves when one has just come: then a held answer is held for a while, not answered by chance at once. */
async function anEvent(signal: AbortSignal) {
  const response = await fetch('/feed/long-polling?after=now&wait=2', { cache: 'no-store', signal })
  await response.arrayBuffer()
}

const ask = (name: string, said: string): Asked => ({ name, said, askedAt: 0, events: [] })

export async function run(run: Run<Data>): Promise<Data> {
  const [polling, longPolling, sse, wss] = [
    ask('polling', 'Accept: */*'),
    ask('long-polling', `Prefer: wait=${WAIT_S}`),
    ask('sse', 'Accept: text/event-stream'),
    ask('wss', 'Upgrade: websocket'),
  ] as const
  const data: Data = { asked: [polling, longPolling, sse, wss], now: 0 }
  await run.rate(PER_SECOND)
  run.step('the next event is waited for')
  await anEvent(run.signal)
  const url = `${location.origin}/feed`
  const start = performance.now()
  const now = () => (data.now = performance.now() - start)

  async function get(mine: Asked, headers: Record<string, string>) {
    mine.askedAt = now()
    // Without `no-store` the browser's cache lets requests for one URL wait for each other.
    const response = await fetch(url, { headers, cache: 'no-store', signal: run.signal })
    mine.headAt = now()
    mine.status = response.status
    for (const [key, name] of [
      ['contentType', 'content-type'],
      ['vary', 'vary'],
      ['applied', 'preference-applied'],
    ] as const) {
      const value = response.headers.get(name)
      if (value !== null) mine[key] = value
    }
    return response
  }
  async function whole(mine: Asked, headers: Record<string, string> = {}) {
    const { events } = (await (await get(mine, headers)).json()) as { events?: unknown[] }
    const at = (mine.endAt = now())
    mine.events.push(...(events ?? []).map(() => at)) // a refusal has none
  }
  /** Until the run's signal ends it. */
  async function stream(mine: Asked) {
    const { body } = await get(mine, { accept: 'text/event-stream' })
    if (body)
      await readStream(body, ({ event }) => {
        if (event === 'message') mine.events.push(now()) // hello and heartbeat have names
      })
    mine.endAt = now()
  }
  function socket(mine: Asked) {
    mine.askedAt = now()
    const line = run.keep(new WebSocket(url.replace(/^http/, 'ws'), SUBPROTOCOL))
    line.addEventListener('open', () => (mine.headAt = now()))
    line.addEventListener('close', () => {
      if (!run.signal.aborted) mine.endAt ??= now() // not by us
    })
    line.addEventListener('message', ({ data: text }: MessageEvent<string>) => {
      if (text.startsWith('{"id"')) mine.events.push(now())
    })
  }

  run.step('four requests to one URL')
  socket(wss)
  const answers = Promise.all([whole(polling), whole(longPolling, { prefer: `wait=${WAIT_S}` })])
  answers.catch(() => undefined) // it is awaited below, unless the run is stopped before
  const failed = new Promise<never>((_, reject) => void stream(sse).catch(reject))
  while (now() < LOOK_MS) {
    run.show(data)
    await Promise.race([run.sleep(50), failed])
  }
  if (longPolling.endAt === undefined) run.step('the held answer is still out')
  await answers
  now()
  return data
}
