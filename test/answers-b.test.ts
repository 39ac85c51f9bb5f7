// What eight of the experiments answer, by made-up measurements: as expected, empty, the other way round, with something lost, with
// numbers that are none. The text must say what was measured, and the choice must be what the numbers bear out.
import { describe, expect, test } from 'vitest'
import type { Got } from '../public/learn/follow.ts'
import * as backgroundTabs from '../public/learn/background-tabs/answer.ts'
import * as bufferingProxy from '../public/learn/buffering-proxy/answer.ts'
import * as connectionSession from '../public/learn/connection-session/answer.ts'
import * as oneUrl from '../public/learn/one-url/answer.ts'
import * as reconnectStorm from '../public/learn/reconnect-storm/answer.ts'
import * as slowConsumer from '../public/learn/slow-consumer/answer.ts'
import * as whatTlsAdds from '../public/learn/what-tls-adds/answer.ts'
import * as whichTransport from '../public/learn/which-transport/answer.ts'
import type { Measured } from '../public/learn/which-transport/costs.ts'
import { answers } from './answers.ts'

/** So many, due each `everyMs` from `from` on, each with that latency. */
function events(n: number, everyMs: number, latencyMs: number, from = 0): Got[] {
  return Array.from({ length: n }, (_, i) => {
    const due = from + i * everyMs
    return { id: `abcdefgh.${Math.round(due)}` as const, due, at: due + latencyMs }
  })
}
const opened = (at: number) => ({ at, state: 'open' as const })
const waiting = (at: number) => ({ at, state: 'waiting' as const })
const asking = { at: 0, state: 'connecting' as const }

describe('one URL', () => {
  const [json, stream] = ['application/json; charset=utf-8', 'text/event-stream']
  const four: oneUrl.Asked[] = [
    {
      ...{ name: 'polling', said: 'Accept: */*', askedAt: 0, headAt: 5, endAt: 6 },
      status: 200,
      contentType: json,
      events: [],
    },
    {
      ...{ name: 'long-polling', said: 'Prefer: wait=10', askedAt: 0, headAt: 300, endAt: 301 },
      ...{ status: 200, contentType: json, applied: 'wait=10', vary: 'accept, prefer', events: [301] },
    },
    {
      ...{ name: 'sse', said: 'Accept: text/event-stream', askedAt: 0, headAt: 5 },
      status: 200,
      contentType: stream,
      events: [300, 800],
    },
    { name: 'wss', said: 'Upgrade: websocket', askedAt: 0, headAt: 9, events: [300, 800] },
  ]
  const but = (index: number, changes: Partial<oneUrl.Asked>) => ({
    ...{ asked: four.map((each, i) => (i === index ? { ...each, ...changes } : each)), now: 4000 },
  })
  answers<oneUrl.Data>(oneUrl, [
    {
      name: 'as expected',
      data: { asked: four, now: 4000 },
      choice: 2,
      says: [/gave 4 kinds/, /held for 301 ms and then had 1 event/, /Vary: accept, prefer/],
    },
    {
      name: 'a header was taken away',
      data: but(1, { applied: undefined }),
      choice: undefined,
      says: [/gave 3 kinds/],
      isOdd: true,
    },
    {
      ...{
        name: 'all were answered alike',
        data: { asked: four.map((each) => ({ ...four[0]!, said: each.said })), now: 1 },
      },
      ...{ choice: 0, says: [/gave 1 kind of answer/], isOdd: true },
    },
    {
      name: 'a stream that was refused is no stream',
      data: but(2, { status: 503 }),
      choice: undefined,
      says: [/gave 3 kinds/, /text\/event-stream: HTTP 503/],
      isOdd: true,
    },
    { name: 'the stream ended', data: but(2, { endAt: 900 }), choice: 2, says: [/with 2 events, which ended/] },
    {
      name: 'the held answer has no end yet',
      data: but(1, { endAt: undefined }),
      choice: 2,
      says: [/held for no end yet/],
    },
    {
      ...{
        name: 'no answer at all',
        data: { asked: four.map(({ name, said }) => ({ name, said, askedAt: 0, events: [] })), now: 1 },
      },
      ...{ choice: undefined, says: [/None of the requests/, /: no answer\./], isOdd: true },
    },
    { name: 'empty', data: { asked: [], now: 0 }, choice: undefined, says: [/None of the requests/], isOdd: true },
  ])
})

describe('buffering proxy', () => {
  const removedAt = 6500
  const quick = events(26, 250, 4)
  const held = events(26, 250, 0).map((each) => ({ ...each, at: 6600 }))
  const reader = (changes: Partial<bufferingProxy.Reader>): bufferingProxy.Reader => ({
    lane: 'sse',
    ...{ name: 'a reader', note: '', isBehind: true, events: quick, states: [asking, opened(5)], lost: 0 },
    ...changes,
  })
  const silent = { events: held, states: [asking, opened(6600)] }
  const run = (
    behind: Partial<bufferingProxy.Reader>,
    others: Partial<bufferingProxy.Reader>[] = [],
  ): bufferingProxy.Data => ({
    readers: [{ isBehind: false }, behind, { changedAt: 2500 }, {}, {}].map((each, i) =>
      reader({ ...each, ...others[i] }),
    ),
    ...{ removedAt, now: 9500 },
  })
  answers<bufferingProxy.Data>(bufferingProxy, [
    {
      name: 'as expected',
      data: run(silent),
      choice: 2,
      says: [
        /no event and was told nothing/,
        /without the proxy it had 26 events/,
        /gave up on its hello after 2.50 s/,
        /came after that: 26 events, up to 6.60 s late/,
        /Nobody lost/,
      ],
    },
    {
      name: 'it was told that it broke',
      data: run({ events: held, states: [asking, waiting(3000)] }),
      choice: 1,
      says: [/told only this: waiting/],
      isOdd: true,
    },
    {
      name: 'it opened, and was silent',
      data: run({ events: held, states: [asking, opened(3000)] }),
      choice: undefined,
      says: [/told only this: open/],
      isOdd: true,
    },
    {
      name: 'reversed: events came as without it',
      data: run({ events: quick }),
      choice: undefined,
      says: [
        /had 26 events in 6.50 s \(median latency 4.0 ms\), without it 26/,
        /A stream got through/,
        /nothing came that had been due before/,
      ],
      never: /no event/,
      isOdd: true,
    },
    {
      name: 'events came in lumps',
      data: run({ events: quick.map((each) => ({ ...each, at: each.due + 900 })) }),
      choice: 0,
      says: [/median latency 900 ms/],
      isOdd: true,
    },
    {
      name: 'the others did not pass',
      data: run(silent, [{}, {}, {}, { events: [] }, { events: [] }]),
      choice: 2,
      says: [/long polling had 0 events, the WebSocket 0\./],
      isOdd: true,
    },
    {
      name: 'the reader with a plan B did not need it',
      data: run(silent, [{}, {}, { changedAt: undefined }]),
      choice: 2,
      says: [/did not need it/],
    },
    {
      name: 'lost',
      data: run({ ...silent, lost: 3 }),
      choice: 2,
      says: [/3 events of all five readers were lost/, /Nothing should be lost/],
      never: /Nobody lost/,
      isOdd: true,
    },
    {
      name: 'nothing was made at all',
      data: run({ ...silent, events: [] }, [{ events: [] }]),
      choice: undefined,
      says: [/not even the reader without the proxy/],
      isOdd: true,
    },
    {
      name: 'a clock that knows nothing',
      data: run({ ...silent, events: held.map((each) => ({ ...each, due: NaN })) }),
      choice: 2,
      says: [/no event/],
    },
    {
      name: 'empty',
      data: { readers: [], removedAt: undefined, now: 0 },
      choice: undefined,
      says: [/nothing to compare/],
    },
  ])
})

describe('background tabs', () => {
  const [hiddenAt, shownAt] = [2000, 11_000]
  const isHidden = (at: number) => at > hiddenAt && at < shownAt
  const ticks = (hiddenMs: number) => {
    const all = [250]
    while (all.at(-1)! < 13_000) all.push(all.at(-1)! + (isHidden(all.at(-1)!) ? hiddenMs : 250))
    return all
  }
  const late = (shownMs: number, hiddenMs: number): Got[] =>
    events(104, 125, 0).map((each) => ({ ...each, at: each.due + (isHidden(each.due) ? hiddenMs : shownMs) }))
  const usual: backgroundTabs.Data = {
    ...{ timer: ticks(1000), worker: ticks(250), polling: late(140, 520), sse: late(3, 4), wss: late(3, 4) },
    ...{ hiddenAt, shownAt, lost: 0 },
  }
  answers<backgroundTabs.Data>(backgroundTabs, [
    {
      name: 'as expected',
      data: usual,
      choice: 1,
      says: [
        /fired every 1.00 s/,
        /polling was 520 ms instead of 140 ms/,
        /SSE it was 4.0 ms instead of 3.0 ms/,
        /hidden for 9.00 s/,
      ],
    },
    {
      name: 'reversed: sooner when hidden',
      data: { ...usual, timer: ticks(250), polling: late(520, 140) },
      choice: 0,
      says: [/polling was 140 ms instead of 520 ms/, /did not slow the timers/],
      isOdd: true,
    },
    {
      name: 'all were late',
      data: { ...usual, sse: late(3, 2000), wss: late(3, 2000) },
      choice: 2,
      says: [/by SSE and by WebSocket should have been read/],
      isOdd: true,
    },
    {
      name: 'one stream was late: no choice says that',
      data: { ...usual, wss: late(3, 2000) },
      choice: undefined,
      says: [/came by WebSocket should/],
      isOdd: true,
    },
    {
      name: 'a clamped timer, and polling not late',
      data: { ...usual, polling: late(140, 150) },
      choice: 0,
      says: [/was not late for it/],
      isOdd: true,
    },
    { name: 'a worker that told nothing', data: { ...usual, worker: [] }, choice: 1, says: [/A worker did not tell/] },
    { name: 'lost', data: { ...usual, lost: 2 }, choice: 1, says: [/2 events in all were lost/], isOdd: true },
    {
      name: 'never hidden',
      data: { ...usual, hiddenAt: undefined, shownAt: undefined },
      choice: undefined,
      says: [/was not hidden in this run/],
    },
    {
      name: 'hidden too shortly',
      data: { ...usual, shownAt: 2600 },
      choice: undefined,
      says: [/hidden for 600 ms, and not enough/],
    },
    {
      name: 'empty',
      data: { timer: [], worker: [], polling: [], sse: [], wss: [], hiddenAt, shownAt, lost: 0 },
      choice: undefined,
      says: [/not enough/],
    },
  ])
})

describe('slow consumer', () => {
  const usual: slowConsumer.Data = {
    ...{
      fast: events(100, 100, 5),
      slow: events(100, 100, 4000),
      behind: [{ at: 1000, events: 90 }],
      lost: 0,
      repeated: 0,
      gaps: 0,
    },
    states: [asking, opened(10), waiting(3000), opened(4000)],
    ...{ closes: [{ at: 3000, code: 1006 }], limits: { queueBytes: 1_048_576, stallMs: 10_000 } },
    ...{ begunAt: 500, letGoAt: 2000, healedAt: 3200, caughtUpAt: 5200, fastLost: 0 },
  }
  const held = { ...usual, letGoAt: undefined, closes: [], states: [asking, opened(10)] }
  answers<slowConsumer.Data>(slowConsumer, [
    {
      name: 'as expected',
      data: usual,
      choice: 2,
      says: [
        /let go of the slow reader after 1.50 s, when it was 90 events behind/,
        /came back at its cursor and lost nothing\./,
        /close code 1006: no close frame came/,
        /caught up 2.00 s later/,
      ],
    },
    {
      name: 'further behind after that, until the run went on',
      data: { ...usual, behind: [...usual.behind, { at: 2500, events: 190 }] },
      choice: 2,
      says: [/after 1.50 s, when it was 90 events behind/],
      never: /190/,
    },
    {
      name: 'let go before anybody had looked',
      data: { ...usual, behind: [{ at: 2500, events: 190 }] },
      choice: 2,
      says: [/let go of the slow reader after 1.50 s; it came back/],
    },
    {
      name: 'by its own close code',
      data: { ...usual, letGoAt: undefined, closes: [{ at: 3000, code: 4008 }] },
      choice: 2,
      says: [/let go of the slow reader when/, /close code 4008\./],
    },
    {
      name: 'reversed: the server did not let go',
      data: held,
      choice: undefined,
      says: [
        /the server did not let go of it/,
        /It lost nothing\./,
        /more than 1.0 MB in its queue, or that took nothing for 10 s/,
      ],
      never: /let go of the slow reader/,
      isOdd: true,
    },
    {
      name: 'the line broke by itself',
      data: { ...usual, letGoAt: undefined },
      choice: undefined,
      says: [/was not seen/],
      isOdd: true,
    },
    {
      name: 'reversed: the fast one is the late one',
      data: { ...usual, fast: usual.slow, slow: usual.fast, fastLost: 4 },
      choice: 2,
      says: [/slow one was 5.0 ms, the fast one’s 4.00 s: the fast one lost 4 events/],
      isOdd: true,
    },
    {
      name: 'lost',
      data: { ...usual, lost: 7 },
      choice: 1,
      says: [/and lost 7 events\./],
      never: /cursor and lost nothing/,
      isOdd: true,
    },
    {
      name: 'a gap was told',
      data: { ...usual, gaps: 1 },
      choice: 1,
      says: [/was told of 1 gap\./, /A gap is an honest answer/],
      isOdd: true,
    },
    {
      name: 'it did not catch up',
      data: { ...usual, caughtUpAt: undefined },
      choice: undefined,
      says: [/as far as it had read by the end/, /had not caught up/],
      isOdd: true,
    },
    {
      name: 'it did not come back',
      data: { ...usual, states: usual.states.slice(0, 3), caughtUpAt: undefined },
      choice: undefined,
      says: [/did not come back/],
      isOdd: true,
    },
    {
      name: 'empty',
      data: { ...held, fast: [], slow: [], behind: [] },
      choice: undefined,
      says: [/Not even the fast reader/],
    },
  ])
})

describe('reconnect storm', () => {
  const storm = (bins: number[], back = 200): reconnectStorm.Return['storm'] => ({
    ...{ transport: 'wss', lane: 'wss', clients: 200, jitter: false, open: back, back },
    ...{ phase: 'done', droppedAt: 1e12 },
    ...{ attempts: bins.reduce((a, b) => a + b, 0), attemptsPer100Ms: bins },
    ...(back === 0 ? { backMsP50: null, backMsMax: null } : { backMsP50: 150, backMsMax: 400 }),
  })
  const run = (at: number[], spread: number[], backs = [200, 200]): reconnectStorm.Data => ({
    returns: [
      { jitter: false, storm: storm(at, backs[0]), droppedAt: 2000 },
      { jitter: true, storm: storm(spread, backs[1]), droppedAt: 5000 },
    ],
    ...{ bystander: events(140, 50, 6), calmUntil: 1500 },
  })
  const [burst, even] = [[200], [40, 46, 40, 36, 38]]
  test('it felt what was under way to it between the drop and the last return, and nothing else', () => {
    const bystander = [
      ...events(10, 20, 90, 1700), // read before the drop
      ...events(1, 50, 70, 2390), // read when all were back
      ...events(5, 50, 900, 2400), // due after that: another matter
    ]
    const [first] = run(burst, even).returns
    expect(reconnectStorm.figuresOf(first!, { ...run(burst, even), bystander }).feltMs).toBe(70)
  })
  /** The reader on the other door, by the worst latency in each return. */
  const feltBy = (first: number, second: number) => ({
    ...run(burst, even),
    bystander: [...events(40, 50, 6), ...events(2, 50, first, 2200), ...events(2, 50, second, 5200)],
  })
  answers<reconnectStorm.Data>(reconnectStorm, [
    {
      name: 'as expected',
      data: run(burst, even),
      choice: 1,
      says: [
        /200 attempts came without a wait and 46 with a random one/,
        /Without it all were back after 400 ms/,
        /none had to be made a second time/,
      ],
    },
    {
      name: 'reversed: more at once with a wait',
      data: run([110, 90], [190, 10]),
      choice: undefined,
      says: [/110 attempts came without a wait and 190 with/, /should have spread them.*does not decide/],
      isOdd: true,
    },
    { name: 'as many', data: run(burst, [190, 10]), choice: 0, says: [/190 with a random one/], isOdd: true },
    ...[
      { name: 'held up: 61 % is no quarter, and not as many', bins: [23, 17, 31, 6, 121, 2], said: /had 61 % of/ },
      { name: 'just too many for a quarter', bins: [81, 79, 40], said: /had 41 % of/ },
      { name: 'just too few for as many', bins: [159, 41], said: /had 80 % of/ },
      { name: 'between a handful and a quarter', bins: Array.from({ length: 8 }, () => 25), said: /had 13 % of/ },
    ].map(({ name, bins, said }) => ({
      ...{ name, data: run(burst, bins), choice: undefined, says: [said, /this run does not decide/], isOdd: true },
    })),
    { name: 'the upper end of a quarter', data: run(burst, [80, 80, 40]), choice: 1, says: [/80 with a random one/] },
    { name: 'the lower end of as many', data: run(burst, [160, 40]), choice: 0, says: [/should have/], isOdd: true },
    {
      name: 'a handful',
      data: run(
        burst,
        Array.from({ length: 20 }, () => 10),
      ),
      choice: 2,
      says: [/10 with a random one/],
    },
    {
      name: 'a machine that could not begin so many',
      data: run([60, 60, 80], [20, 20, 20, 20, 20, 20, 20, 20, 20, 20]),
      choice: undefined,
      says: [/too busy for the comparison, so this run does not decide/],
      isOdd: true,
    },
    {
      name: 'lost: not all came back',
      data: run(burst, even, [200, 150]),
      choice: 1,
      says: [/with it 150 of 200 clients came back, the last of those after/, /All of them should come back/],
      isOdd: true,
    },
    {
      name: 'none came back',
      data: run(burst, even, [200, 0]),
      choice: 1,
      says: [/with it none of 200 clients came back/],
      isOdd: true,
    },
    {
      name: 'the reader beside them felt it less',
      data: feltBy(300, 100),
      choice: 1,
      says: [
        /: 300 ms during the first return, 100 ms during the second;/,
        /the return with the wait hurt that reader less/,
      ],
    },
    {
      name: 'reversed: the reader beside them felt it more',
      data: feltBy(178, 322),
      choice: 1,
      says: [/The wait should have spared that reader, and did not/],
      never: /less/,
    },
    { name: 'attempts that failed', data: run([200, 50], even), choice: 1, says: [/some failed and were made again/] },
    {
      name: 'a bystander that read nothing',
      data: { ...run(burst, even), bystander: [] },
      choice: 1,
      says: [/none was read during the first return/],
    },
    {
      name: 'only one return',
      data: { ...run(burst, even), returns: run(burst, even).returns.slice(0, 1) },
      choice: undefined,
      says: [/nothing to compare/],
      isOdd: true,
    },
    {
      name: 'empty',
      data: { returns: [], bystander: [], calmUntil: undefined },
      choice: undefined,
      says: [/nothing to compare/],
      isOdd: true,
    },
  ])
})

describe('connection against session', () => {
  const cutAt = 3000
  const line = (changes: Partial<connectionSession.Line> = {}): connectionSession.Line => ({
    ...{ events: events(30, 250, 4), states: [asking, opened(20), waiting(3005), opened(3600)], lost: 0, repeated: 0 },
    ...changes,
  })
  const asked = (statuses: [number, number, number]): connectionSession.Asked[] => [
    { at: 800, withCookie: true, status: statuses[0], id: 'abcdefgh.750' },
    { at: 1600, withCookie: false, status: statuses[1] },
    { at: 3020, withCookie: true, status: statuses[2], id: 'abcdefgh.3000' },
  ]
  const usual: connectionSession.Data = {
    ...{ lines: [line(), line()], asked: asked([201, 401, 201]), cutAt, broken: 2 },
    connections: 4,
    now: 7500,
  }
  const away = line({ states: [asking, opened(20), waiting(3005)] })
  answers<connectionSession.Data>(connectionSession, [
    {
      name: 'as expected',
      data: usual,
      choice: 2,
      says: [
        /2 connections were reset. The session was still known/,
        /after 600 ms and 600 ms, at their cursor: nothing was lost/,
        /#750 and #3000\) both came to 2 of the 2 sockets/,
        /answered 401: a connection is nobody/,
      ],
    },
    {
      name: 'reversed: the session was gone',
      data: { ...usual, asked: asked([201, 401, 401]) },
      choice: 0,
      says: [/The session was gone: publishing was answered 401/],
      never: /still known/,
      isOdd: true,
    },
    {
      name: 'lost',
      data: { ...usual, lines: [line({ lost: 2 }), line()] },
      choice: 1,
      says: [/at their cursor: 2 events lost/],
      isOdd: true,
    },
    {
      name: 'both gone: no choice says that',
      data: { ...usual, lines: [line({ lost: 1 }), line()], asked: asked([201, 401, 401]) },
      choice: undefined,
      says: [/session was gone/, /1 event lost/],
      isOdd: true,
    },
    {
      name: 'a lab that was too busy to say',
      data: { ...usual, asked: asked([201, 401, 503]) },
      choice: undefined,
      says: [/Of the session nothing is known: publishing was answered 503/],
      isOdd: true,
    },
    {
      name: 'publishing was not tried after the cut',
      data: { ...usual, asked: asked([201, 401, 201]).slice(0, 2) },
      choice: undefined,
      says: [/publishing was not tried/],
      isOdd: true,
    },
    {
      name: 'one socket stayed away',
      data: { ...usual, lines: [away, line()] },
      choice: undefined,
      says: [/1 of 2 sockets came back/],
      isOdd: true,
    },
    {
      name: 'without a cookie it was let in',
      data: { ...usual, asked: asked([201, 201, 201]) },
      choice: 2,
      says: [/answered 201\./, /Does something in between add a key/],
      never: /a connection is nobody/,
      isOdd: true,
    },
    {
      name: 'repeated',
      data: { ...usual, lines: [line({ repeated: 1 }), line()] },
      choice: 2,
      says: [/1 event came twice/],
    },
    {
      name: 'nothing was reset',
      data: { ...usual, broken: 0 },
      choice: undefined,
      says: [/No connection was reset/],
      isOdd: true,
    },
    {
      name: 'empty',
      data: { lines: [], asked: [], cutAt: undefined, broken: 0, connections: 0, now: 0 },
      choice: undefined,
      says: [/No connection was reset/],
      isOdd: true,
    },
  ])
})

describe('what TLS adds', () => {
  const hello = (version: whatTlsAdds.Version, isResumed: boolean, down = isResumed ? 300 : 1400) => ({
    ...{ version, isResumed, up: 600, down, tookMs: 75 },
  })
  const stream = (
    version: whatTlsAdds.Version,
    eventBytes: number,
    changes: Partial<whatTlsAdds.Stream> = {},
  ): whatTlsAdds.Stream => {
    const record = version === '1.3' ? 22 : 29
    return {
      ...{
        version,
        eventBytes,
        events: 60,
        records: 60,
        overhead: 60 * record,
        plain: 60 * (eventBytes || 87),
        cipher: 'AES',
      },
      ...changes,
    }
  }
  const usual: whatTlsAdds.Data = {
    handshakes: [hello('1.3', false), hello('1.3', true), hello('1.2', false), hello('1.2', true)],
    streams: [stream('1.3', 0), stream('1.3', 16_000), stream('1.2', 0), stream('1.2', 16_000)],
  }
  const withSmall = (changes: Partial<whatTlsAdds.Stream>) => ({
    ...usual,
    streams: [stream('1.3', 0, changes), ...usual.streams.slice(1)],
  })
  answers<whatTlsAdds.Data>(whatTlsAdds, [
    {
      name: 'as expected',
      data: usual,
      choice: 1,
      says: [
        /added 22.0 bytes to an event of 87/,
        /2.0 kB with a full handshake and 900 B with a resumed one/,
        /over TLS 1.2: 29.0 bytes, 25 % of all/,
        /1.1 times there and back/,
        /overhead of 91 events/,
      ],
    },
    {
      name: 'nothing was resumed',
      data: {
        ...usual,
        handshakes: [hello('1.3', false), hello('1.3', false), hello('1.2', false), hello('1.2', false)],
      },
      choice: 1,
      says: [/none was resumed/, /Over TLS 1.3 this browser did not resume/, /run it again/],
      isOdd: true,
    },
    {
      name: 'one version was resumed',
      data: {
        ...usual,
        handshakes: [hello('1.3', false), hello('1.3', false), hello('1.2', false), hello('1.2', true)],
      },
      choice: 1,
      says: [/Over TLS 1.3 this browser did not resume/],
      never: /Over TLS 1.2 this/,
    },
    {
      name: 'reversed: a resumed handshake is the heavier one',
      data: {
        ...usual,
        handshakes: [hello('1.3', false, 300), hello('1.3', true, 1400), ...usual.handshakes.slice(2)],
      },
      choice: 1,
      says: [
        /900 B with a full handshake and 2.0 kB with a resumed one/,
        /still weighed no less than a full one over TLS 1.3\./,
      ],
      isOdd: true,
    },
    {
      name: 'many events in a record',
      data: withSmall({ records: 6, overhead: 132 }),
      choice: 0,
      says: [/added 2.2 bytes/, /Several events in one record/],
      isOdd: true,
    },
    {
      name: 'many records for an event',
      data: withSmall({ records: 300, overhead: 6600 }),
      choice: 2,
      says: [/added 110.0 bytes/],
      isOdd: true,
    },
    {
      name: 'lost: no event was seen',
      data: withSmall({ events: 0, records: 2, overhead: 44, plain: 100 }),
      choice: undefined,
      says: [/No event was seen on the wire over TLS 1.3/, /over TLS 1.3: no event seen/],
    },
    {
      name: 'a time that is none',
      data: { ...usual, handshakes: usual.handshakes.map((each) => ({ ...each, tookMs: NaN })) },
      choice: 1,
      says: [/– after the hello, an unknown number of times/],
    },
    {
      name: 'empty',
      data: { handshakes: [], streams: [] },
      choice: undefined,
      says: [/No event was seen/, /No full handshake was seen/],
      isOdd: true,
    },
  ])
})

describe('which transport', () => {
  const measured = (
    [
      ['polling', 250, 0.25, 1000, 520, 10],
      ['long-polling', 900, 1, 900, 5, 10],
      ['sse', 120, 0, NaN, 4, NaN],
      ['wss', 110, 0, NaN, 3, NaN],
    ] as const
  ).map(([transport, bytesPerEvent, requestsPerEvent, bytesPerRequest, medianMs, tripMs]): Measured => ({
    ...{ transport, events: 36, lost: 0, medianMs, worstMs: 1000, tripMs, eventBytes: 90 },
    ...{ bytesPerEvent, requestsPerEvent, bytesPerRequest },
  }))
  const but = (transport: string, changes: Partial<Measured>) => ({
    measured: measured.map((each) => (each.transport === transport ? { ...each, ...changes } : each)),
  })
  answers<whichTransport.Data>(whichTransport, [
    {
      name: 'as expected',
      data: { measured },
      choice: 1,
      says: [
        /Long polling sent the most, 900 B for an event, WebSocket the least, 110 B/,
        /3.0 ms by WebSocket and 520 ms by Polling/,
        /Within 50 ms of the soonest: WebSocket, SSE and Long polling/,
        /None of the four lost/,
      ],
    },
    {
      name: 'reversed: a stream costs the most',
      data: but('sse', { bytesPerEvent: 5000 }),
      choice: 2,
      says: [/SSE sent the most, 5.0 kB/, /Did it break and come back/],
      isOdd: true,
    },
    {
      name: 'reversed: polling is the freshest',
      data: but('polling', { medianMs: 1 }),
      choice: 1,
      says: [/1.0 ms by Polling and 5.0 ms by Long polling/],
    },
    {
      name: 'lost',
      data: but('wss', { lost: 3 }),
      choice: 1,
      says: [/Lost: 3 events by WebSocket/, /Nothing should be lost/],
      never: /None of the four/,
      isOdd: true,
    },
    {
      name: 'one had no event',
      data: but('sse', { events: 0, medianMs: NaN }),
      choice: undefined,
      says: [/Not every transport/],
      isOdd: true,
    },
    {
      name: 'a clock that knows nothing',
      data: but('wss', { medianMs: NaN }),
      choice: undefined,
      says: [/Not every transport/],
      isOdd: true,
    },
    { name: 'empty', data: { measured: [] }, choice: undefined, says: [/Not every transport/], isOdd: true },
  ])
})
