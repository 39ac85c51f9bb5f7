// What came of each attack: one run of each is kept, the latest; everything told of it is bounded, for anybody may tell something.

export interface Run {
  /** Counted over all of them. */
  number: number
  /** The defences that were off when it began. */
  off: string[]
  over: boolean
  succeeded: boolean
  /** It was not made, or not to its end, and why: that says nothing of the target. */
  failed?: string
  /** What the attacker did and got, and what the victim saw. */
  seen: string[]
  /** Which requests of other origins came to the target, and what they were answered. */
  arrived: string[]
}

export interface Runs {
  begin(slug: string, off: string[]): void
  see(slug: string, line: string): void
  /** Whatever is under way. */
  arrive(line: string): void
  /** The attacker has got what was not meant for it. */
  win(slug: string, line: string): void
  end(slug: string): void
  /** It could not be made. What the attacker has got by then, it has. */
  fail(slug: string, why: string): void
  /** The same for whatever is under way. */
  failAll(why: string): void
  /**
   * `end`, if nothing ends it before; a run that begins meanwhile is another one.
   * @param line what is seen then
   * @param unasked why it was not made, if no request of another origin came by then
   */
  endIn(ms: number, slug: string, line?: string, unasked?: string): void
  /** Whether this one is under way. */
  isOpen(slug: string): boolean
  of(slug: string): Run | undefined
}

const LINES = 40
const LINE_LENGTH = 300
/** A page that was closed tells nothing any more. */
export const LONGEST_MS = 40_000

export function runs(now = () => performance.now()): Runs {
  const all = new Map<string, Run & { startedAt: number }>()
  let count = 0

  const open = (slug: string) => {
    const run = all.get(slug)
    if (run && !run.over && now() - run.startedAt > LONGEST_MS) giveUp(run, 'nothing more was heard of it')
    return run?.over === false ? run : undefined
  }
  function giveUp(run: Run, why: string) {
    run.over = true
    if (!run.succeeded) run.failed = why.slice(0, LINE_LENGTH)
  }
  function add(lines: string[], line: string) {
    if (lines.length < LINES && lines.at(-1) !== line) lines.push(line.slice(0, LINE_LENGTH))
  }

  return {
    begin(slug, off) {
      const run = { over: false, succeeded: false, seen: [], arrived: [] }
      all.set(slug, { ...run, number: ++count, off, startedAt: now() })
    },
    see(slug, line) {
      const run = open(slug)
      if (run) add(run.seen, line)
    },
    arrive(line) {
      for (const slug of all.keys()) add(open(slug)?.arrived ?? [], line)
    },
    win(slug, line) {
      const run = open(slug)
      if (!run) return
      run.succeeded = true
      add(run.seen, line)
    },
    end(slug) {
      const run = open(slug)
      if (run) run.over = true
    },
    fail(slug, why) {
      const run = open(slug)
      if (run) giveUp(run, why)
    },
    failAll(why) {
      for (const slug of all.keys()) {
        const run = open(slug)
        if (run) giveUp(run, why)
      }
    },
    endIn(ms, slug, line, unasked) {
      const run = open(slug)
      const act = () => {
        if (!run || open(slug) !== run) return
        if (unasked !== undefined && run.arrived.length === 0) return giveUp(run, unasked)
        if (line !== undefined) add(run.seen, line)
        run.over = true
      }
      setTimeout(act, ms).unref()
    },
    isOpen: (slug) => open(slug) !== undefined,
    of(slug) {
      open(slug)
      const run = all.get(slug)
      if (!run) return undefined
      const { startedAt: _, ...told } = run
      return told
    },
  }
}
