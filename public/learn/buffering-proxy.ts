// Experiment: four readers behind a reverse proxy that holds answers until they are complete, and one without it.
import { html } from '/vendor/lit-html.js'
import { median } from '../../src/core/stats.ts'
import type { TransportName } from '../../transports/clients.ts'
import { about } from '../lab.ts'
import { count, duration } from '../words.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Followed, Got } from './follow.ts'
import { lesson, outside, rfc, whatwg } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'
import { timeline } from './timeline.ts'

interface Reader {
  name: string
  note: string
  lane: TransportName
  isBehind: boolean
  events: readonly Got[]
  states: Followed['states']
  /** When it gave up waiting for the hello and asked in another way. */
  changedAt?: number
  lost: number
}
interface Data {
  readers: Reader[]
  /** When the proxy was taken away. */
  removedAt: number | undefined
  now: number
}

const PER_SECOND = 4
const BEHIND_MS = 6500
const AFTER_MS = 3000
/** So long the careful reader waits for a hello. */
const PATIENCE_MS = 2500
const BUFFERED = ['sse', 'long-polling', 'wss'] as const

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await bench.set('polling', { http: '1.1' }) // its door stays without a proxy; what goes through it here is a stream
  await Promise.all(BUFFERED.map((door) => bench.set(door, { http: '1.1', buffering: true })))
  await run.rate(PER_SECOND)
  await bench.refresh()
  const { tail } = await about()
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const begin = (transport: TransportName, door: TransportName, after = tail) =>
    run.keep(follow({ bench, transport, door, after, startedAt }))
  const reader = (
    name: string,
    note: string,
    lane: TransportName,
    isBehind: boolean,
    { events, states }: Followed,
  ) => ({
    ...{ name, note, lane, isBehind, events, states, lost: 0 },
  })

  const lines = [
    begin('sse', 'polling'),
    begin('sse', 'sse'),
    begin('sse', 'sse'),
    begin('long-polling', 'long-polling'),
    begin('wss', 'wss'),
  ]
  const readers: Reader[] = [
    reader('SSE', 'no proxy', 'sse', false, lines[0]!),
    reader('SSE', 'behind the proxy', 'sse', true, lines[1]!),
    reader('SSE with a plan B', `no hello in ${duration(PATIENCE_MS)}: long polling`, 'sse', true, lines[2]!),
    reader('Long polling', 'behind the proxy', 'long-polling', true, lines[3]!),
    reader('WebSocket', 'behind the proxy', 'wss', true, lines[4]!),
  ]
  const careful = readers[2]!
  const data: Data = { readers, removedAt: undefined, now: 0 }
  const watch = async (until: number) => {
    for (; (data.now = now()) < until; await run.sleep(40)) run.show(data)
  }
  run.step('the proxy holds answers back')
  await watch(PATIENCE_MS)
  if (!lines[2]!.isOpen) {
    lines[2]!.close()
    lines[2] = begin('long-polling', 'sse')
    Object.assign(careful, { changedAt: now(), events: lines[2].events, states: lines[2].states })
  }
  await watch(BEHIND_MS)
  run.step('the proxy is taken away')
  data.removedAt = now()
  await Promise.all(BUFFERED.map((door) => bench.set(door, { buffering: false })))
  await watch(BEHIND_MS + AFTER_MS)
  for (const [index, line] of lines.entries()) {
    readers[index]!.lost = line.lost
    line.close()
  }
  return data
}

const before = ({ events }: Reader, { removedAt = Infinity }: Data) => events.filter(({ at }) => at < removedAt)
const typical = (events: readonly Got[]) => median(events.map(({ due, at }) => at - due))
/** What a program is told: opened, or broken. The first `connecting` is its own doing. */
const told = ({ states }: Reader, { removedAt = Infinity }: Data) =>
  states.filter(({ at, state }) => at < removedAt && state !== 'connecting').length

export const screen = experiment<Data>({
  about: html`A reverse proxy stands between the page and three of its doors. As many do by default, it passes an answer
  on when it is complete. A stream of events is an answer that is never complete. After ${duration(BEHIND_MS)} the proxy
  is taken away.`,
  question: 'What does EventSource notice behind that proxy?',
  choices: [
    'The events come, in lumps',
    'It gets an error, and tries again',
    'Nothing at all: no event, and no error either',
  ],
  seconds: 11,
  run,
  picture: drawn((data: Data) =>
    timeline({
      to: BEHIND_MS + AFTER_MS,
      rows: data.readers.map(({ name, note, lane, events, states, changedAt }) => {
        const openedAt = states.find(({ state }) => state === 'open')?.at
        return {
          ...{ name, note, lane: changedAt === undefined ? lane : 'long-polling' },
          spans:
            openedAt === undefined ? [{ from: 0, kind: 'held' as const }] : [{ from: openedAt, kind: 'open' as const }],
          marks: [
            ...events.map(({ at }) => ({ at, kind: 'event' as const })),
            ...[changedAt, data.removedAt].flatMap((at) =>
              at === undefined ? [] : [{ at, kind: 'request' as const }],
            ),
          ],
        }
      }),
      legend: {
        held: 'asked, and not a word yet',
        open: 'the first word has come',
        event: 'an event is read',
        request: 'plan B begins; the proxy is taken away',
      },
    }),
  ),
  answer(data) {
    const [free, behind, careful, longPolling, wss] = data.readers as [Reader, Reader, Reader, Reader, Reader]
    const [had, words] = [before(behind, data).length, told(behind, data)]
    const late = behind.events.filter(({ due }) => due < data.removedAt!)
    const oldest = Math.max(0, ...late.map(({ due, at }) => at - due))
    const lost = data.readers.reduce((sum, each) => sum + each.lost, 0)
    const ages = (reader: Reader) => duration(typical(before(reader, data)) ?? NaN)
    const passes = before(longPolling, data).length > 0 && before(wss, data).length > 0
    return {
      sentence:
        had === 0
          ? `In ${duration(data.removedAt!)} behind the proxy EventSource had no event and was told ${words === 0 ? 'nothing, not even of an error' : `of ${count(words, 'change')}`}; without the proxy it had ${count(before(free, data).length, 'event')}.`
          : `Behind the proxy EventSource had ${count(had, 'event')} in ${duration(data.removedAt!)}, without it ${before(free, data).length}.`,
      details: [
        ...(passes
          ? [
              `Through the same kind of proxy long polling had ${count(before(longPolling, data).length, 'event')} (median age ${ages(longPolling)}) and the WebSocket ${before(wss, data).length} (${ages(wss)}).`,
            ]
          : []),
        careful.changedAt === undefined
          ? 'The reader with a plan B heard a hello in time and did not need it.'
          : `The reader with a plan B gave up on its hello after ${duration(careful.changedAt)}, went on by long polling from the same cursor, and had ${count(before(careful, data).length, 'event')} before the proxy was gone.`,
        late.length > 0
          ? `What was due before the proxy was taken away came after that: ${count(late.length, 'event')}, up to ${duration(oldest)} old. ${lost === 0 ? 'Nobody lost one.' : `${lost} were lost.`}`
          : 'What was due while the proxy was there did not arrive within this run.',
      ],
      choice: had > 0 ? 0 : words > 0 ? 1 : 2,
      ...((had > 0 || words > 0 || !passes || lost > 0) && {
        surprise:
          had > 0
            ? 'A stream got through. With large events the buffer of the proxy (64 KiB) fills and is let out: did another page set the payload of this lab high meanwhile?'
            : lost > 0
              ? 'Nothing should be lost: every reader has a cursor. Was the page in the background?'
              : 'Long polling and WebSockets should pass, and a held answer says nothing. Was the lab very busy?',
      }),
    }
  },
  reason: html`<p>
      A proxy may read a whole answer before it passes it on: so it frees the server behind it early, and can compress
      or cache
      (${outside('https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering', 'nginx: proxy_buffering')}
      is on by default). HTTP allows it: nobody can rely on a message being delivered bit by bit, since some on the way
      buffer or delay it (${rfc(9110, '7.6')}). To an answer that never ends that is the end.
    </p>
    <p>
      The page cannot see it as an error: the connection stands, the request was sent, and
      <code>EventSource</code> waits in <code>CONNECTING</code> for a head
      (${whatwg('server-sent-events.html#the-eventsource-interface', '§9.2.2')}). It shows only by what does not come.
      Therefore this lab’s streams begin with a hello at once, and a client that has none after some seconds may ask in
      another way, with the same cursor.
    </p>
    <p>
      Long polling passes because each answer is complete as soon as there is an event; see
      ${lesson('long-polling', 'between two long polls')}. A WebSocket passes because after <code>101</code> the proxy
      carries bytes (${rfc(9110, '7.8')}), if it knows Upgrade at all. For SSE the proxy must be told:
      <code>proxy_buffering off</code>, or by the answer itself with nginx’s own header
      <code>X-Accel-Buffering: no</code>; other makes do not know it, and this one plays such a one.
    </p>`,
  table: (data) => ({
    caption: 'The five readers',
    columns: [
      ...['reader', 'proxy', 'first word, ms', 'events while the proxy was there', 'median age of those, ms'],
      ...['events in all', 'oldest, ms', 'lost'],
    ],
    rows: data.readers.map((reader) => [
      ...[reader.name, reader.isBehind ? 'yes' : 'no', reader.states.find(({ state }) => state === 'open')?.at],
      ...[before(reader, data).length, typical(before(reader, data)), reader.events.length],
      ...[
        reader.events.length > 0 ? Math.max(...reader.events.map(({ due, at }) => at - due)) : undefined,
        reader.lost,
      ],
    ]),
  }),
  measured: html`The proxy is a real one inside the lab: it ends TLS with the lab’s certificate, asks the server behind
    it over TLS again, and lets an answer out when it is complete or 64 KiB are there, as nginx’s default buffers do. It
    does not know <code>X-Accel-Buffering</code>. When it is taken away, the server behind it says goodbye as on a
    restart, so the held answer is complete and comes out. The readers are the lab’s own clients; they would give up on
    a missing hello by themselves after 10 s.`,
})
