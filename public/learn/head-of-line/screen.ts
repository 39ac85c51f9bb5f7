// Experiment: a line that stalls for five seconds; two streams that share it, and two that have a line each.
import { html } from '/vendor/lit-html.js'
import { asSet, count, duration } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { lesson, rfc } from '../links.ts'
import { STALL_MS, answer, heldOf, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { PER_SECOND, run } from './run.ts'

const STALL = asSet(STALL_MS)
const MATH = `latency of an event due at t = s − t
mean latency = s/2
events held = r · s`

export const screen = experiment<Data>({
  about: html`Four streams of the same events: A and B share one HTTP/2 connection, C and D have one each. Then nothing
  passes for ${STALL} on the line of A and B and on that of C, as when a packet is lost again and again. Nothing is
  broken.`,
  question: 'Stream B shares its connection with A. What happens to B, and what to D?',
  choices: [
    'B goes on: streams of HTTP/2 do not disturb each other; D goes on too',
    'B waits as long as A; D goes on',
    'Both wait: the network is the same',
  ],
  seconds: 11,
  run,
  picture,
  answer,
  reason: html`<p>
      TCP hands over bytes in the order in which they were sent, and none before the one in front of it
      (${rfc(9293, '3.4')}). A segment that is missing holds back all that came after it, although it is there: its head
      blocks the line. What arrives at last arrives as a burst.
    </p>
    <p>
      HTTP/2 took this away one layer up: answers need not wait for the answer in front of them, since frames of many
      streams are mixed (${rfc(9113, '5')}). But all of them are in one TCP connection, and so one lost segment stalls
      all streams of it, which is worse than with six connections, where it stalls one. HTTP/3 gives each stream an
      order of its own over QUIC, and the others go on (${rfc(9000, '2.2')}, ${rfc(9114, '2')}); this lab does not speak
      it.
    </p>
    <p>
      A WebSocket or a stream of events is one line, so its newest event waits behind its oldest. Polling asks anew, and
      may ask on another connection. A client that only wants the latest state should drop what is old when the burst
      comes, and a server that sees a long queue for one reader should let it go:
      ${lesson('slow-consumer', 'slow consumers')}.
    </p>`,
  formula(data) {
    const held = heldOf(data)
    return html`<p class="math">${MATH}</p>
      <p>
        With <code>s</code> = ${STALL} and <code>r</code> = ${PER_SECOND}/s: ${PER_SECOND * (STALL_MS / 1000)} events
        are held, on average for ${asSet(STALL_MS / 2)}. Measured on B: ${count(held.events, 'event')}, on average
        ${duration(held.meanMs)}.
      </p>`
  },
  table,
  measured: html`A stall is made by the network before the door: it holds all bytes of the open TCP connections in both
  directions for ${STALL}, as a segment does that is lost and sent again, and lets them out in order; TCP itself is not
  told, so nothing is retransmitted. A lost segment costs about a round trip when what follows it shows the loss, and
  else a timeout: the standard asks for at least a second (${rfc(6298, '2')}), Linux waits at least a fifth of one
  (<code>TCP_RTO_MIN</code>). So five seconds are exaggerated, to be seen. C and D have a door of their own each,
  because a browser would put them on one connection too.`,
})
