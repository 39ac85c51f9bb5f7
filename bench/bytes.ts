// Where the bytes of a trial went: payload, framing, headers and TLS, each for one delivery, from counts made at the socket.
import type { Contestant } from './scenarios.ts'
import type { TargetReport } from './target.ts'

export interface BytesPerEvent {
  payload: number
  framing: number
  headers: number
  tls: number
  total: number
  up: number
  down: number
}

/** @returns undefined when nothing was delivered between the window's edges, or nothing was counted. */
export function bytesPerEvent(name: Contestant, clients: number, report: TargetReport): BytesPerEvent | undefined {
  const traffic = report.traffic[name]
  const deliveries = deliveriesOf(name, clients, report)
  if (!traffic || deliveries === 0) return undefined
  const { tls: below, plain: above } = traffic
  const asked = isAsked(name)
  const payload = asked ? report.answers.eventBytes : report.pushed.eventBytes * clients
  const plain = above.up + above.down
  // Pushed: no head is sent in a window, so all but the payload is framing, the pongs up included.
  const framing = asked ? report.answers.bodyBytes - payload : plain - payload
  const headers = asked ? plain - report.answers.bodyBytes : 0
  const total = below.up + below.down
  const each = (bytes: number) => Math.round((bytes / deliveries) * 100) / 100
  return {
    payload: each(payload),
    framing: each(framing),
    headers: each(headers),
    // What is left after rounding, so that the parts are the whole.
    tls: each(total) - each(payload) - each(framing) - each(headers),
    total: each(total),
    up: each(below.up),
    down: each(below.down),
  }
}

/** Between the edges, as the server saw it: the deliveries that the bytes are of. */
export function deliveriesOf(name: Contestant, clients: number, { answers, pushed }: TargetReport): number {
  return isAsked(name) ? answers.events : pushed.events * clients
}

const isAsked = (name: Contestant) => name === 'polling' || name === 'long-polling'
