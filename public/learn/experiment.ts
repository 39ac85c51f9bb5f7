// The frame of one experiment: question → guess → run → measured answer → reason. An experiment is data and three functions.
//
// How to write one (read one-url/ and polling-interval/ side by side). A folder `public/learn/<slug>/`, with the same files in each:
// 1. `answer.ts`: `Data`, all that one run measured, as a plain object; `answer(data)` and `table(data)` read nothing else. Pure, so that
//    test/answers-*.test.ts can hand it empty, reversed and lossy data. Its sentence is put together from the measured numbers. `choice`
//    is the guess that they bear out, found by comparing them, never written down; none where no choice says what was measured. When
//    they contradict the textbook, `surprise` says so and what may be why.
// 2. `run.ts`: real traffic; fills `Data`. What it opens it hands to `run.keep(close)`: it is closed at the end, on Stop and on leaving.
//    It waits with `run.sleep` and `run.until`, which end on Stop by throwing. After a change it calls `run.show(data)`. Doors with
//    counters, faults and networks: `await run.bench()`. Event rate for the time of a run: `await run.rate(5)`; when
//    somebody else changes it meanwhile, there is no answer; nor is there one when a storm of another page comes into it.
// 3. `picture.ts`: draws `Data`. 4. `screen.ts`: `screen = experiment<Data>({…})`, the words, in the order of `Experiment`.
// 5. A line in list.ts (`load`), and an entry of bounds in test/experiments.ts.
import type { TemplateResult } from '/vendor/lit-html.js'
import { frame } from './frame.ts'
import type { PageContext } from '../context.ts'
import type { Picture } from './picture.ts'
import type { Run } from './run.ts'
import type { Entry } from './list.ts'
import type { Table } from './table.ts'

export type Content = TemplateResult | string

export interface Experiment<Data> {
  /** What is about to happen, in one or two sentences. */
  about: Content
  question: string
  /** Two to four. */
  choices: readonly string[]
  /** About how long a run takes; at most 20. */
  seconds: number
  /** @returns what was measured. @throws anything: it is shown in words, and no answer is given. */
  run(run: Run<Data>): Promise<Data>
  /** Draws what is known so far, many times a second. */
  picture(box: HTMLElement): Picture<Data>
  answer(data: Data): Answer
  /** Why it is so: standard terms, with links to what defines them. */
  reason: Content | ((data: Data) => Content)
  /** The textbook's formula with the measured numbers in it. */
  formula?(data: Data): Content
  table(data: Data): Table
  /** All of it was over HTTP/1.1, and most of its bytes are heads, which HTTP/2 packs: the answer says so. */
  http1Note?: true
  /** How this was measured, and what that cannot show. */
  measured: Content
}

export interface Answer {
  /** Follows from the numbers, whatever they are. */
  sentence: string
  /** One line each, of the same kind. */
  details?: readonly string[]
  /** Index of the choice that the numbers bear out; undefined: none. */
  choice: number | undefined
  /** The numbers are not what one would expect: says so, and what may be the cause. */
  surprise?: string
}

/** Shows the experiment in `root`. @returns what takes it away again, with all that it opened. */
export type Screen = (root: HTMLElement, entry: Entry, page: PageContext) => () => void

/** What was guessed and measured is kept until the page is left, by slug. */
export function experiment<Data>(spec: Experiment<Data>): Screen {
  return frame(spec, { guess: undefined, skipped: false, runs: [] })
}
