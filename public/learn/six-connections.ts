// Experiment: streams are opened to one server until one hangs; over HTTP/1.1, over HTTP/2, and with one leader for all.
import { html } from '/vendor/lit-html.js'
import type { Cursor } from '../../src/core/event.ts'
import type { Bench } from '../bench.ts'
import { about } from '../lab.ts'
import { count, duration } from '../words.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import { joinGroup } from './leader.ts'
import type { Follower } from './leader.ts'
import { outside, rfc } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'

interface Stream {
  /** Milliseconds from opening to the first word of the stream; undefined: it hangs. */
  openedMs?: number
  hadError?: boolean
}
interface Phase {
  streams: Stream[]
  /** TCP connections that the door counted as open. */
  connections?: number
}
interface Data {
  http1: Phase
  http2: Phase
  group?: {
    followers: { ids: readonly Cursor[]; isLeader: boolean }[]
    connections?: number
    /** Ids that the last follower has and another one has not, over all. */
    missing: number
    handedOver: boolean
  }
}

const WANTED = 8
const PATIENCE_MS = 1500
const PER_SECOND = 10

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await run.rate(PER_SECOND)
  const data: Data = { http1: { streams: [] }, http2: { streams: [] } }
  const show = () => run.show(data)

  run.step('streams over HTTP/1.1')
  await bench.set('sse', { http: '1.1' })
  await openStreams(run, bench, data.http1, show)
  run.step('the same over HTTP/2')
  await bench.set('sse', { http: '2' })
  await openStreams(run, bench, data.http2, show)
  run.step('HTTP/1.1 again, one stream for all')
  await bench.set('sse', { http: '1.1' })
  await shareOne(run, bench, data, show)
  return data
}

async function openStreams(run: Run<Data>, bench: Bench, phase: Phase, show: () => void) {
  const open: EventSource[] = []
  try {
    for (let n = 0; n < WANTED; n++) {
      const stream: Stream = {}
      phase.streams.push(stream)
      show()
      const asked = performance.now()
      const source = run.keep(new EventSource(`${bench.door('sse').origin}/feed/sse`))
      open.push(source)
      source.addEventListener('error', () => (stream.hadError = true))
      source.addEventListener('hello', () => (stream.openedMs ??= performance.now() - asked))
      await run.until(() => stream.openedMs !== undefined, PATIENCE_MS)
      show()
      if (stream.openedMs === undefined) break // the next ones would only wait behind it
      await run.sleep(60)
    }
    await bench.refresh()
    const { traffic } = bench.door('sse')
    if (traffic) phase.connections = traffic.open
    show()
  } finally {
    for (const source of open) source.close()
  }
}

async function shareOne(run: Run<Data>, bench: Bench, data: Data, show: () => void) {
  const { tail } = await about()
  const name = `wirelab-${crypto.randomUUID()}`
  const join = () =>
    run.keep(
      joinGroup(name, tail, (after, onEvent) => {
        const startedAt = performance.now()
        const line = follow({ bench, transport: 'sse', after, startedAt, onEvent: ({ id }) => onEvent(id) })
        return run.keep(line)
      }),
    )
  const followers: Follower[] = Array.from({ length: WANTED }, join)
  data.group = { followers, missing: 0, handedOver: false }
  await watch(1800)
  await bench.refresh()
  const { traffic } = bench.door('sse')
  if (traffic) data.group.connections = traffic.open
  const first = followers.find(({ isLeader }) => isLeader)
  first?.close()
  run.step('the leader has gone')
  await watch(1800)
  const left = followers.filter((each) => each !== first)
  data.group.handedOver = first !== undefined && left.some(({ isLeader }) => isLeader)
  const all = new Set(left.flatMap(({ ids }) => ids))
  // The newest may still be on its way through the channel.
  const newest = [...all].at(-1)
  data.group.missing = left.reduce(
    (sum, { ids }) => sum + [...all].filter((id) => id !== newest && !ids.includes(id)).length,
    0,
  )
  data.group.followers = followers.map(({ ids, isLeader }) => ({ ids: [...ids], isLeader }))

  async function watch(ms: number) {
    for (const endsAt = performance.now() + ms; performance.now() < endsAt; await run.sleep(60)) show()
  }
}

const openOf = ({ streams }: Phase) => streams.filter(({ openedMs }) => openedMs !== undefined).length

function picture({ http1, http2, group }: Data) {
  const phase = (title: string, { streams, connections }: Phase) =>
    html`<section>
      <h4>${title}</h4>
      <ol class="cells">
        ${streams.map(({ openedMs }, index) => {
          const isLast = index === streams.length - 1
          const words =
            openedMs !== undefined ? duration(openedMs) : isLast && connections === undefined ? '…' : 'hangs'
          return html`<li data-state=${openedMs !== undefined ? 'open' : 'hangs'}><b>${index + 1}</b> ${words}</li>`
        })}
      </ol>
      <p class="quiet">
        ${connections === undefined ? '' : `${count(connections, 'TCP connection')} open at the door`}
      </p>
    </section>`
  return html`<div class="phases">
    ${phase(`${WANTED} streams over HTTP/1.1`, http1)}
    ${http2.streams.length > 0 ? phase(`${WANTED} streams over HTTP/2`, http2) : ''}
    ${
      group
        ? html`<section>
            <h4>${WANTED} followers of one stream, over HTTP/1.1</h4>
            <ol class="cells">
              ${group.followers.map(
                ({ ids, isLeader }, index) =>
                  html`<li data-state=${isLeader ? 'leader' : 'open'}>
                    <b>${index + 1}</b> ${ids.length}${isLeader ? ' leads' : ''}
                  </li>`,
              )}
            </ol>
            <p class="quiet">
              Events each one has.
              ${group.connections === undefined ? '' : `${count(group.connections, 'TCP connection')} open at the door.`}
            </p>
          </section>`
        : ''
    }
  </div>`
}

export const screen = experiment<Data>({
  about: html`The page opens streams to one server, one after the other, up to ${WANTED}, and waits
  ${duration(PATIENCE_MS)} for the first word of each. Eight tabs with a chat each would do the same.`,
  question: 'Over HTTP/1.1, how many of the eight streams open?',
  choices: ['Two', 'Six', 'All eight', 'One'],
  seconds: 7,
  run,
  picture: drawn(picture),
  answer({ http1, http2, group }) {
    const [one, two] = [openOf(http1), openOf(http2)]
    const { handedOver, missing, connections, followers } = group!
    return {
      sentence:
        `Over HTTP/1.1 ${count(one, 'stream')} opened${one < WANTED ? ` and number ${one + 1} ${http1.streams.at(-1)?.hadError ? 'failed with an error' : `had no word after ${duration(PATIENCE_MS)}, and no error either`}` : ''}; ` +
        `over HTTP/2 ${two === WANTED ? `all ${two}` : two} opened${http2.connections === undefined ? '' : ` on ${count(http2.connections, 'connection')}`}.`,
      details: [
        connections === undefined
          ? 'How many connections the followers of a leader needed, the lab did not tell.'
          : `With a leader, ${followers.length} followers needed ${count(connections, 'connection')} over HTTP/1.1.`,
        handedOver
          ? `When the leader left, the next one took over; ${missing === 0 ? 'none of those left missed an event that another had' : `${missing} events are missing`}.`
          : 'When the leader left, nobody had taken over by the end of the run.',
      ],
      choice: { 2: 0, 6: 1, [WANTED]: 2, 1: 3 }[one],
      ...((one !== 6 || two !== WANTED || missing > 0 || !handedOver) && {
        surprise:
          one !== 6
            ? `Six were expected of a browser with its usual settings; ${one < 6 ? 'perhaps something else of this browser holds connections to the same door' : 'perhaps this browser is set to allow more'}.`
            : two !== WANTED
              ? 'HTTP/2 should carry all of them on one connection. Is there a proxy in between that speaks HTTP/1.1 only?'
              : 'The hand-over should be complete and without a loss; a busy browser may need longer than this run.',
      }),
    }
  },
  reason: html`<p>
      HTTP/1.1 answers one request at a time on a connection (${rfc(9112, '9.3')}), so a stream that never ends keeps a
      connection for itself. Browsers open at most six to one host and port, for all tabs of a profile together; the
      standard asks only for moderation (${rfc(9112, '9.4')}). The seventh request is not refused: it waits in the
      browser, unsent, and so does every later one, also an ordinary click. Nothing tells the page why.
    </p>
    <p>
      Over HTTP/2 a stream of events is one stream of the connection (${rfc(9113, '5')}); the server says how many it
      allows (<code>SETTINGS_MAX_CONCURRENT_STREAMS</code>, ${rfc(9113, '6.5.2')}), here 250. WebSockets are not counted
      among the six; browsers allow some hundred of them.
    </p>
    <p>
      Where HTTP/2 is not to be had, tabs can share: they ask for one lock
      (${outside('https://www.w3.org/TR/web-locks/', 'Web Locks')}), who gets it reads the stream and tells the others
      by
      ${outside(
        'https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts',
        'BroadcastChannel',
      )}.
      A leader that closes or crashes loses the lock, and the next one goes on at its own cursor.
    </p>`,
  table: ({ http1, http2, group }) => ({
    caption: 'Every stream, and every follower',
    columns: ['phase', 'n', 'opened after, ms', 'TCP connections', 'events'],
    rows: [
      ...(
        [
          ['HTTP/1.1', http1],
          ['HTTP/2', http2],
        ] as const
      ).flatMap(([name, { streams, connections }]) =>
        streams.map(({ openedMs }, index) => [name, index + 1, openedMs ?? 'hangs', connections, undefined]),
      ),
      ...(group?.followers ?? []).map(({ ids }, index) => [
        ...['one leader, HTTP/1.1', index + 1, undefined, group?.connections, ids.length],
      ]),
    ],
  }),
  measured: html`All streams are <code>EventSource</code>s of this one page, through its SSE door. That is the same as
    eight tabs: the limit belongs to the browser’s pool of connections for one host and port, which all tabs share (a
    private window has another). Connections are counted by the door. The followers are eight objects in this page, with
    a lock and a channel as tabs would have: both work the same between tabs of one origin. “Hangs” means no first word
    within ${duration(PATIENCE_MS)}.`,
})
