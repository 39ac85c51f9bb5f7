// The run of “ETag and 304”: silence, then the same two questions again and again; last, what the browser’s own cache does.
import { formatCursor, parseCursor } from '../../../src/core/event.ts'
import type { Cursor } from '../../../src/core/event.ts'
import type { Bench } from '../../bench.ts'
import { about } from '../../lab.ts'
import { count } from '../../words.ts'
import { countedAt, overHttp1, passed } from '../doors.ts'
import { Trouble } from '../run.ts'
import type { Run } from '../run.ts'
import { WORDS, kinds } from './answer.ts'
import type { Data, Series } from './answer.ts'
import type { Fetched } from './kept.ts'

export const TIMES = 10
export const LONG = 100
const DOOR = 'polling'

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, [DOOR])
  const tail = await quiet(run)
  const { epoch, offset } = parseCursor(tail)!
  const long = Math.min(LONG, offset)
  const before = formatCursor({ epoch, offset: offset - long })
  const data: Data = { series: [], fetched: [], etag: '' }
  for (const [after, events] of [
    [tail, 0],
    [before, long],
  ] as const)
    for (const kind of kinds) {
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
async function quiet(run: Run<Data>): Promise<Cursor> {
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
  return tail
}

/** The same question again and again, on one connection. @returns the ETag. */
async function measure({ signal, sleep }: Run<Data>, bench: Bench, after: string, series: Series, show: () => void) {
  const url = `/feed/polling?after=${after}&limit=${LONG}`
  // Asked at the page's own origin: another origin does not show a page the ETag of its answers.
  const first = await fetch(url, { cache: 'no-store', signal })
  await first.text()
  const etag = first.headers.get('etag') ?? ''
  const headers: Record<string, string> =
    series.kind === 'plain' ? {} : { 'if-none-match': series.kind === 'hit' ? etag : padded(etag) }
  const ask = async () => {
    const response = await fetch(bench.door(DOOR).origin + url, { headers, cache: 'no-store', signal })
    await response.text()
    return response.status
  }
  await ask() // opens the connection, where there is none
  const before = await countedAt(bench, DOOR)
  for (let n = 0; n < TIMES; n++) {
    series.statuses.push(await ask())
    show()
    await sleep(30)
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
    ...{ transferBytes: entry?.transferSize ?? NaN, encodedBytes: entry?.encodedBodySize ?? NaN },
    bodyBytes: byteLength,
  }
}
