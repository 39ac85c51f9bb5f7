// One run of an experiment: what it may wait for, what it has opened, and an end that closes everything.
import type { Bench } from '../bench.ts'
import type { PageContext } from '../context.ts'
import { LabError, about, explain, setFeed } from '../lab.ts'

export interface Run<Data> {
  /** Fires on Stop, on leaving, and when the run takes far too long. */
  readonly signal: AbortSignal
  /** Milliseconds since it began. */
  readonly elapsedMs: number
  /** Draws the picture anew, at the next frame. */
  show(data: Data): void
  /** What goes on now, in a few words, beside the progress. */
  step(text: string): void
  /** `close` is called when the run is over, however it ends; the last one first. @returns what it was handed. */
  keep<Open extends { close(): unknown }>(open: Open): Open
  sleep(ms: number): Promise<void>
  /** @returns whether `check` held within `ms`. */
  until(check: () => boolean, ms: number): Promise<boolean>
  /** Doors of this run's own, with counters, faults and networks; the same at every call. @throws Trouble where there are none. */
  bench(): Promise<Bench>
  /** Has the lab make so many events a second, as small as they are, until the run is over. @throws Trouble when its rate is not ours to set. */
  rate(perSecond: number): Promise<void>
}

/** No experiment may take longer, whatever the network does. */
const LIMIT_MS = 30_000
const LOOK_MS = 10
/** Of the two clocks, before anything is timed: the best of them counts. */
const COMPARISONS = 6

export interface RunControls<Data> {
  run: Run<Data>
  stop(): void
  /** Resolves when all is closed. */
  end(): Promise<void>
}

export interface RunOptions<Data> {
  page: PageContext
  show(data: Data): void
  step(text: string): void
}

export function startRun<Data>({ page, show, step }: RunOptions<Data>): RunControls<Data> {
  const stopping = new AbortController()
  const startedAt = performance.now()
  const open: { close(): unknown }[] = []
  const timer = setTimeout(() => stopping.abort(new Trouble(TOO_LONG)), LIMIT_MS)
  const { signal } = stopping
  let bench: Promise<Bench> | undefined

  const sleep = (ms: number) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted()
      const gone = () => (clearTimeout(wake), reject(signal.reason as Error))
      const wake = setTimeout(() => (signal.removeEventListener('abort', gone), resolve()), ms)
      signal.addEventListener('abort', gone, { once: true })
    })

  const run: Run<Data> = {
    signal,
    get elapsedMs() {
      return performance.now() - startedAt
    },
    show: (data) => signal.aborted || show(data),
    step: (text) => signal.aborted || step(text),
    keep: (item) => (open.push(item), item),
    sleep,
    async until(check, ms) {
      for (const endsAt = performance.now() + ms; !check();) {
        if (performance.now() >= endsAt) return false
        await sleep(LOOK_MS)
      }
      return true
    },
    bench: () => (bench ??= openBench()),
    async rate(perSecond) {
      const { perSecond: before, payloadBytes } = await about()
      if (before === null) throw new Trouble(NO_RATE)
      if (before === perSecond && payloadBytes === 0) return
      signal.throwIfAborted()
      const putBack = () => setFeed({ perSecond: before, payloadBytes: payloadBytes ?? 0 })
      const goAway = () => void putBack() // the tab is closed: nobody will end the run
      addEventListener('pagehide', goAway)
      run.keep({
        close() {
          removeEventListener('pagehide', goAway)
          return putBack()
        },
      })
      await setFeed({ perSecond, payloadBytes: 0 })
    },
  }

  async function openBench(): Promise<Bench> {
    const opened = await page.openBench()
    if (signal.aborted) opened.close()
    signal.throwIfAborted()
    run.keep(opened)
    if (opened.why) throw new Trouble(opened.why)
    for (let n = 0; n < COMPARISONS; n++) await opened.refresh()
    return opened
  }

  return {
    run,
    stop: () => stopping.abort(new Stopped()),
    async end() {
      clearTimeout(timer)
      stopping.abort(new Stopped())
      // All of them, whatever one of them says: a rate that could not be set back must not leave a line open.
      await Promise.allSettled(open.reverse().map(async (each) => each.close()))
    },
  }
}

/** By the person: no error. */
export class Stopped extends Error {
  constructor() {
    super('stopped')
    this.name = 'Stopped'
  }
}

/** What went wrong, in words for people. */
export class Trouble extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Trouble'
  }
}

const TOO_LONG = `It was not over after ${LIMIT_MS / 1000} s, so it was stopped.`
const NO_RATE =
  'This experiment sets how many events the lab makes, but they come from another source here; start the lab without --source.'

/** @returns in words what went wrong; nothing for what a person stopped. */
export function troubleOf(error: unknown): string {
  if (error instanceof Stopped) return ''
  if (error instanceof Trouble) return error.message
  if (error instanceof LabError || error instanceof TypeError || error instanceof SyntaxError) return explain(error)
  return `This did not work: ${error instanceof Error ? error.message : String(error)}`
}
