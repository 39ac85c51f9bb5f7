// Experiment: a line is cut under two readers of the same stream; one remembers the last id, the other does not.
import { html } from '/vendor/lit-html.js'
import { parseCursor } from '../../src/core/event.ts'
import type { Cursor, FeedEvent } from '../../src/core/event.ts'
import { about } from '../lab.ts'
import { count, duration } from '../words.ts'
import { overHttp1 } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Got } from './follow.ts'
import { lesson, rfc, whatwg } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'
import { readStream } from './stream.ts'
import { timeline } from './timeline.ts'

/** A stretch with an open stream. */
interface Stretch {
  from: number
  to?: number
  /** What the server's hello said: the position from which it goes on. */
  cursor: Cursor
  /** Which EventSource it was, by the order in which they were made, and the position in its URL. */
  source?: { n: number; after: number }
}
interface Side {
  events: readonly Got[]
  stretches: Stretch[]
}
interface Data {
  eventSource: Side
  plain: Side
  cutAt: number | undefined
  /** TCP connections that the lab broke. */
  broken: number
  lost: number
  repeated: number
  now: number
}

const PER_SECOND = 6
const BEFORE_MS = 2500
const AFTER_MS = 5500
/** As long as the lab tells EventSource to stay away (`retry:`). */
const RETRY_MS = 1000

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, ['sse'])
  await run.rate(PER_SECOND)
  await bench.refresh()
  const { tail } = await about()
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt

  const mine: Side = { events: [], stretches: [] }
  let made = 0
  const line = run.keep(
    follow({
      ...{ bench, transport: 'sse', after: tail, startedAt },
      platform: {
        EventSource: class extends EventSource {
          constructor(url: string) {
            super(url)
            const source = { n: ++made, after: offsetOf(new URL(url).searchParams.get('after') as Cursor) }
            this.addEventListener('hello', ({ data }: MessageEvent<string>) => {
              mine.stretches.push({ from: now(), cursor: (JSON.parse(data) as { cursor: Cursor }).cursor, source })
            })
            this.addEventListener('error', () => endOf(mine))
          }
        },
      },
    }),
  )
  mine.events = line.events

  const seen: Got[] = []
  const plain: Side = { events: seen, stretches: [] }
  void withoutMemory().catch(() => undefined) // ended by the run

  /** What many write by hand: read, and when it breaks wait a second and ask again, for what comes from now on. */
  async function withoutMemory() {
    while (!run.signal.aborted) {
      try {
        const url = `${bench.door('sse').origin}/feed/sse`
        const response = await fetch(url, {
          headers: { accept: 'text/event-stream' },
          cache: 'no-store',
          signal: run.signal,
        })
        await readStream(response.body!, ({ event, data }) => {
          if (event === 'hello')
            plain.stretches.push({ from: now(), cursor: (JSON.parse(data) as { cursor: Cursor }).cursor })
          else if (event === 'message') {
            const { id, at } = JSON.parse(data) as FeedEvent
            seen.push({
              id,
              at: now(),
              get due() {
                return (bench.clock.toPage(at) ?? NaN) - startedAt
              },
            })
          }
        })
      } catch (error) {
        if (run.signal.aborted) throw error
      }
      endOf(plain)
      await run.sleep(RETRY_MS)
    }
  }

  function endOf({ stretches }: Side) {
    const last = stretches.at(-1)
    if (last) last.to ??= now()
  }

  const data: Data = {
    ...{ eventSource: mine, plain, cutAt: undefined, broken: 0 },
    ...{ lost: 0, repeated: 0, now: 0 },
  }
  const watch = async (ms: number) => {
    for (const endsAt = now() + ms; (data.now = now()) < endsAt; await run.sleep(40)) run.show(data)
  }
  run.step('both read the stream')
  await watch(BEFORE_MS)
  run.step('the lab cuts the line')
  data.cutAt = now()
  data.broken = await bench.fault('sse', 'cut')
  await watch(AFTER_MS)
  line.close()
  return { ...data, lost: line.lost, repeated: line.repeated }
}

const offsetOf = (id: Cursor) => parseCursor(id)!.offset

/** What a reader never had, of everything between its first event and the last one that either of them had. */
function missingOf({ events }: Side, { eventSource, plain }: Data): Got[] {
  if (eventSource.events.length === 0 || plain.events.length === 0) return [] // nothing to compare yet
  const had = new Set(events.map(({ id }) => id))
  const first = offsetOf(events[0]!.id)
  const all = new Map([...plain.events, ...eventSource.events].map((event) => [event.id, event]))
  // The last ones may still have been on their way to one of them.
  const until = Math.min(...[plain, eventSource].map((side) => offsetOf(side.events.at(-1)!.id)))
  return [...all.values()].filter(({ id }) => !had.has(id) && offsetOf(id) > first && offsetOf(id) <= until)
}

const spansOf = ({ stretches }: Side, now: number) =>
  stretches.flatMap(({ from, to }, index) => [
    { from, ...(to !== undefined && { to }), kind: 'open' as const },
    ...(to === undefined ? [] : [{ from: to, to: stretches[index + 1]?.from ?? now, kind: 'away' as const }]),
  ])

export const screen = experiment<Data>({
  about: html`Two readers follow the same stream on the same kind of connection: <code>EventSource</code>, and a
    <code>fetch</code> that reads the stream by hand and starts again when it breaks. After ${BEFORE_MS / 1000} seconds
    the lab resets their connections. The events go on meanwhile.`,
  question: 'How many events does EventSource lose?',
  choices: [
    'None',
    'Those of the second or so in which it was away',
    'All since the start of the stream: it begins anew',
  ],
  seconds: 9,
  run,
  picture: drawn((data: Data) =>
    timeline({
      to: BEFORE_MS + AFTER_MS,
      rows: (
        [
          ['EventSource', 'sends Last-Event-ID', data.eventSource],
          ['fetch by hand', 'remembers no id', data.plain],
        ] as const
      ).map(([name, note, side]) => ({
        ...{ name, note, lane: 'sse', spans: spansOf(side, data.now) },
        marks: [
          ...side.events.map(({ at }) => ({ at, kind: 'event' as const })),
          ...missingOf(side, data).map(({ due }) => ({ at: due, kind: 'lost' as const })),
          ...(data.cutAt === undefined ? [] : [{ at: data.cutAt, kind: 'request' as const }]),
        ],
      })),
      legend: {
        open: 'the stream is open',
        away: 'no stream',
        event: 'an event is read',
        lost: 'an event that was never read (at the time it was due)',
        request: 'the lab cuts the line',
      },
    }),
  ),
  answer(data) {
    const { eventSource, plain, broken, lost, repeated } = data
    const missing = lost // by the ids, up to the last one it read: what the other reader had beside it is in there
    const theirs = missingOf(plain, data).length
    const [first, second] = eventSource.stretches
    const lastBefore = eventSource.events.findLast(({ at }) => first?.to === undefined || at <= first.to)?.id
    const away = first?.to !== undefined && second ? second.from - first.to : undefined
    const inBetween = eventSource.events.filter(
      ({ due }) => first?.to !== undefined && second && due > first.to && due < second.from,
    )
    const before =
      eventSource.events.length === 0 || !first ? 0 : offsetOf(eventSource.events.at(-1)!.id) - offsetOf(first.cursor)
    const cameBack = away !== undefined
    const isSame = first?.source !== undefined && second?.source?.n === first.source.n
    const wasTold = isSame && offsetOf(second.cursor) > first.source!.after
    return {
      sentence: cameBack
        ? `EventSource was away for ${duration(away)} and lost ${missing === 0 ? 'nothing' : count(missing, 'event')}: ` +
          `${count(inBetween.length, 'event')} that came up meanwhile ${inBetween.length === 1 ? 'was' : 'were'} delivered after it was back. ` +
          `The fetch without an id lost ${theirs === 0 ? 'nothing' : count(theirs, 'event')}.`
        : `The line was cut (${count(broken, 'connection')}), but EventSource did not come back within ${duration(AFTER_MS)}.`,
      details: [
        ...(second?.source
          ? [
              `The server’s hello after the cut said that it goes on after #${offsetOf(second.cursor)}; ${lastBefore ? `the last event before the cut was #${offsetOf(lastBefore)}` : 'no event came before the cut'}. ` +
                (wasTold
                  ? `It was the same EventSource, whose URL still named #${first.source!.after}, so the newer number came in Last-Event-ID.`
                  : isSame
                    ? 'That is what the URL of the same EventSource still named, so either it remembered no id or Last-Event-ID was not heeded.'
                    : `It was another EventSource, made by the client, and its URL named #${second.source.after}: whether a Last-Event-ID would have been sent, this run does not show.`),
            ]
          : []),
        `Repeated: ${repeated}. Delivered in all: ${eventSource.events.length} of ${before}.`,
      ],
      choice: !cameBack || inBetween.length === 0 ? undefined : missing === 0 ? 0 : missing <= 4 * PER_SECOND ? 1 : 2,
      ...((!cameBack || missing > 0 || inBetween.length === 0 || !wasTold) && {
        surprise: !cameBack
          ? 'It should wait one second and come back. Was the network of this page off as well?'
          : missing > 0
            ? 'Nothing should be lost as long as the lab still holds the events. Is its retention very short?'
            : inBetween.length === 0
              ? 'No event came up while the line was away, so this run proves nothing. Run it again.'
              : 'EventSource should come back by itself and name the last id. Was the line cut before it had an event, or a second time?',
      }),
      ...(theirs === 0 &&
        cameBack && {
          surprise: 'The fetch lost nothing this time: no event came up while it was away. Run it again.',
        }),
    }
  },
  reason: html`<p>
      Each event of the stream has an <code>id:</code> line. <code>EventSource</code> keeps the last one and, when the
      connection breaks, waits for as long as the server’s <code>retry:</code> said (one second here), asks again by
      itself and sends the id in the header
      <code>Last-Event-ID</code> (${whatwg('server-sent-events.html#the-last-event-id-header', '§9.2.4')}). The lab
      takes it as a cursor: it first writes what its log holds after that event, then goes on live.
    </p>
    <p>
      It takes both sides. An <code>id</code> that the server does not look at is no memory, and a server with a log
      cannot help a client that names no position: the <code>fetch</code> by hand asked “from now on”, and what had come
      up while it was away is simply not in that answer. <code>fetch</code> can do the same as <code>EventSource</code>,
      but you have to write it.
    </p>
    <p>
      A reset is the kind way to lose a line: it is noticed at once. A line that dies in silence is noticed only by what
      does not come, so a stream needs heartbeats (the lab sends one every 15 s, and its client gives up after 37.5 s).
      ${lesson('connection-session', 'A connection is not a session')}: the stream went on over another connection
      (${rfc(9110, '3.3')}).
    </p>`,
  table: (data) => ({
    caption: 'What each of the two had',
    columns: ['event', 'due, ms', 'EventSource had it at, ms', 'fetch had it at, ms'],
    rows: [...new Map([...data.plain.events, ...data.eventSource.events].map((each) => [each.id, each])).values()]
      .sort((a, b) => offsetOf(a.id) - offsetOf(b.id))
      .map(({ id, due }) => [
        ...[`#${offsetOf(id)}`, due],
        data.eventSource.events.find((each) => each.id === id)?.at ?? 'never',
        data.plain.events.find((each) => each.id === id)?.at ??
          (offsetOf(id) < offsetOf(data.plain.events[0]?.id ?? id) ? 'not yet reading' : 'never'),
      ]),
  }),
  measured: html`Both read <code>/feed/sse</code> through the same door over HTTP/1.1, each on a connection of its own;
    the lab breaks both with a TCP reset (${rfc(9293, '3.5.3')}) at the same moment. The first is the lab’s own client
    (<code>transports/sse/client.ts</code>) on the browser’s <code>EventSource</code>. A page cannot see the headers
    that EventSource sends; that <code>Last-Event-ID</code> was sent follows where the same object came back with the
    same URL, and the hello says that the server goes on after a newer event. What is lost is told by the ids, which
    have no holes.`,
})
