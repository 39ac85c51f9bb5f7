// Experiment: two WebSockets of one page lose their connections; what is kept elsewhere, the session and the cursor, is still there.
import { html } from '/vendor/lit-html.js'
import { parseCursor } from '../../src/core/event.ts'
import type { Cursor } from '../../src/core/event.ts'
import { about } from '../lab.ts'
import { count, duration } from '../words.ts'
import { countedAt, overHttp1 } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Followed, Got } from './follow.ts'
import { lesson, outside, rfc } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'
import { timeline } from './timeline.ts'

interface Line {
  events: readonly Got[]
  states: Followed['states']
  lost: number
  repeated: number
}
interface Asked {
  at: number
  withCookie: boolean
  status: number
  id?: Cursor
}
interface Data {
  lines: Line[]
  asked: Asked[]
  cutAt: number | undefined
  broken: number
  /** TCP connections that the door took from the first socket on. */
  connections: number
  now: number
}

const PER_SECOND = 4
const BEFORE_MS = 3000
const AFTER_MS = 4500

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, ['wss'])
  await run.rate(PER_SECOND)
  const before = await countedAt(bench, 'wss')
  const { tail } = await about()
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const followed = [0, 1].map(() => run.keep(follow({ bench, transport: 'wss', after: tail, startedAt })))
  const data: Data = {
    lines: followed.map(({ events, states }) => ({ events, states, lost: 0, repeated: 0 })),
    ...{ asked: [], cutAt: undefined, broken: 0, connections: 0, now: 0 },
  }
  const watch = async (ms: number) => {
    for (const endsAt = now() + ms; (data.now = now()) < endsAt; await run.sleep(40)) run.show(data)
  }
  /** Publishing needs a session, so it tells whether there is one. */
  async function publish(withCookie: boolean) {
    const response = await fetch('/feed', {
      method: 'POST',
      credentials: withCookie ? 'same-origin' : 'omit',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'session', data: { from: 'the experiment' } }),
      signal: run.signal,
    })
    const { id } = (await response.json()) as { id?: Cursor }
    data.asked.push({ at: now(), withCookie, status: response.status, ...(id !== undefined && { id }) })
  }

  await run.until(() => followed.every(({ isOpen }) => isOpen), 3000)
  run.step('two sockets, one session')
  await watch(800)
  await publish(true)
  await watch(800)
  run.step('the same, without the cookie')
  await publish(false)
  await watch(Math.max(0, BEFORE_MS - now()))
  run.step('both connections are reset')
  data.cutAt = now()
  data.broken = await bench.fault('wss', 'cut')
  await publish(true)
  await watch(AFTER_MS)
  data.connections = (await countedAt(bench, 'wss')).connections - before.connections
  for (const [index, line] of followed.entries()) {
    Object.assign(data.lines[index]!, { lost: line.lost, repeated: line.repeated })
    line.close()
  }
  return data
}

const backOf = ({ states }: Line, cutAt = Infinity) =>
  states.find(({ at, state }) => at > cutAt && state === 'open')?.at
const has = ({ events }: Line, id: Cursor | undefined) => id !== undefined && events.some((each) => each.id === id)

function spansOf({ states }: Line) {
  return states.flatMap(({ at, state }, index) => {
    const to = states[index + 1]?.at
    if ((state === 'connecting' && index === 0) || state === 'closed') return []
    return [
      { from: at, ...(to !== undefined && { to }), kind: state === 'open' ? ('open' as const) : ('away' as const) },
    ]
  })
}

const mean = (statuses: readonly Asked[]) => statuses.map(({ status }) => status).join(', ')

export const screen = experiment<Data>({
  about: html`This page has one session: a cookie that only the server can read. It opens two WebSockets, and publishes
  an event with a request of its own. Then the lab resets both sockets’ connections, and the page publishes again at
  once.`,
  question: 'The connections are gone. What else is gone?',
  choices: [
    'The session: who I am must be said anew',
    'The place in the feed: what comes up meanwhile is missed',
    'Nothing but the connections',
  ],
  seconds: 9,
  run,
  picture: drawn((data: Data) =>
    timeline({
      to: BEFORE_MS + AFTER_MS + 500,
      rows: [
        ...data.lines.map((line, index) => ({
          ...{ name: `WebSocket ${index + 1}`, note: 'its own connection', lane: 'wss', spans: spansOf(line) },
          marks: [
            ...line.events.map(({ at }) => ({ at, kind: 'event' as const })),
            ...(data.cutAt === undefined ? [] : [{ at: data.cutAt, kind: 'request' as const }]),
          ],
        })),
        ...([true, false] as const).map((withCookie) => {
          const mine = data.asked.filter((each) => each.withCookie === withCookie)
          return {
            name: withCookie ? 'POST with the cookie' : 'POST without it',
            note: mine.length > 0 ? `answered ${mean(mine)}` : 'not yet',
            lane: 'polling',
            spans: [],
            marks: mine.map(({ at, status }) => ({
              at,
              kind: status === 201 ? ('event' as const) : ('lost' as const),
            })),
          }
        }),
      ],
      legend: {
        open: 'the socket is open',
        away: 'no connection',
        event: 'an event is read; a request is answered 201',
        lost: 'refused',
        request: 'the lab resets both connections',
      },
    }),
  ),
  answer(data) {
    const { lines, asked, cutAt, broken, connections } = data
    const [first, second] = lines as [Line, Line]
    const lost = lines.reduce((sum, each) => sum + each.lost, 0)
    const repeated = lines.reduce((sum, each) => sum + each.repeated, 0)
    const [backs, withCookie] = [lines.map((each) => backOf(each, cutAt)), asked.filter((each) => each.withCookie)]
    const [before, after] = withCookie
    const without = asked.find((each) => !each.withCookie)
    const areBack = backs.every((at) => at !== undefined)
    const isKnown = after?.status === 201
    const bothHad = [before, after].every((each) => has(first, each?.id) && has(second, each?.id))
    const between = first.events.filter(({ due }) => due > cutAt! && due < (backs[0] ?? Infinity)).length
    const offset = (id: Cursor | undefined) => (id === undefined ? '–' : `#${parseCursor(id)!.offset}`)
    return {
      sentence:
        `${count(broken, 'connection')} ${broken === 1 ? 'was' : 'were'} reset. The session ${isKnown ? 'was still known: publishing was answered 201' : `was not: publishing was answered ${after?.status}`}. ` +
        (areBack
          ? `Both sockets were back on new connections after ${backs.map((at) => duration(at - cutAt!)).join(' and ')}, at their cursor: ${lost === 0 ? 'nothing was lost' : `${count(lost, 'event')} lost`}.`
          : 'The sockets did not come back within this run.'),
      details: [
        `Two sockets took ${connections} TCP connections in all; what came up while socket 1 was away, ${count(between, 'event')}, was delivered after it was back.`,
        `One session, two connections: the events published by it (${offset(before?.id)} and ${offset(after?.id)}) came to ${bothHad ? 'both sockets' : 'not both sockets'}.`,
        `The same request without the cookie, from the same page, was answered ${without?.status}: a connection is nobody.`,
        repeated === 0 ? 'No event came twice.' : `${count(repeated, 'event')} came twice.`,
      ],
      choice: !areBack ? undefined : !isKnown ? 0 : lost > 0 ? 1 : 2,
      ...((!areBack || !isKnown || lost > 0 || without?.status !== 401 || !bothHad) && {
        surprise: !areBack
          ? 'They should be back within a second or two. Was the page in the background, or its network off?'
          : without?.status !== 401
            ? 'Without the cookie publishing should be refused with 401. Does something in between add a key?'
            : 'Session and cursor should outlive a connection. Was the lab restarted just then? It keeps its sessions in memory.',
      }),
    }
  },
  reason: html`<p>
      A connection is a way for bytes between two ports; it ends when a train enters a tunnel. Who somebody is, and how
      far they have read, are not properties of that way. HTTP is stateless (${rfc(9110, '3.3')}): the session is a name
      that the client sends with each request, here a cookie (${rfc(6265, '3')}), and the place in the feed is a cursor
      that it shows on coming back.
    </p>
    <p>
      A WebSocket tempts to put both into the connection: it stays, so the server remembers who is at the other end. The
      cookie is looked at once, in the handshake (${rfc(6455, '10.5')}); so a server must close the sockets of a session
      that ends (here 4401), and must not take a broken socket for a user who has left. One user has several: two tabs,
      a phone, an old line that is dead and does not know it yet.
    </p>
    <p>
      The other way round a connection proves nothing. With HTTP/2 many requests share one, a proxy mixes those of
      several people; the page’s requests with and without the cookie went to the same server at the same moment, and
      only one was somebody. Cookies are kept for a host, not for a port (${rfc(6265, '8.5')}), and who may use one is
      decided by
      <code>SameSite</code> and <code>Origin</code>
      (${outside('https://fetch.spec.whatwg.org/#origin-header', 'WHATWG Fetch')}). How the cursor travels is
      ${lesson('sse-reconnect', 'a lesson of its own')}.
    </p>`,
  table: (data) => ({
    caption: 'The two sockets and the three requests',
    columns: ['what', 'at, ms', 'result', 'events', 'lost', 'repeated'],
    rows: [
      ...data.lines.map((line, index) => [
        ...[`WebSocket ${index + 1}`, backOf(line, data.cutAt), 'back on a new connection'],
        ...[line.events.length, line.lost, line.repeated],
      ]),
      ...data.asked.map(({ at, withCookie, status }) => [
        ...[withCookie ? 'POST with the cookie' : 'POST without it', at, String(status)],
        ...[undefined, undefined, undefined],
      ]),
      ['connections of the door', undefined, String(data.connections), undefined, undefined, undefined],
    ],
  }),
  measured: html`The sockets are the lab’s own client (<code>transports/wss/client.ts</code>) through the WSS door; the
    lab resets their TCP connections. Publishing goes to the page’s own origin, over a connection that never was the
    sockets’, and needs the session: <code>201</code> says that it is known. The cookie is <code>HttpOnly</code>, so
    this page cannot read it, only have it sent (<code>credentials: 'same-origin'</code>) or not (<code>'omit'</code>).
    The refusal is provoked on purpose; the browser notes it in its console.`,
})
