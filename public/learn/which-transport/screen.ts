// Experiment: all four transports measured for some seconds, and what follows from these numbers for a case that you describe.
import { html } from '/vendor/lit-html.js'
import { transportNames } from '../../../transports/clients.ts'
import type { TransportName } from '../../../transports/clients.ts'
import { duration, size } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { lesson, rfc, whatwg } from '../links.ts'
import { NAMES, answer, isWhole, table } from './answer.ts'
import type { Data } from './answer.ts'
import { askedBytes, emptyBytes, longPollsPerSecond, pollsPerSecond } from './costs.ts'
import type { Measured } from './costs.ts'
import { picture } from './picture.ts'
import { LAST_MS, PER_SECOND, POLL_MS, run } from './run.ts'

const MATH = `polling: q = N/(i + t) questions, q·h + N·r·b bytes a second; median latency i/2 + t
long polling: n = r·t + e^(−r·t) events in an answer; q = N·r/n questions, q·h + N·r·b bytes a second
SSE, WebSocket: N·r·s bytes a second, N open lines`

export const screen = experiment<Data>({
  about: html`All four transports carry the same ${PER_SECOND} events a second, side by side, for ${LAST_MS / 1000}
  seconds; polling asks every second. Then you describe your case, and the page says what these numbers mean for it.
  There is no best one, only reasons.`,
  question: `At ${PER_SECOND} events a second, which of the four sends the most bytes for an event?`,
  choices: transportNames.map((name) => (name === 'polling' ? 'Polling, every second' : NAMES[name])),
  seconds: 12,
  run,
  picture,
  answer,
  reason: html`<p>
      All four carry the same events from the same log and lose none; what differs is who speaks first and what each
      event pays for being sent. Polling pays for questions, whether there is an event or not, and its events wait for
      half an interval (${lesson('polling-interval', 'how often to ask')}). Long polling pays one question for each
      event, or for each group that came up meanwhile (${lesson('long-polling', 'between two long polls')}). A stream
      pays a connection once, and then hardly more than the event.
    </p>
    <p>
      Between SSE and WebSocket it is not bytes that decide. SSE is HTTP: it goes through everything that lets streams
      pass, shares an HTTP/2 connection, reconnects by itself and says where it was
      (${whatwg('server-sent-events.html#concept-event-stream-last-event-id', 'Last-Event-ID')}), and a page needs five
      lines for it. A WebSocket lets the client speak too, without a request each time (${rfc(6455, '1.1')}), and
      everything else, reconnecting, cursor, back-pressure, is yours to write. For a client that speaks now and then,
      SSE and a
      <code>POST</code> do.
    </p>
    <p>
      And where a minute’s delay is no harm, polling is the simplest thing that works: no lines to hold, and nothing has
      to be reconnected. A cursor keeps its answers short; ${lesson('caching', 'ETag and 304')} save little beside it,
      and no cache may keep this feed (<code>no-store</code>). Simple is a reason too.
    </p>`,
  formula({ measured }) {
    if (!isWhole(measured)) return html`<p class="math">${MATH}</p>`
    const of = (name: TransportName) => measured.find(({ transport }) => transport === name)!
    const [polling, longPolling] = [of('polling'), of('long-polling')]
    const asked = (each: Measured, perClient: number) => size(askedBytes(each, 1000 * perClient, 1000))
    return html`<p class="math">${MATH}</p>
      <p>
        N clients, r events a second, i the pause between an answer and the next question, t the round trip of a
        question that is answered at once, h a question and its answer without an event, b an event by itself, s an
        event in a stream. Measured just now: t = ${duration(polling.tripMs)}; b = ${size(polling.eventBytes)}; h =
        ${size(emptyBytes(polling))} by polling, with ${(1 / polling.requestsPerEvent).toFixed(1)} events in an answer,
        and ${size(emptyBytes(longPolling))} by long polling; s = ${size(of('sse').bytesPerEvent)} by SSE and
        ${size(of('wss').bytesPerEvent)} by WebSocket. For 1 000 clients and one event a second: polling every second
        ${asked(polling, pollsPerSecond(polling, POLL_MS))} a second, long polling
        ${asked(longPolling, longPollsPerSecond(longPolling, 1))}, SSE ${size(1000 * of('sse').bytesPerEvent)},
        WebSocket ${size(1000 * of('wss').bytesPerEvent)}.
      </p>`
  },
  table,
  http1Note: true,
  measured: html`Each transport goes through a door of its own, over HTTP/1.1 and TLS 1.3, with the lab’s own client;
    bytes are counted at the socket, up and down, from when all four are open. What is said about your case is
    arithmetic with these numbers; “at a price” is what sends more than twice as much as the cheapest that can do it,
    unless that is little, or has another drawback that is named. It knows your machine’s loopback, not your network,
    and nothing of what your server does besides. A thousand clients were not run here; <code>npm run bench</code> does
    that.`,
})
