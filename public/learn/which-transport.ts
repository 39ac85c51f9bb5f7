// Experiment: all four transports measured for some seconds, and what follows from these numbers for a case that you describe.
import { html, render } from '/vendor/lit-html.js'
import type { FeedEvent } from '../../src/core/event.ts'
import { median } from '../../src/core/stats.ts'
import { transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import { about } from '../lab.ts'
import { duration, list, size } from '../words.ts'
import { advise, askedBytes, emptyBytes, longPollsPerSecond, pollsPerSecond, questions } from './advice.ts'
import type { Case, Measured } from './advice.ts'
import { countedAt, overHttp1, passed } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Followed } from './follow.ts'
import { lesson, rfc, whatwg } from './links.ts'
import type { Picture } from './picture.ts'
import type { Run } from './run.ts'

interface Data {
  measured: Measured[]
}

const PER_SECOND = 4
const LAST_MS = 9000
const POLL_MS = 1000
const NAMES: Record<TransportName, string> = {
  polling: 'Polling',
  'long-polling': 'Long polling',
  sse: 'SSE',
  wss: 'WebSocket',
}

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, transportNames)
  await run.rate(PER_SECOND)
  await bench.refresh()
  const { tail } = await about()
  const startedAt = performance.now()
  const texts: number[] = []
  const onEvent = (event: FeedEvent) => void texts.push(new TextEncoder().encode(JSON.stringify(event)).length)
  const lines = transportNames.map((transport) =>
    run.keep(
      follow({
        ...{ bench, transport, after: tail, pollMs: POLL_MS, startedAt },
        ...(transport === 'polling' && { onEvent }),
      }),
    ),
  )
  run.step('all four connect')
  await run.until(() => lines.every(({ isOpen }) => isOpen), 4000)
  await run.sleep(500) // handshakes are paid; what an event costs from now on is asked
  const before = await Promise.all(transportNames.map((name) => countedAt(bench, name)))
  const had = lines.map(({ events }) => events.length)
  const data: Data = { measured: [] }
  run.step(`${PER_SECOND} events a second through all four`)
  for (const endsAt = performance.now() + LAST_MS; performance.now() < endsAt; await run.sleep(250)) {
    data.measured = transportNames.map((name, index) => figures(name, index))
    run.show(data)
  }
  const after = await Promise.all(transportNames.map((name) => countedAt(bench, name)))
  data.measured = transportNames.map((name, index) => {
    const counted = passed(before[index]!, after[index]!)
    const found = figures(name, index)
    return {
      ...{ ...found, bytesPerEvent: counted.total / found.events },
      ...{ requestsPerEvent: counted.requests / found.events, bytesPerRequest: counted.total / counted.requests },
    }
  })
  for (const line of lines) line.close()
  return data

  function figures(transport: TransportName, index: number): Measured {
    const { events, lost } = lines[index]!
    const isAsking = transport === 'polling' || transport === 'long-polling'
    const ages = events.slice(had[index]).map(({ due, at }) => at - due)
    return {
      ...{ transport, events: ages.length, lost, medianMs: median(ages) ?? NaN, worstMs: Math.max(0, ...ages) },
      ...{
        tripMs: isAsking ? tripOf(lines[0]!) : NaN,
        eventBytes: texts.reduce((sum, n) => sum + n, 0) / texts.length,
      },
      ...{ bytesPerEvent: NaN, requestsPerEvent: NaN, bytesPerRequest: NaN },
    }
  }
}

/** Of polling: the first question opens the connection, all others are answered at once. */
function tripOf({ exchanges }: Followed): number {
  const trips = exchanges
    .slice(1)
    .flatMap(({ askedAt, answeredAt }) => (answeredAt === undefined ? [] : [answeredAt - askedAt]))
  return median(trips) ?? NaN
}

const isWhole = (measured: readonly Measured[]) =>
  measured.every(({ events, bytesPerEvent }) => events > 0 && Number.isFinite(bytesPerEvent)) &&
  measured.some(({ tripMs }) => Number.isFinite(tripMs))

const finite = (value: number, words: (value: number) => string) => (Number.isFinite(value) ? words(value) : '–')

function picture(box: HTMLElement): Picture<Data> {
  const mine: Case = { fresh: '1', clients: '1000', speaks: 'server', between: 'plain', often: '1' }
  let latest: Data | undefined

  function change(event: Event) {
    const { name, value } = event.target as HTMLSelectElement
    Object.assign(mine, { [name]: value })
    draw()
  }

  function draw() {
    if (!latest) return
    const { measured } = latest
    const isDone = isWhole(measured)
    render(
      html`<div class="scroll" tabindex="0" role="region" aria-label="Measured just now">
          <table class="raw">
            <caption>
              Measured on this page, ${PER_SECOND} events a second, polling every second
            </caption>
            <thead>
              <tr>
                <th scope="col">transport</th>
                ${['median age', 'bytes an event', 'requests an event'].map((each) => html`<th scope="col" class="number">${each}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${measured.map(
                (each) =>
                  html`<tr class="lane-colour" data-lane=${each.transport}>
                    <th scope="row"><b class="lane-word">${NAMES[each.transport]}</b></th>
                    <td class="number">${finite(each.medianMs, duration)}</td>
                    <td class="number">${finite(each.bytesPerEvent, size)}</td>
                    <td class="number">${finite(each.requestsPerEvent, (value) => value.toFixed(2))}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>
        ${
          isDone
            ? html`<h4>Your case</h4>
                <form class="case" @change=${change} @submit=${(event: Event) => event.preventDefault()}>
                  ${questions.map(
                    ({ name, words, options }) =>
                      html`<label
                        ><span>${words}</span>
                        <select name=${name}>
                          ${options.map(([value, text]) => html`<option value=${value} ?selected=${mine[name] === value}>${text}</option>`)}
                        </select></label
                      >`,
                  )}
                </form>
                <ul class="advice" aria-live="polite">
                  ${advise(mine, measured).map(
                    ({ transport, fits, reasons }) =>
                      html`<li class="lane-colour" data-lane=${transport} data-fits=${fits}>
                        <h5><b class="lane-word">${NAMES[transport]}</b> ${VERDICTS[fits]}</h5>
                        <ul>
                          ${reasons.map((each) => html`<li>${each}</li>`)}
                        </ul>
                      </li>`,
                  )}
                </ul>`
            : ''
        }`,
      box,
    )
  }

  return {
    draw(data) {
      latest = data
      draw()
    },
  }
}

const VERDICTS = { yes: 'fits', maybe: 'fits, at a price', no: 'does not fit' } as const

const MATH = `polling: q = N/(i + t) questions, q·h + N·r·b bytes a second; median age i/2 + t
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
  answer({ measured }) {
    const sorted = measured.toSorted((a, b) => b.bytesPerEvent - a.bytesPerEvent)
    const [most, least] = [sorted[0]!, sorted.at(-1)!]
    const freshest = measured.toSorted((a, b) => a.medianMs - b.medianMs)
    const lost = measured.reduce((sum, each) => sum + each.lost, 0)
    const isKnown = isWhole(measured)
    const near = freshest.filter(({ medianMs }) => medianMs < freshest[0]!.medianMs + 50)
    return {
      sentence: isKnown
        ? `${NAMES[most.transport]} sent the most, ${size(most.bytesPerEvent)} for an event, ${NAMES[least.transport]} the least, ${size(least.bytesPerEvent)}; ` +
          `the median event was ${duration(freshest[0]!.medianMs)} old by ${NAMES[freshest[0]!.transport]} and ${duration(freshest.at(-1)!.medianMs)} by ${NAMES[freshest.at(-1)!.transport]}.`
        : 'Not every transport delivered an event in this run, so there is nothing to compare.',
      details: isKnown
        ? [
            ...measured.map(
              (each) =>
                `${NAMES[each.transport]}: median age ${duration(each.medianMs)}, worst ${duration(each.worstMs)}; ${size(each.bytesPerEvent)} and ${each.requestsPerEvent.toFixed(2)} requests for an event.`,
            ),
            `Within 50 ms of the freshest: ${list(near.map(({ transport }) => NAMES[transport]))}. ${lost === 0 ? 'None of the four lost an event.' : `${lost} events were lost.`}`,
            'Describe your case beside this: each reason there is worked out from these numbers.',
          ]
        : [],
      choice: isKnown ? transportNames.indexOf(most.transport) : undefined,
      ...((!isKnown || lost > 0 || most.transport === 'wss' || most.transport === 'sse') && {
        surprise:
          'Streams should be the cheapest for an event, and nothing should be lost. Was the page in the background, or the machine very busy? Run it again.',
      }),
    }
  },
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
  table: ({ measured }) => ({
    caption: 'The four transports',
    columns: [
      ...[
        'transport',
        'events',
        'median age, ms',
        'worst age, ms',
        'round trip, ms',
        'event as text, bytes',
        'bytes per event',
      ],
      ...['requests per event', 'bytes per request', 'lost'],
    ],
    rows: measured.map((each) => [
      ...[each.transport, each.events, each.medianMs, each.worstMs],
      ...[each.tripMs, each.eventBytes, each.bytesPerEvent, each.requestsPerEvent, each.bytesPerRequest].map((value) =>
        Number.isFinite(value) ? value : undefined,
      ),
      each.lost,
    ]),
  }),
  measured: html`Each transport goes through a door of its own, over HTTP/1.1 and TLS 1.3, with the lab’s own client;
    bytes are counted at the socket, up and down, from when all four are open. What is said about your case is
    arithmetic with these numbers: it knows your machine’s loopback, not your network, and nothing of what your server
    does besides. A thousand clients were not run here; <code>npm run bench</code> does that.`,
})
