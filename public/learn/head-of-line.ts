// Experiment: a line that stalls for five seconds; two streams that share it, and two that have a line each.
import { html } from '/vendor/lit-html.js'
import type { TransportName } from '../../transports/clients.ts'
import { about } from '../lab.ts'
import { count, duration } from '../words.ts'
import { countedAt } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Got } from './follow.ts'
import { lesson, rfc } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'
import { timeline } from './timeline.ts'

interface Stream {
  name: string
  note: string
  door: TransportName
  isStalled: boolean
  events: readonly Got[]
  lost: number
}
interface Data {
  streams: Stream[]
  stalledAt: number | undefined
  /** TCP connections open when they stalled: of the shared line, and of the two. */
  shared: number | undefined
  apart: number | undefined
  now: number
}

const PER_SECOND = 6
const BEFORE_MS = 2000
/** As long as the lab’s fault lasts. */
const STALL_MS = 5000
const AFTER_MS = 2500

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  const doors = ['sse', 'polling', 'long-polling'] as const
  await Promise.all(doors.map((door) => bench.set(door, { http: '2' })))
  await run.rate(PER_SECOND)
  await bench.refresh()
  const { tail } = await about()
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const begin = (door: TransportName) => run.keep(follow({ bench, transport: 'sse', door, after: tail, startedAt }))
  const first = begin('sse')
  await run.until(() => first.isOpen, 3000) // so that the second finds a connection to share
  const lines = [first, begin('sse'), begin('polling'), begin('long-polling')]
  const stream = (index: number, name: string, note: string, door: TransportName, isStalled: boolean): Stream => ({
    ...{ name, note, door, isStalled, events: lines[index]!.events, lost: 0 },
  })
  const streams = [
    stream(0, 'A', 'shares one connection', 'sse', true),
    stream(1, 'B', 'shares one connection', 'sse', true),
    stream(2, 'C', 'has one of its own', 'polling', true),
    stream(3, 'D', 'has one of its own', 'long-polling', false),
  ]
  const data: Data = { streams, stalledAt: undefined, shared: undefined, apart: undefined, now: 0 }
  const watch = async (until: number) => {
    for (; (data.now = now()) < until; await run.sleep(40)) run.show(data)
  }
  await run.until(() => lines.every(({ isOpen }) => isOpen), 3000)
  const base = now()
  run.step('all four go')
  await watch(base + BEFORE_MS)
  run.step('two of three lines stall')
  data.stalledAt = now()
  await Promise.all([bench.fault('sse', 'stall'), bench.fault('polling', 'stall')])
  const [shared, ...apart] = await Promise.all(doors.map(async (door) => (await countedAt(bench, door)).open))
  Object.assign(data, { shared, apart: apart.reduce((sum, open) => sum + open, 0) })
  await watch(data.stalledAt + STALL_MS)
  run.step('they go on')
  await watch(data.stalledAt + STALL_MS + AFTER_MS)
  for (const [index, line] of lines.entries()) {
    streams[index]!.lost = line.lost
    line.close()
  }
  return data
}

/** The longest time without an event. */
function silenceOf({ events }: Stream, now: number): number {
  const times = events.map(({ at }) => at)
  return Math.max(0, ...times.map((at, index) => (times[index + 1] ?? now) - at))
}

/** What came within a moment behind the longest silence. */
function burstOf({ events }: Stream): Got[] {
  let [longest, from] = [0, Infinity]
  for (const [index, { at }] of events.entries()) {
    const silence = at - (events[index - 1]?.at ?? at)
    if (silence > longest) [longest, from] = [silence, at]
  }
  return events.filter(({ at }) => at >= from && at < from + 100)
}
const worst = ({ events }: Stream) => Math.max(0, ...events.map(({ due, at }) => at - due))
const isInOrder = ({ events }: Stream) => events.every(({ due }, index) => index === 0 || due > events[index - 1]!.due)

const MATH = `age of an event due at t = s − t
mean age = s/2
events held = r · s`

export const screen = experiment<Data>({
  about: html`Four streams of the same events: A and B share one HTTP/2 connection, C and D have one each. Then nothing
  passes for ${duration(STALL_MS).replace('.00', '')} on the line of A and B and on that of C, as when a packet is lost
  again and again. Nothing is broken.`,
  question: 'Stream B shares its connection with A. What happens to B, and what to D?',
  choices: [
    'B goes on: streams of HTTP/2 do not disturb each other; D goes on too',
    'B waits as long as A; D goes on',
    'Both wait: the network is the same',
  ],
  seconds: 11,
  run,
  picture: drawn(({ streams, stalledAt, now }: Data) =>
    timeline({
      from: Math.max(0, (stalledAt ?? 0) - BEFORE_MS),
      to: stalledAt === undefined ? BEFORE_MS + STALL_MS + AFTER_MS : stalledAt + STALL_MS + AFTER_MS,
      rows: streams.map(({ name, note, isStalled, events }) => ({
        ...{ name: `Stream ${name}`, note, lane: 'sse' },
        spans:
          stalledAt === undefined || !isStalled
            ? [{ from: 0, to: now, kind: 'open' as const }]
            : [
                { from: 0, to: stalledAt, kind: 'open' as const },
                { from: stalledAt, to: Math.min(now, stalledAt + STALL_MS), kind: 'held' as const },
                ...(now > stalledAt + STALL_MS ? [{ from: stalledAt + STALL_MS, to: now, kind: 'open' as const }] : []),
              ],
        marks: events.map(({ at }) => ({ at, kind: 'event' as const })),
      })),
      legend: { open: 'the line passes bytes', held: 'the line is stalled', event: 'an event is read' },
    }),
  ),
  answer(data) {
    const { streams, shared, apart, now } = data
    const [a, b, c, d] = streams as [Stream, Stream, Stream, Stream]
    const silences = streams.map((each) => silenceOf(each, now))
    const waits = (index: number) => silences[index]! > STALL_MS * 0.7
    const lost = streams.reduce((sum, each) => sum + each.lost, 0)
    const burst = burstOf(b)
    const said = (index: number) => duration(silences[index]!)
    const choice = !waits(0) ? undefined : waits(3) ? (waits(1) ? 2 : undefined) : waits(1) ? 1 : 0
    const isOrdered = streams.every(isInOrder)
    return {
      sentence:
        `A was silent for ${said(0)}, and B, on the same connection, for ${said(1)}; ` +
        `C, on a line of its own that stalled too, for ${said(2)}, and D, whose line did not stall, for ${said(3)}.`,
      details: [
        `Then ${count(burst.length, 'event')} of B came within a tenth of a second, the oldest ${duration(worst(b))} old, ${isOrdered ? 'all in order' : 'not all in order'}.`,
        `Open at their doors when it began: ${count(shared ?? 0, 'TCP connection')} of A and B, ${apart ?? 0} of C and D.`,
        lost === 0 ? 'Nothing was lost: the bytes only waited.' : `${lost} events were lost.`,
        `The oldest event of each: ${[a, b, c, d].map((each) => `${each.name} ${duration(worst(each))}`).join(', ')}.`,
      ],
      choice,
      ...((choice !== 1 || shared !== 1 || lost > 0 || !isOrdered) && {
        surprise:
          shared !== 1
            ? 'A and B should share one connection over HTTP/2; here they did not. Is there a proxy in between that speaks HTTP/1.1 only?'
            : choice !== 1
              ? 'The line of A and B should be silent for five seconds, and that of D should not. Was the page in the background, or the machine very busy?'
              : 'TCP delivers everything, in order. That something is missing or mixed up is worth a look at the raw numbers.',
      }),
    }
  },
  reason: html`<p>
      TCP hands over bytes in the order in which they were sent, and none before the one in front of it
      (${rfc(9293, '3.4')}). A segment that is missing holds back all that came after it, although it is there: its head
      blocks the line. What arrives at last arrives as a burst.
    </p>
    <p>
      HTTP/2 took this away one layer up: answers need not wait for the answer in front of them, since frames of many
      streams are mixed (${rfc(9113, '5')}). But all of them are in one TCP connection, and so one lost segment stalls
      all streams of it, which is worse than with six connections, where it stalls one. HTTP/3 gives each stream an
      order of its own over QUIC, and the others go on (${rfc(9000, '2.2')}, ${rfc(9114, '2')}); this lab does not speak
      it.
    </p>
    <p>
      A WebSocket or a stream of events is one line, so its newest event waits behind its oldest. Polling asks anew, and
      may ask on another connection. A client that only wants the latest state should drop what is old when the burst
      comes, and a server that sees a long queue for one reader should let it go:
      ${lesson('slow-consumer', 'slow consumers')}.
    </p>`,
  formula({ streams, stalledAt }) {
    const b = streams[1]!
    const held = b.events.filter(({ due }) => due > stalledAt! && due < stalledAt! + STALL_MS)
    const mean = held.reduce((sum, { due, at }) => sum + at - due, 0) / held.length
    return html`<p class="math">${MATH}</p>
      <p>
        With <code>s</code> = ${duration(STALL_MS).replace('.00', '')} and <code>r</code> = ${PER_SECOND}/s:
        ${PER_SECOND * (STALL_MS / 1000)} events are held, on average for ${duration(STALL_MS / 2)}. Measured on B:
        ${count(held.length, 'event')}, on average ${Number.isFinite(mean) ? duration(mean) : '–'}.
      </p>`
  },
  table: ({ streams, now }) => ({
    caption: 'The four streams',
    columns: [
      'stream',
      'line stalled',
      'events',
      'longest silence, ms',
      'oldest event, ms',
      'events in the burst',
      'lost',
    ],
    rows: streams.map((each) => [
      ...[each.name, each.isStalled ? 'yes' : 'no', each.events.length, silenceOf(each, now), worst(each)],
      ...[each.isStalled ? burstOf(each).length : undefined, each.lost],
    ]),
  }),
  measured: html`A stall is made by the network before the door: it holds all bytes of the open TCP connections in both
  directions for ${duration(STALL_MS).replace('.00', '')}, as a segment does that is lost and sent again, and lets them
  out in order; TCP itself is not told, so nothing is retransmitted. A lost segment costs about a round trip when what
  follows it shows the loss, and else a timeout: the standard asks for at least a second (${rfc(6298, '2')}), Linux
  waits at least a fifth of one (<code>TCP_RTO_MIN</code>). So five seconds are exaggerated, to be seen. C and D have a
  door of their own each, because a browser would put them on one connection too.`,
})
