// What a case means for each transport: reasons worked out from measured numbers and the formulas of the lessons. Pure.
import { transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import { duration, size } from '../words.ts'

export interface Measured {
  transport: TransportName
  events: number
  lost: number
  medianMs: number
  worstMs: number
  /** Question to an answer that comes at once. Of polling, and so of long polling, whose answers are held; of no other. */
  tripMs: number
  /** An event by itself, as text. */
  eventBytes: number
  /** Below TLS, up and down. */
  bytesPerEvent: number
  requestsPerEvent: number
  bytesPerRequest: number
}

/** What somebody needs, as the values of `questions`. */
export interface Case {
  /** Seconds that an event may be old. */
  fresh: string
  clients: string
  speaks: string
  between: string
  /** Events a second for each client. */
  often: string
}

export const questions: readonly {
  name: keyof Case
  words: string
  options: readonly (readonly [value: string, words: string])[]
}[] = [
  {
    name: 'fresh',
    words: 'How old may an event be?',
    options: [
      ['0.1', 'a tenth of a second'],
      ['1', 'a second'],
      ['10', 'ten seconds'],
      ['60', 'a minute'],
    ],
  },
  {
    name: 'often',
    words: 'How often is there one?',
    options: [
      ['0.01', 'every few minutes'],
      ['0.1', 'every ten seconds'],
      ['1', 'every second'],
      ['20', 'twenty times a second'],
    ],
  },
  {
    name: 'clients',
    words: 'How many clients?',
    options: [
      ['10', 'ten'],
      ['1000', 'a thousand'],
      ['100000', 'a hundred thousand'],
    ],
  },
  {
    name: 'speaks',
    words: 'Who speaks?',
    options: [
      ['server', 'the server'],
      ['both', 'both, now and then'],
      ['stream', 'both, all the time'],
    ],
  },
  {
    name: 'between',
    words: 'What lies in between?',
    options: [
      ['plain', 'nothing special'],
      ['buffers', 'a proxy that buffers answers'],
      ['http1', 'HTTP/1.1 only, and people open many tabs'],
      ['idle', 'a box that cuts lines idle for a minute'],
      ['upgrade', 'a proxy that lets no Upgrade pass'],
    ],
  },
]

export interface Advice {
  transport: TransportName
  fits: 'yes' | 'maybe' | 'no'
  reasons: string[]
}

/** In the order of the transports: what speaks for and against each, no ranking. */
export function advise(of: Case, measured: readonly Measured[]): Advice[] {
  const polling = measured.find(({ transport }) => transport === 'polling')
  const questionBytes = polling ? emptyBytes(polling) : NaN
  return transportNames.flatMap((transport) => {
    const found = measured.find((each) => each.transport === transport)
    return found ? [adviceFor(of, found, questionBytes)] : []
  })
}

/** A question and an answer without an event: what was measured, less the events that were in it. */
export const emptyBytes = ({ bytesPerRequest, requestsPerEvent, eventBytes }: Measured) =>
  bytesPerRequest - eventBytes / requestsPerEvent

/** Polling pauses for so long after each answer. */
export const pollsPerSecond = ({ tripMs }: Measured, intervalMs: number) => 1000 / (intervalMs + tripMs)

/** As long as a question is held without an event. */
const WAIT_S = 25

/**
 * The next question is there a round trip after the last one was answered; it is answered at once when an event came meanwhile, and
 * else with the next one (at random moments), or after the wait.
 */
export function longPollsPerSecond({ tripMs }: Measured, perSecond: number): number {
  const tripS = tripMs / 1000
  const heldS = (Math.exp(-perSecond * tripS) * (1 - Math.exp(-perSecond * WAIT_S))) / perSecond
  return 1 / (tripS + heldS)
}

/** Bytes a second: heads for each question, and the events, which cost the same however they are asked for. */
export const askedBytes = (found: Measured, asked: number, eventsPerSecond: number) =>
  asked * emptyBytes(found) + eventsPerSecond * found.eventBytes

/** `questionBytes`: of any small request and its answer. */
function adviceFor(of: Case, found: Measured, questionBytes: number): Advice {
  const { transport } = found
  let fits: Advice['fits'] = 'yes'
  const reasons: string[] = []
  const worse = (to: 'maybe' | 'no', reason: string) => {
    if (fits !== 'no') fits = to
    reasons.push(reason)
  }
  const good = (reason: string) => void reasons.push(reason)
  const [freshMs, clients, perSecond] = [Number(of.fresh) * 1000, Number(of.clients), Number(of.often)]
  const isAsking = transport === 'polling' || transport === 'long-polling'

  if (transport === 'polling') {
    // At worst an event is as old as i + 3t/2 (lesson 1).
    const intervalMs = freshMs - 1.5 * found.tripMs
    if (intervalMs < 20)
      worse(
        'no',
        `With a round trip of ${duration(found.tripMs)} no interval keeps events younger than ${duration(freshMs)}.`,
      )
    else {
      const each = pollsPerSecond(found, intervalMs)
      const asked = clients * each
      const empty = Math.max(0, 1 - perSecond / each)
      const bytes = askedBytes(found, asked, clients * perSecond)
      const load = `To keep events younger than ${duration(freshMs)}, each pauses ${duration(intervalMs)} between an answer and the next question: ${amount(asked)} questions and ${size(bytes)} a second in all`
      if (asked > 20_000) worse('no', `${load}.`)
      else if (asked > 500 || empty > 0.5)
        worse('maybe', `${load}${empty > 0.05 ? `, at least ${Math.round(empty * 100)} % of them for nothing` : ''}.`)
      else good(`${load}, with nothing to hold open.`)
    }
  }
  if (transport === 'long-polling') {
    const asked = clients * longPollsPerSecond(found, perSecond)
    const load = `Each answer costs a question, and brings what came up since the last one: ${amount(asked)} questions and ${size(askedBytes(found, asked, clients * perSecond))} a second in all`
    if (asked > 20_000) worse('no', `${load}.`)
    else if (asked > 1000 || perSecond > 5) worse('maybe', `${load}.`)
    else good(`${load}.`)
  }
  if (!isAsking)
    good(
      `An event costs ${size(found.bytesPerEvent)} as measured: ${size(clients * perSecond * found.bytesPerEvent)} a second in all, and no questions.`,
    )
  if (transport !== 'polling') {
    if (found.medianMs < freshMs)
      good(
        `Its median event was ${duration(found.medianMs)} old here; add your network’s way there${transport === 'long-polling' ? ', and one more round trip for what comes up between two questions' : ''}.`,
      )
    else worse('maybe', `Its median event was ${duration(found.medianMs)} old on this machine already.`)
    if (clients >= 100_000)
      worse('maybe', `The server holds ${amount(clients)} open lines: memory, and a storm when it restarts.`)
    if (perSecond < 0.05 && freshMs >= 60_000)
      worse(
        'maybe',
        'It holds a line open for minutes between two events: for a minute’s freshness that is more than is needed.',
      )
  }

  if (of.speaks === 'both') {
    if (transport === 'wss') good('The client speaks on the same line, without a request.')
    else
      good(`What the client says is a request of its own, about ${size(questionBytes)}; now and then that is no load.`)
  }
  if (of.speaks === 'stream') {
    if (transport === 'wss')
      good('The client speaks on the same line at any time, some bytes of frame for each message.')
    else worse('no', 'The client would need a request for everything it says, many times a second.')
  }

  if (of.between === 'buffers') {
    if (transport === 'sse') worse('no', 'Such a proxy holds the stream back for ever, unless it can be told not to.')
    else if (transport === 'wss') good('After the upgrade the proxy only carries bytes, if it knows Upgrade.')
    else good('Each answer is complete, so it passes.')
  }
  if (of.between === 'http1') {
    if (transport === 'sse')
      worse(
        'maybe',
        'Each stream keeps one of the six connections of a browser: the seventh tab hangs, unless tabs share one.',
      )
    else if (transport === 'long-polling')
      worse('maybe', 'Each waiting question keeps one of the six connections of a browser.')
    else if (transport === 'wss') good('WebSockets are not counted among the six connections.')
    else good('It holds no connection while it waits.')
  }
  if (of.between === 'idle') {
    if (transport === 'polling')
      good(
        freshMs >= 60_000
          ? 'A question after a quiet minute opens a new connection, and a handshake is paid.'
          : 'It asks more often than that.',
      )
    else good('Heartbeats every 15 s, or answers after 25 s at most, keep the line from being idle.')
  }
  if (of.between === 'upgrade') {
    if (transport === 'wss')
      worse('no', 'Without Upgrade there is no WebSocket; encrypted end to end such a proxy would not see it.')
    else good('It is plain HTTP.')
  }
  return { transport, fits, reasons }
}

const amount = (value: number) =>
  value < 10 ? value.toFixed(value < 1 ? 2 : 1) : Math.round(value).toLocaleString('en')
