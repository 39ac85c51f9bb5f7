// What travels for one client in a second, by arithmetic alone: bytes by layer, packets and questions. transports/*/README.md derive it.
import { afterEvent, anyTime } from './arrivals.ts'
import { added, cost, nothing, segmentsOf, sum } from './layers.ts'
import type { Cost } from './layers.ts'
import type { Conditions, Modelled } from './model.ts'

/** A TLS record's plaintext (RFC 8446 §5.1), and an HTTP/2 frame's payload (RFC 9113 §4.2), hold at most so much. */
const [RECORD_MAX, FRAME_MAX] = [16_384, 16_384]
/** An HTTP/2 frame's header (RFC 9113 §4.1). */
const FRAME = 9
/** An acknowledgement waits at most so long for data to travel with (RFC 9293 §3.8.6.3 allows 500; Linux begins with 40). */
const DELAYED_ACK_S = 0.04

export function polling(conditions: Conditions): Cost {
  const { pollMs, roundTripMs, rate, arrivals } = conditions
  const cycle = (pollMs + roundTripMs) / 1000
  const { empty } = anyTime(arrivals, rate * cycle)
  // The client takes an answer and pauses: nothing of its own is there to carry the acknowledgement.
  const acknowledged = cycle > DELAYED_ACK_S ? 1 : 0
  return asked(conditions, 1 / cycle, empty, { down: 0, up: acknowledged })
}

export function longPolling(conditions: Conditions): Cost {
  const { cycle, empty, held } = holding(conditions)
  // The next question acknowledges an answer. A question is acknowledged by its answer, unless it is held for long.
  return asked(conditions, 1 / cycle, empty, { down: held > DELAYED_ACK_S ? 1 : 0, up: 0 })
}

/**
 * What a held question meets. `cycle`: seconds from one answer to the next; `empty`: share of the answers that carry nothing;
 * `found`: share of the events that find a question waiting; `held`: how long a question waits on average.
 */
export function holding({ rate, roundTripMs, waitSeconds: w, arrivals }: Conditions) {
  const t = roundTripMs / 1000
  if (rate === 0) return { cycle: w + t, empty: 1, found: 1, held: w }
  const x = rate * t
  if (arrivals === 'poisson') {
    const nobody = Math.exp(-x) // in the round trip without a question
    const n = x + nobody * (1 - Math.exp(-rate * w))
    return {
      cycle: n / rate,
      empty: nobody * Math.exp(-rate * w),
      found: (nobody * (1 - Math.exp(-rate * w))) / n,
      held: (nobody * (1 - Math.exp(-rate * w))) / rate,
    }
  }
  // An answer leaves either with the event that it was held for, or at once, at no particular moment of the schedule.
  const [after, any] = [afterEvent(arrivals, x), anyTime(arrivals, x)]
  const held = any.empty / (1 - after.empty + any.empty)
  const n = held * (after.mean + after.empty) + (1 - held) * (any.mean + any.empty)
  const cycle = Math.min(n / rate, w + t)
  const full = Math.min(1, (rate * cycle) / n)
  return { cycle, empty: 1 - full, found: held / n, held: Math.max(0, cycle - t) }
}

/** Questions and answers: `exchanges` a second, a share of them `empty`, and acknowledgements for each that travel alone. */
function asked(conditions: Conditions, exchanges: number, empty: number, alone: { up: number; down: number }): Cost {
  const { payload, cursor, rate, headUp, headDown, http } = conditions
  const two = http === '2'
  const events = rate / exchanges // of an answer, on average
  // {"cursor":"…","events":[…]}, and a comma between two events.
  const envelope = 25 + cursor + Math.max(0, events - (1 - empty))
  const body = envelope + events * payload
  const framesDown = FRAME * (two ? 1 + frames(body) : 0)
  const framesUp = two ? FRAME : 0
  // Over HTTP/1.1 head and body leave in one write; over HTTP/2 the HEADERS frame has a record of its own.
  const recordsDown = two ? 1 + records(body + FRAME) : records(headDown + body)
  const { recordBytes } = conditions
  const up = { payload: 0, framing: framesUp, headers: headUp, tls: recordBytes }
  const down = {
    ...{ payload: events * payload, framing: envelope + framesDown, headers: headDown, tls: recordsDown * recordBytes },
  }
  const segments = segmentsOf(sum(down))
  const packets = { up: 1 + alone.up * Math.max(1, segments / 2), down: segments + alone.down }
  return cost(exchanges, { up, down }, packets, exchanges)
}

export function pushed(transport: Modelled, conditions: Conditions): Cost {
  const { payload, cursor, rate, http, heartbeatSeconds, pingSeconds, recordBytes, arrivals, togetherMs } = conditions
  const frame = http === '2' && transport !== 'floor' ? FRAME : 0
  const own =
    transport === 'sse' ? 11 + cursor : transport === 'wss' ? frameHeader(payload) : transport === 'floor' ? 4 : 0
  const together = 1 + afterEvent(arrivals, (rate * togetherMs) / 1000).mean
  const writes = rate / together
  const plain = together * (payload + own)
  const down = {
    ...{ payload: together * payload, framing: together * own + frame * frames(plain), headers: 0 },
    tls: recordBytes * records(plain + frame),
  }
  const segments = segmentsOf(sum(down))
  // RFC 9293 §3.8.6.3 asks for one in two full segments at least; Linux acknowledges each write that was read, as nothing goes up
  // that could carry it (tcp_info of a live lab: 1 segment up for 1 down, at 10 and at 100 events a second).
  const acknowledged = Math.max(1, segments / 2)
  const parts = [cost(writes, { up: nothing, down }, { up: acknowledged, down: segments })]
  if (heartbeatSeconds > 0 && transport !== 'floor') {
    const framing = (transport === 'sse' ? 27 + 2 * cursor : 18 + cursor) + frame
    const beat = { ...nothing, framing, tls: recordBytes }
    parts.push(cost(1 / heartbeatSeconds, { up: nothing, down: beat }, { up: 1, down: 1 }))
  }
  if (pingSeconds > 0 && transport === 'wss') {
    const control = (bytes: number) => ({ ...nothing, framing: bytes + frame, tls: recordBytes })
    parts.push(cost(1 / pingSeconds, { up: control(6), down: control(2) }, { up: 1, down: 2 })) // the pong's acknowledgement has nothing to ride on
  }
  return parts.reduce(added)
}

/** RFC 6455 §5.2: unmasked, as a server sends it. */
const frameHeader = (payload: number) => (payload < 126 ? 2 : payload < 65_536 ? 4 : 10)
const records = (bytes: number) => Math.max(1, Math.ceil(bytes / RECORD_MAX))
const frames = (bytes: number) => Math.max(1, Math.ceil(bytes / FRAME_MAX))
