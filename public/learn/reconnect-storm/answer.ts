// The answer of “Reconnect storms”: how many attempts fell into the busiest tenth of a second, and what a bystander felt. Pure.
import type { Storm } from '../../door.ts'
import { count, duration, percent } from '../../words.ts'
import { worst } from '../latency.ts'
import type { Answer } from '../experiment.ts'
import type { Got } from '../follow.ts'
import type { Table } from '../table.ts'

export interface Return {
  jitter: boolean
  storm: Storm
  /** By this page’s clock, ms since the run began. */
  droppedAt?: number
}
export interface Data {
  /** Without and with a random wait. */
  returns: Return[]
  /** Events of a reader on another door. */
  bystander: readonly Got[]
  calmUntil: number | undefined
}

export const CLIENTS = 200

export interface Figures {
  jitter: boolean
  attempts: number
  /** Attempts in the busiest tenth of a second. */
  peak: number
  bins: readonly number[]
  p50Ms: number
  maxMs: number
  back: number
  /** The worst latency of what was under way to the bystander between the drop and the last return; NaN: nothing was. */
  feltMs: number
}

/** Of two worst latencies: what differs by less is as good as the same. */
const SAME_MS = 50

export function figuresOf({ jitter, storm, droppedAt = NaN }: Return, data: Data): Figures {
  const bins = storm.attemptsPer100Ms ?? []
  const maxMs = storm.backMsMax ?? NaN
  const during = data.bystander.filter(({ due, at }) => at > droppedAt && due < droppedAt + maxMs)
  return {
    ...{ jitter, attempts: storm.attempts, back: storm.back, bins, peak: Math.max(0, ...bins) },
    ...{ p50Ms: storm.backMsP50 ?? NaN, maxMs, feltMs: worst(during) },
  }
}

function calmOf({ bystander, calmUntil = Infinity }: Data): number {
  const openedAt = bystander[0]?.at ?? Infinity // what was due before waited for the line to open
  return worst(bystander.filter(({ due, at }) => due > openedAt && at < calmUntil))
}

export const wordsOf = ({ phase, open, back }: Storm) =>
  phase === 'opening'
    ? `${open} of ${CLIENTS} are connected`
    : phase === 'open'
      ? 'all are connected'
      : `${back} are back`

const felt = (ms: number) => (Number.isFinite(ms) ? duration(ms) : 'none was read')
const last = ({ back, maxMs }: Figures) =>
  back === CLIENTS
    ? `all were back after ${duration(maxMs)}`
    : back === 0
      ? `none of ${count(CLIENTS, 'client')} came back`
      : `${back} of ${count(CLIENTS, 'client')} came back, the last of those after ${duration(maxMs)}`

export function answer(data: Data): Answer {
  const [at, spread] = data.returns.map((each) => figuresOf(each, data))
  if (!at || !spread || at.peak === 0 || spread.peak === 0)
    return {
      sentence: 'The clients did not come back twice in this run, so there is nothing to compare.',
      choice: undefined,
      surprise: 'Both times all of them should have tried. Is the lab still running, and the machine not too busy?',
    }
  const ratio = spread.peak / at.peak
  const choice = choiceOf(ratio)
  const isTooFew = at.peak < CLIENTS / 2
  const areAllBack = at.back === CLIENTS && spread.back === CLIENTS
  return {
    sentence: `In the busiest tenth of a second ${count(at.peak, 'attempt')} came without a wait and ${spread.peak} with a random one. Without it ${last(at)}; with it ${last(spread)}.`,
    details: [
      ...(Number.isFinite(at.p50Ms + spread.p50Ms)
        ? [
            `Half of those were back after ${duration(at.p50Ms)} without, after ${duration(spread.p50Ms)} with the random wait.`,
          ]
        : []),
      `Worst latency of the reader on the other door: ${felt(at.feltMs)} during the first return, ${felt(spread.feltMs)} during the second; before, in calm, ${felt(calmOf(data))}.`,
      ...spared(at, spread),
      `Attempts in all: ${at.attempts} and ${spread.attempts}; ${at.attempts > CLIENTS || spread.attempts > CLIENTS ? 'more than clients, so some failed and were made again' : 'none had to be made a second time'}.`,
      ...data.returns.flatMap(({ jitter, storm }) =>
        storm.why === undefined ? [] : [`${jitter ? 'With' : 'Without'} the random wait: ${storm.why}.`],
      ),
    ],
    choice: isTooFew ? undefined : choice,
    ...((choice === undefined || choice === 0 || isTooFew || !areAllBack) && {
      surprise: !areAllBack
        ? 'All of them should come back. What kept the others away, the lab did not tell more exactly: a limit of its open lines, or a busy machine?'
        : isTooFew
          ? 'The clients of the storm could not even begin that many attempts in a tenth of a second: this machine is too busy for the comparison, so this run does not decide.'
          : choice === undefined && ratio < EVEN[0]
            ? `With the wait the busiest tenth had ${percent(ratio)} of what it had without: that is none of the choices, so this run does not decide. On a busy machine either return is held up, and then more falls into one tenth, or less. Run it again.`
            : `The wait should have spread them. On a busy machine the process of the storm is held up, so that what should have been spread comes together${choice === 0 ? '' : '; this run does not decide'}.`,
    }),
  }
}

/** Whether the wait helped the bystander; nothing where both returns were as good as the same to it. */
function spared(at: Figures, spread: Figures): string[] {
  if (at.feltMs > spread.feltMs + SAME_MS) return ['So the return with the wait hurt that reader less.']
  if (!(spread.feltMs > at.feltMs + SAME_MS)) return []
  return [
    'The wait should have spared that reader, and did not. Both returns are the same work, and clients and server share this machine here, so with the wait it may only have been busy for longer; and a worst latency is that of a single event. Run it again.',
  ]
}

/**
 * Of the busiest tenth without a wait, in the order of the choices. A fifth is what the wait gives on average, and the busiest of five tenths has
 * more. Between two ranges is a gap: a run that falls there bears out neither.
 */
const [EVEN, QUARTER, HANDFUL] = [
  [0.8, 1.25],
  [0.15, 0.4],
  [0, 0.1],
] as const

function choiceOf(ratio: number): number | undefined {
  const choice = [EVEN, QUARTER, HANDFUL].findIndex(([least, most]) => ratio >= least && ratio <= most)
  return choice < 0 ? undefined : choice
}

export const table = (data: Data): Table => ({
  caption: 'The two returns',
  columns: [
    ...['random wait', 'clients', 'attempts', 'busiest 100 ms', 'half were back, ms', 'last was back, ms'],
    ...['bystander’s worst latency, ms', 'attempts per 100 ms'],
  ],
  rows: data.returns.map((each) => {
    const { jitter, attempts, peak, bins, p50Ms, maxMs, feltMs, back } = figuresOf(each, data)
    return [jitter ? '0–500 ms' : 'none', back, attempts, peak, p50Ms, maxMs, feltMs, bins.join(' ')]
  }),
})
