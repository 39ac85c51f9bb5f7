// Experiment: one URL asked in four ways at the same moment; the headers alone decide how it is answered.
import { html } from '/vendor/lit-html.js'
import { SUBPROTOCOL } from '../../src/core/subprotocol.ts'
import { count, duration } from '../words.ts'
import { experiment } from './experiment.ts'
import { rfc } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'
import { timeline } from './timeline.ts'

interface Asked {
  name: string
  /** What the request said, beyond what each one says. */
  said: string
  askedAt: number
  status?: number
  contentType?: string
  vary?: string
  applied?: string
  /** Head of the answer, or the WebSocket's opening. */
  headAt?: number
  endAt?: number
  /** When each event was read. */
  events: number[]
}
interface Data {
  asked: Asked[]
  now: number
}

const PER_SECOND = 2
const LOOK_MS = 4000
const WAIT_S = 10

const ask = (name: string, said: string): Asked => ({ name, said, askedAt: 0, events: [] })

async function run(run: Run<Data>): Promise<Data> {
  const [polling, longPolling, sse, wss] = [
    ask('polling', 'Accept: */*'),
    ask('long-polling', `Prefer: wait=${WAIT_S}`),
    ask('sse', 'Accept: text/event-stream'),
    ask('wss', 'Upgrade: websocket'),
  ] as const
  const data: Data = { asked: [polling, longPolling, sse, wss], now: 0 }
  await run.rate(PER_SECOND)
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
    const { events } = (await (await get(mine, headers)).json()) as { events: unknown[] }
    mine.endAt = now()
    mine.events.push(...events.map(() => mine.endAt!))
  }
  async function stream(mine: Asked) {
    const body = (await get(mine, { accept: 'text/event-stream' })).body!.pipeThrough(new TextDecoderStream())
    const reader = body.getReader() // ended by the run's signal
    for (let text = ''; ;) {
      const { done, value } = await reader.read()
      if (done) return void (mine.endAt = now())
      const blocks = (text + value).split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) if (!/^event:/m.test(block)) mine.events.push(now()) // hello and heartbeat have names
    }
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

type Kind = 'polling' | 'long-polling' | 'sse' | 'wss'

/** From what came back, not from what was asked for. */
function kindOf({ contentType = '', applied, status, headAt }: Asked): Kind | undefined {
  if (headAt !== undefined && status === undefined) return 'wss'
  if (contentType.startsWith('text/event-stream')) return 'sse'
  if (contentType.startsWith('application/json') && status === 200) return applied ? 'long-polling' : 'polling'
  return undefined
}

const WORDS: Record<Kind, (asked: Asked) => string> = {
  polling: ({ askedAt, endAt, events }) =>
    `JSON with ${count(events.length, 'event')} after ${duration(endAt! - askedAt)}`,
  'long-polling': ({ askedAt, endAt, events }) =>
    `JSON that was held for ${duration(endAt! - askedAt)} and then had ${count(events.length, 'event')}`,
  sse: ({ events, endAt }) =>
    `a stream with ${count(events.length, 'event')}, ${endAt === undefined ? 'which goes on' : 'which ended'}`,
  wss: ({ events }) => `a WebSocket, no HTTP any more, with ${count(events.length, 'event')}`,
}

export const screen = experiment<Data>({
  about: html`The page sends four requests to <code>/feed</code> at the same moment. The URL is the same, letter by
    letter; only request headers differ.`,
  question: 'How many different kinds of answer come back?',
  choices: [
    'One: one URL is one resource, and has one answer',
    'Two: with events, and without',
    'Four: each header gets its own way of being answered',
  ],
  seconds: 5,
  run,
  picture: drawn(({ asked, now }) =>
    timeline({
      to: Math.max(LOOK_MS, now),
      rows: asked.map((each) => ({
        name: each.name,
        lane: each.name,
        note: each.said,
        spans: [
          { from: each.askedAt, to: each.headAt ?? now, kind: 'held' as const },
          ...(each.headAt === undefined ? [] : [{ from: each.headAt, to: each.endAt ?? now, kind: 'open' as const }]),
        ],
        marks: [
          { at: each.askedAt, kind: 'request' as const },
          ...each.events.map((at) => ({ at, kind: 'event' as const })),
        ],
      })),
      legend: {
        request: 'the request goes out',
        held: 'no answer yet',
        open: 'the answer goes on',
        event: 'an event is read',
      },
    }),
  ),
  answer({ asked }) {
    const kinds = asked.map(kindOf)
    const distinct = new Set(kinds.filter((kind) => kind !== undefined)).size
    const words = asked.map((each, index) => {
      const kind = kinds[index]
      return `${each.said}: ${kind ? WORDS[kind](each) : each.status ? `HTTP ${each.status}` : 'no answer'}.`
    })
    const vary = asked.find((each) => each.vary)?.vary
    return {
      sentence: `One URL gave ${count(distinct, 'kind')} of answer.`,
      details: [...words, ...(vary ? [`The server names what it looked at: Vary: ${vary}.`] : [])],
      choice: { 1: 0, 2: 1, 4: 2 }[distinct],
      ...(distinct !== 4 && {
        surprise: `Four were expected. Something between this page and the lab may have taken a header away (Upgrade and Prefer are the usual ones), or an answer failed; see the table.`,
      }),
    }
  },
  reason: html`<p>
      A URL names a resource, here the feed. What comes back is a <em>representation</em> of it, and the client may say
      which one it wants: content negotiation (${rfc(9110, '12')}). <code>Accept: text/event-stream</code> asks for the
      stream that <code>EventSource</code> reads. <code>Prefer: wait=${WAIT_S}</code> asks the server to take its time
      (${rfc(7240, '4.3')}); it says in <code>Preference-Applied</code> that it did.
      <code>Upgrade: websocket</code> asks to leave HTTP altogether (${rfc(9110, '7.8')}, ${rfc(6455, '4')}). With none
      of them, it is one plain answer, at once.
    </p>
    <p>
      <code>Vary</code> (${rfc(9110, '12.5.5')}) tells caches which request headers made the difference. Without it, a
      cache could hand one client’s JSON to another that wanted the stream.
    </p>
    <p>
      The transport is a property of the exchange, not of the data: the events and their ids are the same on all four,
      so a client may change its transport and go on at its cursor.
    </p>`,
  table: ({ asked }) => ({
    caption: 'The four exchanges',
    columns: [
      ...['transport', 'request header', 'status', 'Content-Type', 'Preference-Applied', 'Vary'],
      ...['first byte after, ms', 'ended after, ms', 'events'],
    ],
    rows: asked.map((each) => [
      ...[each.name, each.said, each.status ?? (each.headAt === undefined ? undefined : 'opened')],
      ...[each.contentType, each.applied, each.vary],
      each.headAt === undefined ? undefined : each.headAt - each.askedAt,
      each.endAt === undefined ? 'open' : each.endAt - each.askedAt,
      each.events.length,
    ]),
  }),
  measured: html`Three requests by <code>fetch</code>, one by <code>WebSocket</code>, all to this page’s own origin; the
    lab makes two events a second meanwhile. Times are this page’s clock. The kind of an answer is told by its
    <code>Content-Type</code> and <code>Preference-Applied</code>, and by a WebSocket that opened: a browser does not
    show a page the status of a handshake (it is 101 on HTTP/1.1; on HTTP/2 the WebSocket is one stream,
    ${rfc(8441, '5')}, and the status is 200). The stream and the WebSocket are closed when the run ends.`,
})
