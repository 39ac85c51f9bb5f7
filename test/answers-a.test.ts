// What nine experiments say of what they measured: as usual, of nothing, the other way round, with losses. Plain numbers in, text out.
import { describe, expect, test } from 'vitest'
import type { Cursor } from '../src/core/event.ts'
import type { Passed } from '../public/learn/doors.ts'
import type { Answer } from '../public/learn/experiment.ts'
import type { Exchange, Got } from '../public/learn/follow.ts'
import type { Table } from '../public/learn/table.ts'
import * as batching from '../public/learn/batching/answer.ts'
import * as caching from '../public/learn/caching/answer.ts'
import type { Fetched } from '../public/learn/caching/kept.ts'
import * as headOfLine from '../public/learn/head-of-line/answer.ts'
import * as keepAlive from '../public/learn/keep-alive/answer.ts'
import * as longPolling from '../public/learn/long-polling/answer.ts'
import * as pollingInterval from '../public/learn/polling-interval/answer.ts'
import { chanceOf } from '../public/learn/polling-interval/chance.ts'
import { emptiness, nearness } from '../public/learn/polling-interval/remarks.ts'
import * as sixConnections from '../public/learn/six-connections/answer.ts'
import * as sseReconnect from '../public/learn/sse-reconnect/answer.ts'
import * as handshake from '../public/learn/websocket-handshake/answer.ts'

/** Which guess the numbers bear out, what is said, and what is said to be odd; without `odd` nothing may be. */
interface Wanted {
  choice?: number
  says: readonly string[]
  odd?: string
}

function tells<Data>({ answer, table }: { answer(data: Data): Answer; table(data: Data): Table }) {
  return (_: string, data: Data, { choice, says, odd }: Wanted) => {
    const told = answer(data)
    const all = [told.sentence, ...(told.details ?? []), told.surprise ?? ''].join('\n')
    for (const words of says) expect(all).toContain(words)
    expect(told.choice).toBe(choice)
    if (odd === undefined) expect(told.surprise).toBeUndefined()
    else expect(told.surprise).toContain(odd)
    expect(all).not.toMatch(/NaN|undefined|Infinity|null/)
    const { columns, rows } = table(data)
    for (const row of rows) expect(row).toHaveLength(columns.length)
  }
}

const id = (offset: number) => `madeupepoch.${offset}` as Cursor
const upTo = (n: number) => Array.from({ length: n }, (_, index) => index)
const event = (offset: number, due: number, latency: number): Got => ({ id: id(offset), due, at: due + latency })
/** One each `everyMs`, all with that latency. */
const steady = (n: number, everyMs: number, latency: number) => upTo(n).map((k) => event(k + 1, k * everyMs, latency))
const counted = (total: number, changes: Partial<Passed> = {}): Passed => ({
  ...{ requests: 8, connections: 1, up: total / 4, down: (total * 3) / 4, total },
  ...changes,
})
/** Of some, one is another. */
const withNth = <Each>(all: readonly Each[], index: number, changes: Partial<Each>) =>
  all.map((each, place) => (place === index ? { ...each, ...changes } : each))

describe('polling-interval', () => {
  const line = (intervalMs: number, bytes: number, latency = intervalMs / 2 + 10): pollingInterval.Line => ({
    ...{ intervalMs, events: steady(60, 250, latency), lost: 0, passed: counted(60 * bytes) },
    exchanges: upTo(20).map((k) => ({ askedAt: k * 300, answeredAt: k * 300 + 10, events: k % 2 })),
  })
  const lines = [line(250, 500), line(1000, 250), line(4000, 150)]
  const data = { lines, wasHidden: false }
  const with4 = (last: pollingInterval.Line) => ({ ...data, lines: [...lines.slice(0, 2), last] })

  test.each<[string, pollingInterval.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 2,
        says: [
          'Asking every 4 s instead of every 1 s made the median latency 3.9 times as long (2.01 s against 510 ms)',
          'Each event then took 150 B instead of 250 B.',
          'No client lost an event',
        ],
      },
    ],
    ['nothing', { lines: [], wasHidden: false }, { says: ['nothing to compare'], odd: 'Is the lab still running' }],
    ['no event at one', with4({ ...lines[2]!, events: [] }), { says: ['nothing to compare'], odd: 'dozens' }],
    ['no clock', with4({ ...lines[2]!, events: steady(60, NaN, 1) }), { says: ['nothing to compare'], odd: 'dozens' }],
    [
      'the longer pause is quicker and dearer',
      with4(line(4000, 400, 100)),
      { says: ['0.2 times as long (100 ms against 510 ms)', '400 B instead of 250 B'], odd: 'Every 4 s is not where' },
    ],
    ['hardly longer', with4(line(4000, 150, 600)), { choice: 0, says: ['1.2 times'], odd: 'Every 4 s is not where' }],
    ['dearer only', with4(line(4000, 300)), { choice: 2, says: ['300 B instead of 250 B'], odd: 'and events cheaper' }],
    [
      'an eighth off, which chance alone is not',
      with4(line(4000, 150, 2260)),
      { choice: 2, says: ['4.4 times'], odd: 'Every 4 s is not where' },
    ],
    [
      'off, in the background',
      { ...with4(line(4000, 150, 3500)), wasHidden: true },
      { choice: 2, says: ['6.9 times'], odd: 'in the background' },
    ],
    [
      'some are lost',
      { ...data, lines: withNth(lines, 1, { lost: 3 }) },
      { choice: 2, says: ['3 events never came'], odd: 'Nothing should be lost' },
    ],
  ])('%s', tells(pollingInterval))

  test('what came with the first answer has waited for no pause', () => {
    const [one] = lines
    const early = withNth(one!.exchanges, 0, { events: 40 })
    const events = [...steady(40, 1, 1), ...one!.events.slice(40)]
    expect(pollingInterval.figuresOf({ ...one!, events, exchanges: early })).toMatchObject({ n: 60, medianMs: 135 })
  })

  test('what is said of empty answers follows the numbers', () => {
    const asked = (intervalMs: number, events: readonly number[]) => ({
      ...line(intervalMs, 1),
      exchanges: [0, ...events].map((count, k) => ({ askedAt: k * 300, answeredAt: k * 300 + 10, events: count })),
    })
    expect(emptiness([asked(250, [1, 0, 0, 0]), asked(1000, [3, 2])])).toBe(
      'In this run 75 % of those every 250 ms did, and none of those every 1 s.',
    )
    expect(emptiness([asked(250, [1, 1]), asked(1000, [3, 2])])).toContain('none did')
    expect(emptiness([])).toBe('')
  })

  test('chance is what the schedule of the lab leaves of it: less, the more events come in a pause', () => {
    const chance = (intervalMs: number) => chanceOf({ intervalMs, perSecond: 4, lastMs: 16_300 })
    /** Two standard errors of the median of 64 that know nothing of each other, spread evenly over the pause. */
    const loose = (intervalMs: number) => intervalMs / Math.sqrt(64)
    // One in each pause: there the schedule leaves chance all that it has.
    expect(chance(250) / loose(250)).toBeGreaterThan(0.8)
    expect(chance(250) / loose(250)).toBeLessThan(1.2)
    // Of four slots in a pause, or sixteen, all but one are wholly before the median, or behind it.
    expect(chance(1000) / loose(1000)).toBeLessThan(0.6)
    expect(chance(4000) / loose(4000)).toBeLessThan(0.4)
    expect(chance(4000)).toBeGreaterThan(0)
    expect(chance(250)).toBe(chance(250))
  })

  test('a median that is further from the formula than chance takes it is named, with why; no other is', () => {
    expect(nearness(lines)).toMatch(/Here all are within that\.$/)
    // 31 % less, where chance alone takes it 23 %.
    const off = nearness([line(250, 500, 93), line(1000, 250)])
    expect(off).toMatch(/Further off: every 250 ms\. .*busy machine/)
  })
})

describe('long-polling', () => {
  const exchange = (askedAt: number, answeredAt: number, events: number): Exchange => ({ askedAt, answeredAt, events })
  const data: longPolling.Data = {
    // The first answer has none; one meets a held question; two, and two more, come up while none is there.
    exchanges: [exchange(0, 300, 0), exchange(300, 1300, 1), exchange(1300, 1600, 2), exchange(6000, 6300, 2)],
    events: [event(1, 1150, 150), event(2, 1200, 400), event(3, 1250, 350), event(4, 6010, 290), event(5, 6020, 280)],
    phases: [
      { perSecond: 1, from: 0, to: 6000 },
      { perSecond: 6, from: 6000, to: 12_000 },
    ],
    ...{ tripMs: 300, lost: 0, repeated: 0, now: 12_000 },
  }

  test.each<[string, longPolling.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 1,
        says: [
          '4 of 5 events came up while the server had no question: none was lost, and up to 2 came together',
          'At 6 events a second: 2 events in 1 answer, 1 of them with more than one.',
          'no question: 320 ms; of one that met a held question: 150 ms',
        ],
      },
    ],
    [
      'each in an answer of its own',
      { ...data, exchanges: [exchange(0, 300, 0), exchange(1300, 1600, 1)], events: [event(2, 1200, 400)] },
      { choice: 2, says: ['1 of 1 event', 'up to 1 came together'] },
    ],
    ['nothing', { ...data, exchanges: [], events: [], phases: [] }, { says: ['Of no event'], odd: 'nothing to see' }],
    ['no round trip', { ...data, tripMs: NaN }, { says: ['Of no event', 'round trip: –'], odd: 'nothing to see' }],
    ['no clock', { ...data, events: steady(5, NaN, 1) }, { says: ['Of no event'], odd: 'nothing to see' }],
    [
      'those that met a question come later',
      { ...data, events: [event(1, 500, 800), ...data.events.slice(1)] },
      { choice: 1, says: ['a held question: 800 ms'], odd: 'should come later' },
    ],
    ['some are lost', { ...data, lost: 2 }, { says: ['2 events were lost'], odd: 'must not happen' }],
    ['one is lost', { ...data, lost: 1 }, { says: ['1 event was lost'], odd: 'does not tell' }],
    ['one came twice', { ...data, repeated: 1 }, { choice: 1, says: ['1 event came twice'], odd: 'should come once' }],
  ])('%s', tells(longPolling))
})

describe('sse-reconnect', () => {
  // Six a second; the line is away from 2.51 s to 3.53 s, in which #16 to #21 come up.
  const due = (k: number) => k * 166
  const isAway = (k: number) => k >= 16 && k <= 21
  const all = upTo(40).map((k) => event(k + 1, due(k + 1), isAway(k + 1) ? 3540 - due(k + 1) : 5))
  const some = all.filter((_, index) => !isAway(index + 1))
  const stretches = (second: Partial<sseReconnect.Stretch>): sseReconnect.Stretch[] => [
    { from: 20, to: 2510, cursor: id(0), source: { n: 1, after: 0 } },
    { from: 3530, cursor: id(15), source: { n: 1, after: 0 }, ...second },
  ]
  const plain = stretches({}).map(({ from, to, cursor }) => ({ from, cursor, ...(to !== undefined && { to }) }))
  const data: sseReconnect.Data = {
    eventSource: { events: all, stretches: stretches({}) },
    plain: { events: some, stretches: plain },
    ...{ cutAt: 2500, broken: 2, lost: 0, repeated: 0, gaps: 0, now: 8000 },
  }

  test.each<[string, sseReconnect.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 0,
        says: [
          'EventSource was away for 1.02 s and lost nothing: 6 events that came up meanwhile were delivered',
          'The fetch without an id lost 6 events.',
          'goes on after #15; the last event before the cut was #15',
          'so the newer number came in Last-Event-ID',
          'Delivered in all: 40 of 40. None came twice.',
        ],
      },
    ],
    [
      'nothing',
      { ...data, eventSource: { events: [], stretches: [] }, plain: { events: [], stretches: [] } },
      { says: ['did not come back within 5.5 s', 'Delivered in all: 0 of 0'], odd: 'off as well' },
    ],
    [
      'EventSource loses, the fetch does not',
      {
        ...{ ...data, lost: 6, eventSource: { events: some, stretches: stretches({ cursor: id(21) }) } },
        plain: { events: all, stretches: plain },
      },
      {
        choice: 1,
        says: ['lost 6 events: 0 events that came up meanwhile were', 'The fetch without an id lost nothing'],
        odd: 'Nothing should be lost',
      },
    ],
    ['more is lost than came up meanwhile', { ...data, lost: 8 }, { says: ['lost 8 events'], odd: 'Nothing should' }],
    ['the lab no longer had it', { ...data, gaps: 1 }, { says: ['lost what the lab no longer had'], odd: 'retention' }],
    [
      'another EventSource came back',
      { ...data, eventSource: { events: all, stretches: stretches({ source: { n: 2, after: 15 } }) } },
      { choice: 0, says: ['another EventSource', 'named #15', 'this run does not show'], odd: 'a second time' },
    ],
    [
      'nothing came up meanwhile',
      { ...data, eventSource: { ...data.eventSource, events: all.map((each) => ({ ...each, due: each.at })) } },
      { says: ['0 events that came up meanwhile'], odd: 'proves nothing' },
    ],
    [
      'the fetch stays away',
      { ...data, plain: { ...data.plain, stretches: plain.slice(0, 1) } },
      { choice: 0, says: ['The fetch without an id was not back by the end'], odd: 'ask again after a second' },
    ],
    [
      'the fetch loses nothing',
      { ...data, plain: { events: all, stretches: plain } },
      { choice: 0, says: [], odd: 'as far' },
    ],
    ['some came twice', { ...data, repeated: 2 }, { choice: 0, says: ['2 events came twice'], odd: 'come twice' }],
  ])('%s', tells(sseReconnect))
})

describe('keep-alive', () => {
  const none = counted(0, { requests: 0, connections: 0 })
  const silence: keepAlive.Silence = {
    ...{ ms: 3000, onKept: none, onSocket: counted(2000, { requests: 0 }) },
    ...{ eventsDue: 15, eventsOnSocket: 15, lost: 0 },
  }
  const data: keepAlive.Data = {
    kept: { name: 'kept connection', tookMs: [9, 2, 2], passed: counted(8000) },
    fresh: { name: 'new connection each time', tookMs: [9, 8, 8], passed: counted(24_000, { connections: 8 }) },
    silence,
  }
  const during = (changes: Partial<keepAlive.Silence>) => ({ ...data, silence: { ...silence, ...changes } })

  test.each<[string, keepAlive.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 2,
        says: [
          'In 3.00 s without a question the kept HTTP connection brought not one byte, while 15 events came over the WebSocket (1.5 kB)',
          '8 questions on 1 connection: 8.0 kB, 2.0 ms each. On 8 connections: 24 kB, 8.0 ms each, 3.0 times the bytes.',
        ],
      },
    ],
    [
      'nothing',
      { kept: { name: 'kept', tookMs: [] }, fresh: { name: 'fresh', tookMs: [] } },
      { says: ['did not come to the silence'] },
    ],
    ['no silence', { kept: data.kept, fresh: data.fresh }, { says: ['did not come to the silence'] }],
    [
      'the kept connection brings bytes, the WebSocket no event',
      during({ onKept: counted(4000, { requests: 0 }), eventsOnSocket: 0 }),
      { says: ['the kept HTTP connection brought 3.0 kB, while 0 events'], odd: 'although nobody asked' },
    ],
    ['no event at all', during({ eventsOnSocket: 0 }), { says: ['while 0 events'], odd: 'shows nothing' }],
    [
      'somebody asked',
      during({ onKept: { ...none, requests: 1 } }),
      { says: ['not one byte'], odd: 'asked after all' },
    ],
    ['some are lost', during({ lost: 2 }), { choice: 2, says: ['2 events never came'], odd: 'Nothing should be lost' }],
    [
      'new connections are cheaper',
      { ...data, fresh: { ...data.fresh, passed: counted(4000, { connections: 8 }) } },
      { choice: 2, says: ['0.5 times the bytes'], odd: 'here they did not' },
    ],
    [
      'not as many connections',
      { ...data, fresh: { ...data.fresh, passed: counted(24_000, { connections: 3 }) } },
      { choice: 2, says: ['On 3 connections'], odd: 'not as many' },
    ],
    [
      'no bytes were counted',
      { ...data, kept: { ...data.kept, passed: none } },
      { choice: 2, says: ['On 8 connections: 24 kB, 8.0 ms each.'] },
    ],
  ])('%s', tells(keepAlive))
})

describe('caching', () => {
  const etag = '"madeup.5"'
  const header = `If-None-Match: ${etag}\r\n`.length
  const STATUS = { plain: 200, miss: 200, hit: 304 }
  const series = (kind: caching.Kind, events: number, bytes: number, requests = 10): caching.Series => ({
    ...{ kind, events, statuses: upTo(10).map(() => STATUS[kind]), passed: counted(bytes * 10, { requests }) },
  })
  /** Six, from the bytes of an exchange; a preflight for each where `leave` is not 0. */
  const six = (plain: number, hit: number, longPlain: number, longHit: number, leave = 0) => {
    const asked = leave > 0 ? 20 : 10
    return [
      ...[
        series('plain', 0, plain),
        series('miss', 0, plain + header + leave, asked),
        series('hit', 0, hit + leave, asked),
      ],
      ...[series('plain', 100, longPlain), series('miss', 100, longPlain + header + leave, asked)],
      series('hit', 100, longHit + leave, asked),
    ]
  }
  const fetched = (what: string, transferBytes: number): Fetched => ({
    ...{ what, transferBytes, mode: 'force-cache', bodyBytes: 900, encodedBytes: 700 },
    cacheControl: what.startsWith('/feed') ? 'no-store' : 'no-cache',
  })
  const data: caching.Data = {
    ...{ etag, series: six(1000, 980, 10_000, 980) },
    fetched: [fetched('/public/icon.svg', 0), fetched('/feed/polling', 8000)],
  }

  test.each<[string, caching.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 1,
        says: [
          'For the empty answer 304 saved 2 % of the bytes, for 100 events it saved 90 % of the bytes.',
          'the icon (no-cache) came from the cache, with nothing sent; the feed (no-store) came whole over the network',
        ],
      },
    ],
    [
      'with a preflight each time',
      { ...data, series: six(1000, 980, 10_000, 980, 600) },
      {
        choice: 1,
        says: [
          'saved 2 % of the bytes',
          'asked for leave 10 times (a preflight, 600 B for each question): then a poll without news costs 1.6 kB, more',
        ],
      },
    ],
    ['nothing', { series: [], fetched: [], etag: '' }, { says: ['nothing to compare'], odd: 'Run it again' }],
    [
      'no series was counted to its end',
      { ...data, series: withNth(data.series, 5, { statuses: [] }) },
      { says: ['nothing to compare'], odd: 'Run it again' },
    ],
    [
      '304 costs more',
      { ...data, series: six(1000, 1500, 10_000, 12_000) },
      { says: ['For the empty answer 304 cost 50 % more, for 100 events it cost 20 % more.'], odd: 'few events' },
    ],
    [
      'the empty answer saves more',
      { ...data, series: six(1000, 200, 10_000, 7000) },
      { says: ['saved 80 %'], odd: 'few events' },
    ],
    [
      'nearly all, both',
      { ...data, series: six(1000, 300, 10_000, 900) },
      { choice: 0, says: ['saved 70 %', 'saved 91 %'] },
    ],
    ['none', { ...data, series: six(1000, 990, 1000, 980) }, { choice: 2, says: ['saved 1 %', 'saved 2 %'] }],
    [
      'something was published meanwhile',
      { ...data, series: withNth(data.series, 2, { statuses: [304, 200] }) },
      { says: [], odd: 'published in between' },
    ],
    [
      'the browser does not tell',
      { ...data, fetched: data.fetched.map((each) => ({ ...each, transferBytes: NaN })) },
      { choice: 1, says: ['in a way that the browser does not tell'] },
    ],
  ])('%s', tells(caching))
})

describe('six-connections', () => {
  const phase = (open: number, tried: number, connections: number): sixConnections.Phase => ({
    ...{ connections, streams: upTo(tried).map((n) => (n < open ? { openedMs: 12 } : {})) },
  })
  const follower = (ids: number[], isLeader = false, hasLeft = false) => ({ ids: ids.map(id), isLeader, hasLeft })
  const from = (first: number, last: number) => upTo(last - first + 1).map((k) => first + k)
  const followers = [
    follower(from(1, 18), true, true),
    follower(from(2, 36), true),
    follower(from(4, 37)),
    follower(from(4, 36)),
  ]
  const data: sixConnections.Data = {
    ...{ where: 'tabs', http1: phase(6, 7, 6), http2: phase(8, 8, 1) },
    group: { followers, connections: 1 },
  }
  const led = (changed: typeof followers) => ({ ...data, group: { followers: changed, connections: 1 } })

  test.each<[string, sixConnections.Data, Wanted]>([
    [
      'as usual, in tabs',
      data,
      {
        choice: 1,
        says: [
          'Over HTTP/1.1 6 tabs got an open stream, and number 7 had no word after 1.50 s, and no error either; over HTTP/2 all 8 did, on 1 connection.',
          'With a leader, 4 followers needed 1 connection over HTTP/1.1.',
          'the next one took over; none of those left missed an event that another had',
        ],
      },
    ],
    [
      'in one page',
      { ...data, where: 'page' },
      { choice: 1, says: ['6 streams of this one page opened', 'did not let the page open tabs', 'allow pop-ups'] },
    ],
    ['nothing', { ...data, http1: { streams: [] }, http2: { streams: [] } }, { says: ['nothing to compare'] }],
    [
      'over HTTP/1.1 all open, over HTTP/2 two',
      { ...data, http1: phase(8, 8, 8), http2: phase(2, 3, 2) },
      {
        choice: 2,
        says: ['Over HTTP/1.1 8 tabs got an open stream; over HTTP/2 2 did, on 2 connections'],
        odd: 'allow more',
      },
    ],
    [
      'a machine that was given longer',
      { ...data, http1: { connections: 6, streams: [...upTo(6).map(() => ({ openedMs: 300 })), { waitedMs: 3005 }] } },
      { choice: 1, says: ['number 7 had no word after 3.00 s'] },
    ],
    [
      'one tab fails with an error',
      { ...data, http1: { connections: 0, streams: [{ hadError: true }] } },
      { says: ['0 tabs got an open stream, and number 1 failed with an error'], odd: 'something else' },
    ],
    [
      'HTTP/2 stops at six',
      { ...data, http2: phase(6, 7, 6) },
      { choice: 1, says: ['over HTTP/2 6 did'], odd: 'proxy' },
    ],
    [
      'nobody takes over',
      led(withNth(followers, 1, { isLeader: false })),
      { choice: 1, says: ['nobody had taken over'], odd: 'hand-over' },
    ],
    [
      'one misses events, which are not the newest',
      led(withNth(followers, 2, { ids: [4, 5, 6, 20, 21, 37].map(id) })),
      { choice: 1, says: ['events are missing'], odd: 'without a loss' },
    ],
    [
      'one has none',
      led(withNth(followers, 3, { ids: [] })),
      { choice: 1, says: ['1 follower never had'], odd: 'loss' },
    ],
    [
      'nobody led',
      led(followers.slice(1)),
      { choice: 1, says: ['none of the followers came to lead'], odd: 'hand-over' },
    ],
    [
      'no group, no counts',
      { where: 'page', http1: { streams: data.http1.streams }, http2: { streams: data.http2.streams } },
      { choice: 1, says: ['over HTTP/2 all 8 did.'], odd: 'hand-over' },
    ],
  ])('%s', tells(sixConnections))
})

describe('head-of-line', () => {
  // Six a second; from 3 s to 8 s nothing passes, and what was due then comes at 8.01 s.
  const due = (k: number) => k * 166
  const isHeld = (ms: number) => ms > 3000 && ms < 8000
  const free = upTo(60).map((k) => event(k + 1, due(k), 5))
  const held = free.map((each) => (isHeld(each.due) ? { ...each, at: 8010 } : each))
  const stream = (name: string, events: Got[], isStalled: boolean): headOfLine.Stream => ({
    ...{ name, note: '', door: 'sse', isStalled, events, lost: 0 },
  })
  const of = (a: Got[], b: Got[], c: Got[], d: Got[]) => [
    ...[stream('A', a, true), stream('B', b, true), stream('C', c, true), stream('D', d, false)],
  ]
  const data: headOfLine.Data = {
    streams: of(held, held, held, free),
    ...{ stalledAt: 3000, shared: 1, apart: 2, now: 10_000 },
  }

  test.each<[string, headOfLine.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 1,
        says: [
          'A was silent for 5.02 s, and B, on the same connection, for 5.02 s; C, on a line of its own that stalled too, for 5.02 s, and D, whose line did not stall, for 201 ms.',
          'of B came within a tenth of a second, the latest 4.86 s late, in order',
          'Nothing was lost',
        ],
      },
    ],
    ['nothing', { ...data, streams: of([], [], [], []) }, { says: ['nothing to compare'], odd: 'dozens' }],
    ['no stall', { ...data, stalledAt: undefined }, { says: ['nothing to compare'], odd: 'dozens' }],
    ['B goes on', { ...data, streams: of(held, free, held, free) }, { choice: 0, says: [], odd: 'should be silent' }],
    ['D waits too', { ...data, streams: of(held, held, held, held) }, { choice: 2, says: [], odd: 'should be silent' }],
    ['D waits and B does not', { ...data, streams: of(held, free, held, held) }, { says: [], odd: 'should be silent' }],
    ['the line of C did not stall', { ...data, streams: of(held, held, free, free) }, { says: [], odd: 'A, B and C' }],
    [
      'B never had an event',
      { ...data, streams: of(held, [], held, free) },
      { says: ['nothing to compare'], odd: 'dozens' },
    ],
    [
      'two connections',
      { ...data, shared: 2 },
      { says: ['at the same door', '2 TCP connections'], odd: 'HTTP/1.1 only' },
    ],
    [
      'nobody counted',
      { ...data, shared: undefined, apart: undefined },
      { says: ['not told of A'], odd: 'HTTP/1.1 only' },
    ],
    [
      'some are lost',
      { ...data, streams: withNth(data.streams, 1, { lost: 4 }) },
      { choice: 1, says: ['4 events never came'], odd: 'in order' },
    ],
    [
      'B is out of order',
      { ...data, streams: of(held, [...held.slice(0, 58), held[59]!, held[58]!], held, free) },
      { choice: 1, says: [], odd: 'mixed up' },
    ],
  ])('%s', tells(headOfLine))

  test('what was held, and its mean latency', () => {
    const { events, meanMs } = headOfLine.heldOf(data)
    expect(events).toBe(30)
    expect(meanMs).toBeCloseTo(2449, 0)
    expect(headOfLine.heldOf({ ...data, stalledAt: undefined })).toEqual({ events: 0, meanMs: NaN })
  })
})

describe('websocket-handshake', () => {
  const says = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
  const head = (start: string, ...fields: [string, string][]) => ({ start, fields, bytes: 200 })
  const right: handshake.Tried = {
    ...{ offered: ['wirelab.v1'], openedMs: 8, chosen: 'wirelab.v1', extensions: '' },
    heads: {
      up: head('GET /feed/wss HTTP/1.1', ['Sec-WebSocket-Extensions', 'permessage-deflate']),
      down: head('HTTP/1.1 101 Switching Protocols', ['Sec-WebSocket-Accept', says]),
    },
  }
  const wrong: handshake.Tried = {
    ...{ offered: ['nobody.v9'], closeCode: 1006, chosen: '', extensions: '' },
    heads: { down: head('HTTP/1.1 400 Bad Request') },
  }
  const data: handshake.Data = {
    example: { key: 'dGhlIHNhbXBsZSBub25jZQ==', says, computed: says },
    ...{ own: { key: 'a', computed: 'b' }, right, wrong, passed: counted(4000), computed: says },
  }
  const unseen = ({ heads: _, ...tried }: handshake.Tried): handshake.Tried => tried

  test.each<[string, handshake.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 1,
        says: [
          `computed the server’s answer ${says} from the key alone`,
          'Offered extensions: permessage-deflate; accepted: none.',
          'Offering nobody.v9 was refused with 400 Bad Request; the page saw only close code 1006.',
        ],
      },
    ],
    [
      'nothing but the example',
      { example: data.example, own: { key: 'a' } },
      { says: ['the accept of the RFC’s example', 'did not open'], odd: 'answers handshakes by itself' },
    ],
    [
      'another accept',
      { ...data, computed: 'other' },
      { says: [`The server answered ${says}, and this page computed other.`], odd: 'must refuse a wrong accept' },
    ],
    [
      'no capture',
      { example: data.example, own: data.own, right: unseen(right), wrong: unseen(wrong), wireTrouble: 'No bytes.' },
      { says: ['opened in 8.0 ms, and what passed on the wire was not seen', 'opened no WebSocket', 'No bytes.'] },
    ],
    [
      'the unknown subprotocol is taken',
      { ...data, wrong: { ...wrong, openedMs: 5 } },
      { choice: 1, says: ['Offering nobody.v9 was not refused'], odd: 'refuse an unknown one' },
    ],
    [
      'the example is not what the RFC says',
      { ...data, example: { ...data.example, computed: 'x' }, right: unseen(right) },
      { says: ['another accept than the RFC’s'], odd: 'by itself' },
    ],
    [
      'neither is answered',
      {
        ...data,
        right: { offered: [], chosen: '', extensions: '' },
        wrong: { ...unseen(wrong), closeCode: undefined },
      },
      { says: ['did not open', 'nothing of it within its patience'], odd: 'by itself' },
    ],
  ] as [string, handshake.Data, Wanted][])('%s', tells(handshake))
})

describe('batching', () => {
  const line = (batchMs: number, latency: number, bytes: number, perRecord: number): batching.Line => ({
    ...{ batchMs, events: steady(700, 10, latency), lost: 0, passed: counted(0, { down: 700 * bytes }) },
    records: upTo(20).map(() => ({ events: perRecord, cipherBytes: perRecord * 110 + 22 })),
  })
  const lines = [line(0, 2, 132, 1), line(20, 12, 117, 3), line(100, 55, 112, 11)]
  const data: batching.Data = { lines }
  const withLong = (long: batching.Line) => ({ lines: [...lines.slice(0, 2), long] })

  test.each<[string, batching.Data, Wanted]>([
    [
      'as usual',
      data,
      {
        choice: 0,
        says: [
          'Gathering for 100 ms saved 15 % of the bytes (112 B instead of 132 B for each event) and 91 % of the records; the median latency rose by 53 ms.',
          'Window of 20 ms: 117 B for each event, 3.0 events in a record; median latency 12 ms, worst 12 ms.',
          'No stream lost an event.',
        ],
      },
    ],
    ['nothing', { lines: [] }, { says: ['nothing to compare'], odd: 'Is the lab still running' }],
    ['no event in one', withLong({ ...lines[2]!, events: [] }), { says: ['nothing to compare'], odd: 'hundreds' }],
    [
      'the window costs bytes and records, and events come sooner',
      { lines: [line(0, 60, 110, 4), lines[1]!, line(100, 10, 132, 2)] },
      { says: ['cost 20 % more bytes', 'took 100 % more records', 'fell by 50 ms'], odd: 'half the window' },
    ],
    ['half is saved', withLong(line(100, 55, 66, 11)), { choice: 1, says: ['saved 50 %'] }],
    ['nine tenths are saved', withLong(line(100, 55, 13, 11)), { choice: 2, says: ['saved 90 %'] }],
    [
      'hardly anything is saved',
      withLong(line(100, 55, 130, 11)),
      { says: ['saved 2 %'], odd: 'a tenth of the bytes' },
    ],
    [
      'some are lost',
      { lines: withNth(lines, 2, { lost: 5 }) },
      { choice: 0, says: ['5 events never came'], odd: 'drops none' },
    ],
    [
      'the lab shows no records',
      { lines: lines.map((each) => ({ ...each, records: [] })), wireTrouble: 'No records here.' },
      { choice: 0, says: ['for each event); the median latency', 'No records here.'] },
    ],
  ])('%s', tells(batching))
})
