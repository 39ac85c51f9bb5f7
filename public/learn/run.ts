// One run of an experiment: what it may wait for, what it has opened, and an end that closes everything.
import type { Bench } from '../bench.ts'
import { changesByOthers } from '../changes.ts'
import type { PageContext } from '../context.ts'
import { LabError, about, explain } from '../lab.ts'

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
  /** The same, where the lab does something for it and its doors need not be reached. */
  doorless(): Promise<Bench>
  /**
   * Has the lab make so many events a second, of `payloadBytes` (of a whole event; 0: as small as it is), as often as it likes; the lab
   * puts back what was before when the run is over. @throws Trouble when its rate is not ours to set, or somebody else has set it since.
   */
  rate(perSecond: number, payloadBytes?: number): Promise<void>
}

/** No experiment may take longer, whatever the network does. */
const LIMIT_MS = 30_000
const LOOK_MS = 10
/** Of the two clocks, before anything is timed: the best of them counts. */
const COMPARISONS = 6

export interface RunControls<Data> {
  run: Run<Data>
  stop(): void
  /** To be asked before what was measured is believed. @throws Trouble when somebody else has set the rate that this run had set, or begun a storm. */
  undisturbed(): Promise<void>
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
  let opening: Promise<Bench> | undefined
  let holding: Promise<Bench> | undefined
  /** Counted from when this run first sets the rate; one that never does is not touched by it. */
  const others = changesByOthers()
  let isOver = false
  /** All of them, whatever one of them says: a rate that could not be given up must not leave a line open. */
  const closed = (all: { close(): unknown }[]) => Promise.allSettled(all.map(async (each) => each.close()))

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
    keep(item) {
      if (!isOver) open.push(item)
      else void closed([item]) // it came too late: nobody else would
      return item
    },
    sleep,
    async until(check, ms) {
      for (const endsAt = performance.now() + ms; !check();) {
        if (performance.now() >= endsAt) return false
        await sleep(LOOK_MS)
      }
      return true
    },
    async bench() {
      const bench = await run.doorless()
      if (bench.why) throw new Trouble(bench.why)
      return bench
    },
    doorless: () => (opening ??= openBench()),
    async rate(perSecond, payloadBytes = 0) {
      const bench = await (holding ??= holdRate())
      signal.throwIfAborted()
      const now = await bench.holdFeed({ perSecond, payloadBytes })
      look(now.changes)
      if (now.perSecond !== perSecond || now.payloadBytes !== payloadBytes) throw new Trouble(DISTURBED) // who came later has it
    },
  }

  /** At once: what is measured from here on means nothing either. */
  const endByStorm = () => stopping.abort(new Trouble(STORM_ELSEWHERE))

  function look(changes: number | null) {
    others.read(changes)
    if (others.count > 0) throw new Trouble(DISTURBED)
  }

  /** Has it given up when the run is over. Should that not arrive, the lab does so when the bench ends. */
  async function holdRate() {
    const bench = await run.doorless()
    if (bench.perSecond === null) throw new Trouble(NO_RATE)
    run.keep({ close: () => bench.releaseFeed() })
    return bench
  }

  async function openBench(): Promise<Bench> {
    const opened = await page.openBench()
    if (signal.aborted) opened.close()
    signal.throwIfAborted()
    run.keep(opened)
    opened.subscribe(() => opened.stormElsewhere && endByStorm())
    for (let n = 0; n < COMPARISONS; n++) await opened.refresh()
    signal.throwIfAborted()
    return opened
  }

  return {
    run,
    stop: () => stopping.abort(new Stopped()),
    async undisturbed() {
      const { changes, storms } = await about()
      if (holding) look(changes)
      if (storms > 0) endByStorm() // those of this run are over by now
      signal.throwIfAborted()
    },
    async end() {
      clearTimeout(timer)
      stopping.abort(new Stopped())
      isOver = true
      await closed(open.toReversed())
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
const DISTURBED =
  'Another page changed how many events the lab makes, or their size, while this ran, so its numbers mean nothing. Run it again.'
export const STORM_ELSEWHERE =
  'A storm of another page is under way in this lab and makes all lines late, so numbers of now mean nothing. Run it again when it is over.'
const NO_RATE =
  'This experiment sets how many events the lab makes, but they come from another source here; start the lab without --source.'

/** @returns in words what went wrong; nothing for what a person stopped. */
export function troubleOf(error: unknown): string {
  if (error instanceof Stopped) return ''
  if (error instanceof Trouble) return error.message
  if (error instanceof LabError || error instanceof TypeError || error instanceof SyntaxError) return explain(error)
  return `This did not work: ${error instanceof Error ? error.message : String(error)}`
}
