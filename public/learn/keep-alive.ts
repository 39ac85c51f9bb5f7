// Experiment: the same questions on one kept connection and on new ones; then silence, to see who may speak first.
import { html } from '/vendor/lit-html.js'
import { median } from '../../src/core/stats.ts'
import { about } from '../lab.ts'
import { count, duration, size } from '../words.ts'
import { barList } from './bars.ts'
import { countedAt, overHttp1, passed } from './doors.ts'
import type { Passed } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import { lesson, rfc } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'

interface Way {
  name: string
  /** How long each exchange took. */
  tookMs: number[]
  passed?: Passed
}
interface Data {
  kept: Way
  fresh: Way
  /** What came in while the page asked nothing. */
  silence?: { ms: number; onKept: Passed; onSocket: Passed; eventsDue: number; eventsOnSocket: number }
}

const TIMES = 8
const SILENCE_MS = 3000
const PER_SECOND = 5

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, ['polling', 'long-polling', 'wss'])
  await run.rate(PER_SECOND)
  const data: Data = {
    kept: { name: 'kept connection', tookMs: [] },
    fresh: { name: 'new connection each time', tookMs: [] },
  }
  const { tail } = await about()
  /** A small answer that stays the same: the position of now, no events. */
  const ask = async (door: string) => {
    const asked = performance.now()
    const url = `${bench.door(door).origin}/feed/polling?after=now`
    await (await fetch(url, { cache: 'no-store', signal: run.signal })).text()
    return performance.now() - asked
  }

  run.step(`${TIMES} questions on one connection`)
  const keptBefore = await countedAt(bench, 'polling')
  for (let n = 0; n < TIMES; n++) {
    data.kept.tookMs.push(await ask('polling'))
    run.show(data)
    await run.sleep(60)
  }
  data.kept.passed = passed(keptBefore, await countedAt(bench, 'polling'))

  run.step(`${TIMES} questions, each on a new connection`)
  const freshBefore = await countedAt(bench, 'long-polling')
  for (let n = 0; n < TIMES; n++) {
    data.fresh.tookMs.push(await ask('long-polling'))
    await bench.fault('long-polling', 'cut') // the browser would keep it; now the next question needs another
    run.show(data)
    await run.sleep(60)
  }
  data.fresh.passed = passed(freshBefore, await countedAt(bench, 'long-polling'))

  run.step('a WebSocket opens; then the page asks nothing')
  const startedAt = performance.now()
  const line = run.keep(follow({ bench, transport: 'wss', after: tail, startedAt }))
  await ask('polling') // open, as a kept connection is
  await run.until(() => line.isOpen, 5000)
  await run.sleep(200)
  const [kept, socket] = [await countedAt(bench, 'polling'), await countedAt(bench, 'wss')]
  const [from, had] = [performance.now() - startedAt, line.events.length]
  await run.sleep(SILENCE_MS)
  const to = performance.now() - startedAt
  const [keptAfter, socketAfter] = [await countedAt(bench, 'polling'), await countedAt(bench, 'wss')]
  data.silence = {
    ms: to - from,
    onKept: passed(kept, keptAfter),
    onSocket: passed(socket, socketAfter),
    eventsDue: line.events.filter(({ due }) => due >= from && due < to).length,
    eventsOnSocket: line.events.length - had,
  }
  return data
}

const typical = ({ tookMs }: Way) => median(tookMs.slice(1)) ?? NaN

function picture({ kept, fresh, silence }: Data) {
  const worst = Math.max(1, ...kept.tookMs, ...fresh.tookMs)
  const most = Math.max(1, silence?.onKept.down ?? 0, silence?.onSocket.down ?? 0)
  const timesOf = ({ name, tookMs }: Way, lane: string) =>
    tookMs.map((ms, index) => ({ name: `${name}, ${index + 1}`, share: ms / worst, words: duration(ms), lane }))
  const bytesOf = (name: string, { down }: Passed, lane: string) => ({
    name,
    share: down / most,
    words: size(down),
    lane,
  })
  return html`${barList('Time from question to answer', [...timesOf(kept, 'polling'), ...timesOf(fresh, 'long-polling')])}
  ${
    silence
      ? barList(`${duration(silence.ms)} in which the page asked nothing: bytes that came down`, [
          bytesOf('kept HTTP connection', silence.onKept, 'polling'),
          bytesOf('WebSocket', silence.onSocket, 'wss'),
        ])
      : ''
  }`
}

export const screen = experiment<Data>({
  about: html`The page asks ${TIMES} times on one connection that is kept open, then ${TIMES} times on a new connection
  for each question. Then it asks nothing for ${SILENCE_MS / 1000} s, with the kept connection and a WebSocket both
  open, while the lab makes ${PER_SECOND} events a second.`,
  question: 'The kept HTTP connection is open. What does it bring in those silent seconds?',
  choices: [
    'The events: the line is open, so the server can write',
    'A few bytes to keep it alive, but no events',
    'Nothing at all',
  ],
  seconds: 5,
  run,
  picture: drawn(picture),
  answer({ kept, fresh, silence }) {
    const { onKept, onSocket, eventsOnSocket, eventsDue } = silence!
    const factor = fresh.passed!.total / kept.passed!.total
    const isClean = kept.passed!.connections <= 2 && fresh.passed!.connections >= TIMES
    return {
      sentence:
        `In ${duration(silence!.ms)} without a question the kept HTTP connection brought ${onKept.down === 0 ? 'not one byte' : size(onKept.down)}, ` +
        `while ${count(eventsOnSocket, 'event')} came over the WebSocket (${size(onSocket.down)}).`,
      details: [
        `${TIMES} questions on ${count(kept.passed!.connections, 'connection')}: ${size(kept.passed!.total)}, ${duration(typical(kept))} each. ` +
          `On ${count(fresh.passed!.connections, 'connection')}: ${size(fresh.passed!.total)}, ${duration(typical(fresh))} each, ${factor.toFixed(1)} times the bytes.`,
        `Events that were due meanwhile: ${eventsDue}. They wait for a question.`,
      ],
      // What bytes are that came although nobody asked, their number does not tell.
      choice: onKept.requests === 0 && onKept.down === 0 && eventsOnSocket > 0 ? 2 : undefined,
      ...((onKept.down > 0 || !isClean || eventsOnSocket === 0) && {
        surprise:
          onKept.down > 0
            ? 'Bytes came although nobody asked. Perhaps the server closed the idle connection (it does after some seconds), or the browser opened another one in advance.'
            : eventsOnSocket === 0
              ? 'No event came over the WebSocket either, so this run shows nothing. Run it again.'
              : 'The connections are not as many as they should be: perhaps the browser opened one in advance.',
      }),
    }
  },
  reason: html`<p>
      Keep-alive (persistent connections, ${rfc(9112, '9.3')}) is about the connection: it saves the handshakes of TCP
      and TLS for the next exchange. It does not change what HTTP is: a request, then its response (${rfc(9110, '3.3')},
      ${rfc(9112, '9.2')}). A client must not take what comes without a request for a response, and should close the
      connection. So events wait, however open the line is.
    </p>
    <p>
      A WebSocket starts as such an exchange and then leaves HTTP (${rfc(6455, '1.2')}): from there on both sides write
      frames when they like. SSE stays within HTTP by another way: one response that does not end. That is why
      ${lesson('long-polling', 'long polling')}, SSE and WebSocket exist, although connections had been kept open since
      HTTP/1.1.
    </p>
    <p>
      A new connection is dear in round trips: one for TCP, one for TLS 1.3. On this machine they cost next to nothing;
      over a network of 100 ms they are 200 ms before the question even leaves. The bytes are the same everywhere
      (${lesson('what-tls-adds', 'what TLS adds')}).
    </p>`,
  table: ({ kept, fresh, silence }) => ({
    caption: 'Each exchange, and what the doors counted',
    columns: ['what', 'n', 'time, ms', 'connections', 'requests', 'bytes up', 'bytes down'],
    rows: [
      ...[kept, fresh].flatMap((way) => [
        ...way.tookMs.map((ms, index) => [way.name, index + 1, ms, undefined, undefined, undefined, undefined]),
        [
          `${way.name}, all`,
          TIMES,
          undefined,
          way.passed?.connections,
          way.passed?.requests,
          way.passed?.up,
          way.passed?.down,
        ],
      ]),
      ...(silence
        ? (
            [
              ['silence, kept HTTP connection', silence.onKept],
              ['silence, WebSocket', silence.onSocket],
            ] as const
          ).map(([what, { connections, requests, up, down }]) => [
            ...[what, undefined, silence.ms, connections, requests, up, down],
          ])
        : []),
    ],
  }),
  measured: html`All over HTTP/1.1 and TLS 1.3, through doors that count connections and bytes at the socket, below TLS.
    A browser keeps its connections whether a page likes it or not, so for “new each time” the lab resets the connection
    after each answer. A browser that keeps session tickets (${rfc(8446, '2.2')}) then resumes its TLS sessions: a full
    handshake, with the certificate in it, is dearer; ${lesson('what-tls-adds', 'what TLS adds')} measures both. Times
    are <code>fetch</code> to the end of the body; the first exchange of a row opens the connection and is left out of
    the typical time.`,
})
