// What a case means for each transport: reasons worked out from measured numbers and the formulas of the lessons. Pure.
import { transportNames } from '../../../transports/clients.ts'
import type { TransportName } from '../../../transports/clients.ts'
import { NONE, asSet, duration, size } from '../../words.ts'
import type { Case } from './case.ts'
import { askedBytes, emptyBytes, isAsking, isMeasured } from './costs.ts'
import type { Measured } from './costs.ts'
import { reasonsBetween } from './between.ts'
import { bytesOf, pauseOf, pricesOf, questionsOf } from './price.ts'
import type { Needs } from './price.ts'

export type Fit = 'yes' | 'maybe' | 'no'

export interface Advice {
  transport: TransportName
  fits: Fit
  reasons: string[]
}

/** `yes` takes nothing back: the worst of all reasons counts. */
export type Reason = readonly [fits: Fit, words: string]

/** In the order of the transports: what speaks for and against each; the price beside the cheapest of those that nothing else rules out. */
export function advise(of: Case, measured: readonly Measured[]): Advice[] {
  const needs: Needs = { freshMs: Number(of.fresh) * 1000, clients: Number(of.clients), perSecond: Number(of.often) }
  const polling = measured.find(({ transport }) => transport === 'polling')
  const questionBytes = polling ? emptyBytes(polling) : NaN
  const all = transportNames.flatMap((transport) => {
    const found = measured.find((each) => each.transport === transport)
    if (!found) return []
    const bytes = isMeasured(found) ? bytesOf(needs, found) : NaN
    return [{ transport, bytes, reasons: isMeasured(found) ? reasonsOf(of, needs, found, questionBytes) : [UNKNOWN] }]
  })
  const able = all.filter(({ reasons }) => worstOf(reasons) !== 'no')
  const prices = pricesOf(
    able.map(({ transport, bytes }) => [transport, bytes] as const),
    needs.clients,
  )
  return all.map(({ transport, reasons: [load, ...others] }) => {
    const price = prices.get(transport)
    const reasons = [load!, ...(price ? [price] : []), ...others]
    return { transport, fits: worstOf(reasons), reasons: reasons.map(([, words]) => words) }
  })
}

const UNKNOWN: Reason = ['maybe', 'This run did not measure what it costs, so nothing can be said about it.']

const worstOf = (reasons: readonly Reason[]): Fit =>
  (['no', 'maybe'] as const).find((fit) => reasons.some(([fits]) => fits === fit)) ?? 'yes'

/** More than a server of this kind answers. No case comes near it: they ask some 20,000 times at most, or 100,000. */
const MOST_QUESTIONS = 50_000

/** `questionBytes`: of any small request and its answer. */
function reasonsOf(of: Case, needs: Needs, found: Measured, questionBytes: number): Reason[] {
  const { transport } = found
  return [
    loadOf(needs, found),
    ...(transport === 'polling' ? [] : lineReasons(needs, found)),
    ...speaking(of, transport, questionBytes),
    ...reasonsBetween(of, transport),
  ]
}

function loadOf(needs: Needs, found: Measured): Reason {
  const { clients, perSecond } = needs
  const all = clients * perSecond
  if (!isAsking(found.transport))
    return [
      'yes',
      `An event costs ${size(found.bytesPerEvent)} as measured: ${size(all * found.bytesPerEvent)} a second in all, and no questions.`,
    ]
  const asked = questionsOf(needs, found)
  const fits = asked > MOST_QUESTIONS ? 'no' : 'yes'
  const load = `${amount(asked)} questions and ${size(askedBytes(found, asked, all))} a second in all`
  if (found.transport === 'long-polling')
    return [fits, `Each answer costs a question, and brings what came up since the last one: ${load}.`]
  const [fresh, pauseMs] = [asSet(needs.freshMs), pauseOf(needs, found)]
  if (Number.isNaN(pauseMs))
    return ['no', `With a round trip of ${duration(found.tripMs)} no interval keeps the latency below ${fresh}.`]
  const empty = Math.max(0, 1 - all / asked)
  return [
    fits,
    `To keep the latency below ${fresh}, each pauses ${duration(pauseMs)} between an answer and the next question: ${load}, ${empty > 0.05 ? `at least ${Math.round(empty * 100)} % of them for nothing` : 'with nothing to hold open'}.`,
  ]
}

/** Of what holds a line open. */
function lineReasons({ freshMs, clients, perSecond }: Needs, { transport, medianMs }: Measured): Reason[] {
  const more = transport === 'long-polling' ? ', and one more round trip for what comes up between two questions' : ''
  const latency = `Its median latency was ${duration(medianMs)}`
  return [
    medianMs < freshMs
      ? ['yes', `${latency} here; add your network’s way there${more}.`]
      : ['maybe', `${latency} on this machine already.`],
    ...reasonsIf(clients >= 100_000, [
      'maybe',
      `The server holds ${amount(clients)} open lines: memory, and a storm when it restarts.`,
    ]),
    ...reasonsIf(perSecond < 0.05 && freshMs >= 60_000, [
      'maybe',
      'It holds a line open for minutes between two events: for a minute’s freshness that is more than is needed.',
    ]),
  ]
}

const reasonsIf = (holds: boolean, reason: Reason): Reason[] => (holds ? [reason] : [])

function speaking({ speaks }: Case, transport: TransportName, questionBytes: number): Reason[] {
  if (speaks === 'both')
    return transport === 'wss'
      ? [['yes', 'The client speaks on the same line, without a request.']]
      : [
          [
            'yes',
            `What the client says is a request of its own, about ${size(questionBytes)}; now and then that is no load.`,
          ],
        ]
  if (speaks !== 'stream') return []
  return transport === 'wss'
    ? [['yes', 'The client speaks on the same line at any time, some bytes of frame for each message.']]
    : [['no', 'The client would need a request for everything it says, many times a second.']]
}

function amount(value: number): string {
  if (!Number.isFinite(value)) return NONE
  return value < 10 ? value.toFixed(value < 1 ? 2 : 1) : Math.round(value).toLocaleString('en')
}
