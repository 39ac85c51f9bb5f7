// Experiment: two hundred clients lose their lines at once and come back, at once or each after a random wait; and what a bystander feels.
import { html, svg } from '/vendor/lit-html.js'
import { about, LabError } from '../lab.ts'
import type { Storm } from '../door.ts'
import { duration } from '../words.ts'
import { overHttp1 } from './doors.ts'
import { experiment } from './experiment.ts'
import { follow } from './follow.ts'
import type { Got } from './follow.ts'
import { lesson, outside, rfc } from './links.ts'
import { drawn } from './picture.ts'
import { Trouble } from './run.ts'
import type { Run } from './run.ts'

interface Return {
  jitter: boolean
  storm: Storm
  /** By this page’s clock, as far as it was seen. */
  droppedAt?: number
  backAt?: number
}
interface Data {
  returns: Return[]
  /** Events of a reader on another door. */
  bystander: readonly Got[]
  calmUntil: number | undefined
}

const CLIENTS = 200
const PER_SECOND = 20
const LOOK_MS = 100
const LANE = 'wss'

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  await overHttp1(bench, [LANE, 'sse'])
  await run.rate(PER_SECOND)
  await bench.refresh()
  const { tail } = await about()
  const startedAt = performance.now()
  const now = () => performance.now() - startedAt
  const bystander = run.keep(follow({ bench, transport: 'sse', after: tail, startedAt }))
  const data: Data = { returns: [], bystander: bystander.events, calmUntil: undefined }
  await run.until(() => bystander.events.length > 0, 3000)
  run.step('calm')
  await run.sleep(1500)
  data.calmUntil = now()
  for (const jitter of [false, true]) await storm(jitter)
  bystander.close()
  return data

  async function storm(jitter: boolean) {
    try {
      await bench.startStorm({ transport: LANE, lane: LANE, clients: CLIENTS, jitter })
    } catch (error) {
      if (error instanceof LabError && error.status === 409)
        throw new Trouble('A storm of another page is under way in this lab; run it again in a moment.')
      throw error
    }
    await bench.refresh()
    const mine: Return = { jitter, storm: bench.storm! }
    data.returns.push(mine)
    while (mine.storm.phase !== 'done' && mine.storm.phase !== 'failed') {
      await run.sleep(LOOK_MS)
      await bench.refresh()
      mine.storm = bench.storm ?? mine.storm
      note(mine)
      run.step(`${jitter ? 'with' : 'without'} jitter: ${words(mine.storm)}`)
      run.show(data)
    }
    if (mine.storm.phase === 'failed') throw new Trouble(`The storm ended early: ${mine.storm.why ?? 'unknown why'}.`)
    if (mine.storm.attemptsPer100Ms === undefined) throw new Trouble(NOT_TOLD)
  }

  function note(mine: Return) {
    const { phase } = mine.storm
    if (phase === 'opening' || phase === 'open') return
    mine.droppedAt ??= now()
    if (phase !== 'dropped') mine.backAt ??= now()
  }
}

const NOT_TOLD = 'This lab does not tell when the attempts of a storm were made, so there is nothing to compare.'

const words = ({ phase, open, back }: Storm) =>
  phase === 'opening'
    ? `${open} of ${CLIENTS} are connected`
    : phase === 'open'
      ? 'all are connected'
      : `${back} are back`

interface Figures {
  jitter: boolean
  attempts: number
  peak: number
  bins: readonly number[]
  p50Ms: number
  maxMs: number
  back: number
  /** The oldest event that the bystander read meanwhile; undefined: it read none. */
  feltMs: number | undefined
}

const oldest = (events: readonly Got[]) =>
  events.length > 0 ? Math.max(...events.map(({ due, at }) => at - due)) : undefined
const told = (ms: number | undefined) => (ms === undefined ? 'none was read' : duration(ms))

/** What is looked at every now and then was a little earlier. */
const BEFORE_MS = 500

function figuresOf({ jitter, storm, droppedAt, backAt }: Return, { bystander }: Data): Figures {
  const bins = storm.attemptsPer100Ms ?? []
  const during = bystander.filter(
    ({ at }) => droppedAt !== undefined && at > droppedAt - BEFORE_MS && at < (backAt ?? Infinity),
  )
  return {
    ...{ jitter, attempts: storm.attempts, back: storm.back, bins, peak: Math.max(0, ...bins) },
    ...{ p50Ms: storm.backMsP50 ?? NaN, maxMs: storm.backMsMax ?? NaN },
    feltMs: oldest(during),
  }
}

function calmOf({ bystander, calmUntil = Infinity }: Data) {
  const openedAt = bystander[0]?.at ?? Infinity // what is older waited for the line to open
  return oldest(bystander.filter(({ due, at }) => due > openedAt && at < calmUntil))
}

const BINS = 20

function picture(data: Data) {
  const all = data.returns.map((each) => figuresOf(each, data))
  const most = Math.max(CLIENTS, ...all.map(({ peak }) => peak))
  const longest = Math.max(0, ...all.map(({ maxMs }) => maxMs).filter(Number.isFinite))
  const shown = Math.max(BINS, Math.ceil(longest / 100) + 1)
  return html`<div class="phases">
    ${all.map(({ jitter, bins, peak, maxMs, attempts }, index) => {
      const { storm } = data.returns[index]!
      const dropped = storm.phase !== 'opening' && storm.phase !== 'open'
      const width = 100 / shown
      return html`<section>
        <h4>${jitter ? 'Each after a random wait, 0 to 0.5 s' : 'All at once'}</h4>
        <svg
          class="histogram lane-colour"
          data-lane=${jitter ? 'sse' : LANE}
          role="img"
          aria-label=${`Attempts per 100 ms: at most ${peak}`}
        >
          ${bins.map((n, bin) => {
            const height = (n / most) * 80
            return n === 0
              ? ''
              : svg`<rect x=${`${bin * width + 0.3}%`} width=${`${width - 0.6}%`} y=${`${90 - height}%`} height=${`${height}%`} />
                  <text x=${`${(bin + 0.5) * width}%`} y=${`${Math.max(9, 88 - height)}%`} text-anchor="middle">${n}</text>`
          })}
          ${Number.isFinite(maxMs) ? svg`<line x1=${`${(maxMs / 100) * width}%`} x2=${`${(maxMs / 100) * width}%`} y1="20%" y2="90%" />` : ''}
          <line class="base" x1="0" x2="100%" y1="90%" y2="90%" />
        </svg>
        <p class="quiet">
          ${
            dropped
              ? html`${attempts} attempts by tenths of a second, ${(shown / 10).toFixed(1)} s from left to right.
                ${Number.isFinite(maxMs) ? html`The last of ${storm.back} was back after ${duration(maxMs)} (the line).` : ''}`
              : words(storm)
          }
        </p>
      </section>`
    })}
  </div>`
}

export const screen = experiment<Data>({
  about: html`The lab starts ${CLIENTS} clients with a WebSocket each, breaks all lines at the same moment, and lets
  them come back: first all at once, then each after a random wait of up to half a second. Beside them one reader
  follows the feed through another door.`,
  question: `Without a wait, all ${CLIENTS} knock within a tenth of a second or so. How many knock in the busiest tenth when each waits at random?`,
  choices: ['As many: they all want back', 'About a quarter of them', 'A handful'],
  seconds: 17,
  run,
  picture: drawn(picture),
  answer(data) {
    const [at, spread] = data.returns.map((each) => figuresOf(each, data)) as [Figures, Figures]
    const calm = calmOf(data)
    const ratio = spread.peak / at.peak
    const isAllBack = at.back === CLIENTS && spread.back === CLIENTS
    return {
      sentence:
        `In the busiest tenth of a second ${at.peak} attempts were made without a wait and ${spread.peak} with a random one. ` +
        (isAllBack
          ? `The last client was back after ${duration(at.maxMs)} and ${duration(spread.maxMs)}.`
          : `Of ${CLIENTS} clients ${at.back} and ${spread.back} came back, the last of those after ${duration(at.maxMs)} and ${duration(spread.maxMs)}.`),
      details: [
        `Half of those were back after ${duration(at.p50Ms)} without, after ${duration(spread.p50Ms)} with the random wait.`,
        `Age of the oldest event that the reader on the other door read: ${told(at.feltMs)} during the first return, ${told(spread.feltMs)} during the second; before, in calm, ${told(calm)}.`,
        `Attempts in all: ${at.attempts} and ${spread.attempts}; ${at.attempts > CLIENTS || spread.attempts > CLIENTS ? 'more than clients, so some failed and were made again' : 'none had to be made a second time'}.`,
        ...data.returns.flatMap(({ jitter, storm }) =>
          storm.why === undefined ? [] : [`${jitter ? 'With' : 'Without'} the random wait: ${storm.why}.`],
        ),
      ],
      choice: !Number.isFinite(ratio) ? undefined : ratio > 0.65 ? 0 : ratio > 0.1 ? 1 : 2,
      ...((!(ratio <= 0.65) || at.peak < CLIENTS / 2 || !isAllBack) && {
        surprise: !isAllBack
          ? 'All of them should come back. What kept the others away, the lab did not tell more exactly: a limit of its open lines, or a busy machine?'
          : at.peak < CLIENTS / 2
            ? 'The clients of the storm could not even begin that many attempts in a tenth of a second: this machine is too busy for the comparison.'
            : 'The wait should have spread them. The process of the storm was held up, so that what should have been spread came together.',
      }),
    }
  },
  reason: html`<p>
      A server that restarts, or a network that breaks, drops everybody at the same moment, and clients that react in
      the same way come back at the same moment. Each return costs what many events cost: TCP, a TLS handshake with its
      signature (${lesson('what-tls-adds', 'what TLS adds')}), a request, the replay. While the server does that, it
      does nothing else, and those who were not dropped feel it too.
    </p>
    <p>
      With fixed waits they come together again and again. Doubling the wait alone does not help, since all double in
      step; a random wait does: “full jitter”, anywhere between nothing and a bound that doubles with each failure
      (${outside('https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/', 'AWS Architecture Blog')}).
      RFC 6455 asks for the same of WebSockets (${rfc(6455, '7.2.3')}): a random delay before the first attempt, 0 to 5
      s for example, then longer and longer ones, as by truncated binary exponential backoff. EventSource waits for what
      <code>retry:</code> says, the same for all, so this server tells each stream another number when it goes away.
    </p>
    <p>
      The other half is the server’s: take what it can, answer the rest with <code>503</code> and
      <code>Retry-After</code> (${rfc(9110, '10.2.3')}), shut down a part at a time, and let handshakes be resumed.
    </p>`,
  formula(data) {
    const [at, spread] = data.returns.map((each) => figuresOf(each, data)) as [Figures, Figures]
    return html`<p class="math">arrivals in a tenth of a second = N · 0.1 / W</p>
      <p>
        With N = ${CLIENTS} and a wait of 0 to W = 0.5 s at random that is ${(CLIENTS * 0.1) / 0.5}; the busiest of five
        tenths is a little above: ${spread.peak} were measured, and ${at.peak} without a wait. To keep the rate below
        what a server can take, W must grow with N: at ${CLIENTS} clients a second W = ${CLIENTS / CLIENTS} s for
        ${CLIENTS} clients, and ${100_000 / CLIENTS} s for 100 000.
      </p>`
  },
  table: (data) => ({
    caption: 'The two returns',
    columns: [
      ...['random wait', 'clients', 'attempts', 'busiest 100 ms', 'half were back, ms', 'last was back, ms'],
      ...['bystander’s oldest event, ms', 'attempts per 100 ms'],
    ],
    rows: data.returns.map((each) => {
      const { jitter, attempts, peak, bins, p50Ms, maxMs, feltMs } = figuresOf(each, data)
      return [jitter ? '0–500 ms' : 'none', each.storm.back, attempts, peak, p50Ms, maxMs, feltMs, bins.join(' ')]
    }),
  }),
  measured: html`The clients are ${CLIENTS} real connections with TLS from a process of the lab’s own, through the WSS
  door of this page; they are opened twenty at a time, so that the storm begins with the drop. Attempts are counted
  where they are made. The bystander is this page, through its SSE door. Clients and server share one machine here, so
  what the reader beside them feels is partly the work of the clients; on a network the times would be longer, and the
  peak the same.`,
})
