// Experiment: what `304 Not Modified` saves when nothing is new, for an empty answer and for a long one; and what `no-store` means.
import { html } from '/vendor/lit-html.js'
import { formatCursor, parseCursor } from '../../src/core/event.ts'
import type { Bench } from '../bench.ts'
import { about } from '../lab.ts'
import { count, size } from '../words.ts'
import { barList } from './bars.ts'
import { countedAt, overHttp1, passed } from './doors.ts'
import type { Passed } from './doors.ts'
import { experiment } from './experiment.ts'
import { lesson, rfc } from './links.ts'
import { drawn } from './picture.ts'
import { Trouble } from './run.ts'
import type { Run } from './run.ts'

/** `plain` asks without a condition; `miss` with an ETag that fits nothing, so it is answered 200; `hit` is answered 304. */
type Kind = 'plain' | 'miss' | 'hit'
/** The same question, `TIMES` times. */
interface Series {
  kind: Kind
  /** In the answer that it would be without 304. */
  events: number
  statuses: number[]
  passed?: Passed
}
/** One fetch with a cache mode, and where its answer came from. */
interface Fetched {
  what: string
  cacheControl: string
  mode: RequestCache
  /** As the browser tells it: 0 means that nothing went over the network. */
  transferBytes: number
  bodyBytes: number
  /** Of the body as it was sent, or kept: it may be compressed. */
  encodedBytes: number
}
interface Data {
  series: Series[]
  fetched: Fetched[]
  etag: string
}

const TIMES = 10
const LONG = 100
const DOOR = 'polling'
const KINDS = ['plain', 'miss', 'hit'] as const

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, [DOOR])
  const { tail, tailOffset } = await quiet(run)
  const { epoch } = parseCursor(tail)!
  const long = Math.min(LONG, tailOffset)
  const before = formatCursor({ epoch, offset: tailOffset - long })
  const data: Data = { series: [], fetched: [], etag: '' }
  for (const [after, events] of [
    [tail, 0],
    [before, long],
  ] as const)
    for (const kind of KINDS) {
      const series: Series = { kind, events, statuses: [] }
      data.series.push(series)
      run.step(`${count(events, 'event')}, ${WORDS[kind]}`)
      data.etag = await measure(run, bench, after, series, () => run.show(data))
    }

  run.step('what the browser’s own cache does')
  for (const [what, mode] of [
    ['/public/icon.svg', 'reload'],
    ['/public/icon.svg', 'no-cache'],
    ['/public/icon.svg', 'force-cache'],
    [`/feed/polling?after=${before}`, 'reload'],
    [`/feed/polling?after=${before}`, 'force-cache'],
  ] as const) {
    data.fetched.push(await fetched(run, what, mode))
    run.show(data)
  }
  return data
}

/** Enough events in the log for a long answer, and then silence: an answer that changes in between would be none that is the same. */
async function quiet(run: Run<Data>): Promise<{ tail: `${string}.${number}`; tailOffset: number }> {
  const offset = async () => parseCursor((await about()).tail)!.offset
  if ((await offset()) < LONG) {
    run.step('waiting for a few events')
    await run.rate(50)
    for (const endsAt = run.elapsedMs + 3000; run.elapsedMs < endsAt && (await offset()) < LONG;) await run.sleep(250)
  }
  await run.rate(0)
  await run.sleep(100)
  const { tail } = await about()
  if (parseCursor(tail)!.offset === 0)
    throw new Trouble('The lab has not a single event yet, so there is nothing to ask for.')
  return { tail, tailOffset: parseCursor(tail)!.offset }
}

/** The same question again and again, on one connection. @returns the ETag. */
async function measure(run: Run<Data>, bench: Bench, after: string, series: Series, show: () => void) {
  const url = `/feed/polling?after=${after}&limit=${LONG}`
  // Asked at the page's own origin: another origin does not show a page the ETag of its answers.
  const first = await fetch(url, { cache: 'no-store', signal: run.signal })
  await first.text()
  const etag = first.headers.get('etag') ?? ''
  const headers: Record<string, string> =
    series.kind === 'plain' ? {} : { 'if-none-match': series.kind === 'hit' ? etag : padded(etag) }
  const ask = async () => {
    const response = await fetch(bench.door(DOOR).origin + url, { headers, cache: 'no-store', signal: run.signal })
    await response.text()
    return response.status
  }
  await ask() // opens the connection, where there is none
  const before = await countedAt(bench, DOOR)
  for (let n = 0; n < TIMES; n++) {
    series.statuses.push(await ask())
    show()
    await run.sleep(30)
  }
  series.passed = passed(before, await countedAt(bench, DOOR))
  show()
  return etag
}

/** As long as that ETag, and another. */
const padded = (etag: string) => `"${'x'.repeat(Math.max(1, etag.length - 2))}"`

async function fetched(run: Run<Data>, what: string, mode: RequestCache): Promise<Fetched> {
  performance.clearResourceTimings()
  const response = await fetch(what, { cache: mode, signal: run.signal })
  const { byteLength } = await response.arrayBuffer()
  const entries = () => performance.getEntriesByName(new URL(what, location.href).href)
  await run.until(() => entries().length > 0, 1000) // it is told a little later
  const entry = entries().at(-1) as PerformanceResourceTiming | undefined
  return {
    ...{ what: what.split('?')[0]!, mode, cacheControl: response.headers.get('cache-control') ?? '' },
    ...{
      transferBytes: entry?.transferSize ?? NaN,
      bodyBytes: byteLength,
      encodedBytes: entry?.encodedBodySize ?? NaN,
    },
  }
}

/** Bytes of one exchange, up and down, with all that the browser sends for it. */
const each = ({ passed }: Series) => (passed ? passed.total / TIMES : NaN)

interface Saving {
  events: number
  /** One exchange answered 200, without a condition. */
  plain: number
  /** One answered 304, as it was sent between two origins. */
  hit: number
  /** What asking for leave cost: an OPTIONS request and its answer; 0 where the browser did not ask. */
  leave: number
  /** A 304 without that, as a page has it at its own origin. */
  own: number
}

/** `miss` and `hit` differ in nothing but their answers; `miss` and `plain` in the condition, and the leave to send it. */
function savingOf(series: readonly Series[], isLong: boolean, etag: string): Saving {
  const of = (kind: Kind) => series.find((one) => one.kind === kind && one.events > 0 === isLong)
  const [plain, miss, hit] = KINDS.map((kind) => each(of(kind) ?? { kind, events: 0, statuses: [] })) as [
    number,
    number,
    number,
  ]
  const leave = Math.max(0, miss - plain - `If-None-Match: ${etag}\r\n`.length)
  return { events: of('plain')?.events ?? 0, plain, hit, leave, own: hit - leave }
}

const percent = (share: number) => `${Math.round(share * 100)} %`
const WORDS: Record<Kind, string> = {
  plain: 'no condition',
  miss: 'an ETag that does not fit',
  hit: 'the right ETag',
}

function wayOf({ transferBytes, encodedBytes }: Fetched): string {
  if (Number.isNaN(transferBytes)) return 'in a way that the browser does not tell'
  if (transferBytes === 0) return 'from the cache, with nothing sent'
  return transferBytes < encodedBytes || (transferBytes === 300 && encodedBytes > 0)
    ? 'from the cache, after a 304'
    : 'whole over the network'
}

export const screen = experiment<Data>({
  about: html`The lab falls silent for a moment, so nothing is new. The page asks ${TIMES} times what is new, and
    ${TIMES} times with <code>If-None-Match</code> and the ETag it was given; then the same for an answer with ${LONG}
    events in it.`,
  question: 'How many of the bytes does 304 Not Modified save?',
  choices: [
    'Nearly all, in both cases: a 304 has no body',
    'Little when the answer was empty, most when it was long',
    'None: the headers are the same',
  ],
  seconds: 5,
  run,
  picture: drawn(({ series, fetched, etag }) => {
    const both = [savingOf(series, false, etag), savingOf(series, true, etag)]
    const most = Math.max(1, ...both.map(({ plain }) => plain || 0))
    const bar = (name: string, bytes: number, lane: string) => ({
      ...{ name, lane, share: Math.min(1, (bytes || 0) / most), words: Number.isFinite(bytes) ? size(bytes) : '…' },
    })
    return html`${both.map(({ plain, own, hit, leave }, index) =>
      barList(`${index === 0 ? 'Nothing new' : `${LONG} events that the page has already`}: bytes of one exchange`, [
        bar('answered 200', plain, 'polling'),
        bar('answered 304', own, 'sse'),
        ...(leave > 0 ? [bar('304 and a preflight', hit, 'long-polling')] : []),
      ]),
    )}
    ${
      fetched.length > 0
        ? html`<h4>The browser’s own cache</h4>
            <ul class="facts">
              ${fetched.map(
                (one) =>
                  html`<li>
                    <code>${one.what}</code> (<code>${one.cacheControl}</code>), mode <code>${one.mode}</code>:
                    ${wayOf(one)}
                  </li>`,
              )}
            </ul>`
        : ''
    }`
  }),
  answer({ series, fetched, etag }) {
    const [empty, long] = [savingOf(series, false, etag), savingOf(series, true, etag)]
    const [little, much] = [1 - empty.own / empty.plain, 1 - long.own / long.plain]
    const wanted = { plain: 200, miss: 200, hit: 304 }
    const isRight = series.every(({ kind, statuses }) => statuses.every((status) => status === wanted[kind]))
    const feedAgain = fetched.at(-1)
    const cached = fetched.find(({ mode, what }) => mode === 'force-cache' && what.startsWith('/public'))
    const change = (share: number) => (share >= 0 ? `saved ${percent(share)}` : `cost ${percent(-share)} more`)
    return {
      sentence: `For the empty answer 304 ${change(little)} of the bytes, for ${count(long.events, 'event')} it ${change(much)}.`,
      details: [
        `One poll without news: ${size(empty.plain)} as 200, ${size(empty.own)} as 304.`,
        `One poll for ${count(long.events, 'event')} that the page already had: ${size(long.plain)} as 200, ${size(long.own)} as 304.`,
        ...(empty.leave > 0
          ? [
              `Between two origins this browser asked for leave each time (a preflight of ${size(empty.leave)}): then a poll without news costs ${size(empty.hit)}, ${empty.hit > empty.plain ? 'more' : 'less'} than one without ETag.`,
            ]
          : []),
        ...(feedAgain && cached
          ? [
              `Asked again, the icon (${cached.cacheControl}) came ${wayOf(cached)}; the feed (${feedAgain.cacheControl}) came ${wayOf(feedAgain)}.`,
            ]
          : []),
      ],
      choice:
        little > 0.6 && much > 0.6 ? 0 : much > 0.5 && little < 0.4 ? 1 : little < 0.1 && much < 0.1 ? 2 : undefined,
      ...((!isRight || !(much > little)) && {
        surprise: isRight
          ? 'The long answer should save more than the empty one. Has the lab only a few events in its log?'
          : 'Not every question got the answer it should: something was published in between, so there was news after all. Run it again.',
      }),
    }
  },
  reason: html`<p>
      The ETag names a version of the answer (${rfc(9110, '8.8.3')}); here it is the cursor. With
      <code>If-None-Match</code> the client says which version it has, and the server may answer 304 without a body
      (${rfc(9110, '13.1.2')}, ${rfc(9110, '15.4.5')}). What it saves is the body and nothing else. The heads stay, and
      the question gets longer by the ETag. An empty page of events is 34 bytes and the digits of a position, so there
      is next to nothing to save; a list that is sent whole each time is another matter.
    </p>
    <p>
      A cursor is the better tool for a feed: <code>?after=</code> asks only for what is missing, so answers are short
      when there is news and when there is none. ETags shine where a client wants the state as a whole.
    </p>
    <p>
      <code>no-cache</code> does not mean “do not keep it” but “ask before you use it” (${rfc(9111, '5.2.2.4')}): the
      browser keeps the icon and revalidates it. <code>no-store</code> means do not keep it (${rfc(9111, '5.2.2.5')});
      so the browser has nothing to compare with, and sends no <code>If-None-Match</code> for the feed by itself. The
      page has to keep the ETag, as it did here. Caches matter for polling because a stored answer is yesterday’s news
      (${lesson('one-url', 'Vary')} is the other trap).
    </p>`,
  table: ({ series, fetched, etag }) => ({
    caption: `The last ETag was ${etag}`,
    columns: [
      'what',
      'exchanges',
      'requests',
      'statuses',
      'bytes up',
      'bytes down',
      'bytes of one exchange',
      'transferSize',
      'body bytes',
    ],
    rows: [
      ...series.map((one) => [
        ...[`${count(one.events, 'event')}, ${WORDS[one.kind]}`, one.statuses.length, one.passed?.requests],
        ...[[...new Set(one.statuses)].join(' '), one.passed?.up, one.passed?.down, each(one), undefined, undefined],
      ]),
      ...fetched.map(({ what, mode, transferBytes, bodyBytes }) => [
        ...[
          `${what}, cache mode ${mode}`,
          1,
          undefined,
          undefined,
          undefined,
          undefined,
          undefined,
          transferBytes,
          bodyBytes,
        ],
      ]),
    ],
  }),
  measured: html`Six series on one warm HTTP/1.1 connection, through a door that counts bytes at the socket, below TLS,
    up and down together; the browser’s request head alone is some hundred bytes. The door is another origin, so the
    browser asks for leave to send <code>If-None-Match</code> (CORS preflight, an OPTIONS request). What that costs is
    taken from a series with an ETag that does not fit: it differs from the plain one by the preflight and the header,
    and from the 304 by the answer alone. For its own cache the browser tells in <code>transferSize</code> whether
    anything went over the network: 0 for the cache, 300 for an answer that was checked and not sent again (a fixed
    stand-in of the standard, no measurement).`,
})
