// Experiment: the same stream three times, with batching windows of 0, 20 and 100 ms: bytes, writes, and who waits.
import { html } from '/vendor/lit-html.js'
import { NONE, duration, size } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { formulaTable } from '../formula.ts'
import { lesson, outside, rfc } from '../links.ts'
import { RECORD_BYTES, answer, figuresOf, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { PER_SECOND, run } from './run.ts'

const MATH = `events in a write: n = 1 + r·B
mean wait = B · (1 + r·B/2) / n
bytes for each event = e + 22/n`

export const screen = experiment<Data>({
  about: html`The lab makes ${PER_SECOND} events a second. Three streams carry the same events: one writes each at once,
  one gathers them for 20 ms, one for 100 ms, and writes what has come together.`,
  question: 'With a window of 100 ms about ten events share one write. How many of the bytes does that save?',
  choices: ['A tenth to a third', 'About half', 'Nine tenths: ten share the cost of one'],
  seconds: 10,
  run,
  picture,
  answer,
  reason: html`<p>
      What can be shared is what a write costs, not what an event is. An event here is some 85 bytes of JSON and some 25
      of <code>id:</code> and <code>data:</code>, batched or not. What ten events share is one TLS record:
      ${RECORD_BYTES} bytes instead of ten times as many (${rfc(8446, '5.2')}). So the bytes fall by a fifth or so, and
      more only where events are tiny.
    </p>
    <p>
      What falls to a tenth is the number of writes, records and packets: each is a system call, an encryption, a TCP/IP
      header of 40 bytes or more that is not counted here (${rfc(9293, '3.1')}), a wake-up of the reader, and on a phone
      of its radio. With a thousand readers that is a thousand writes for each event: that is why busy servers batch.
    </p>
    <p>
      The event pays with latency: the first of a window waits for all of it, the last hardly. Nagle’s algorithm does
      the same below, and waits for an acknowledgement instead of a clock (${rfc(9293, '3.7.4')}); the lab turns it off
      (${outside('https://man7.org/linux/man-pages/man7/tcp.7.html', 'TCP_NODELAY')}), so that its window is the only
      one. See ${lesson('what-tls-adds', 'what TLS adds')} for the record.
    </p>`,
  formula: ({ lines }) =>
    html`<p class="math">${MATH}</p>
      <p>
        <code>r</code> is the rate, ${PER_SECOND}/s; <code>B</code> the window; <code>e</code> what an event is by
        itself.
      </p>
      ${formulaTable(
        ['B', 'n', 'n measured', 'mean wait', 'measured more than without', 'e + 22/n', 'bytes measured'],
        lines.map((line) => {
          const { batchMs, eventsPerRecord, meanMs, ownBytes, bytesPerEvent } = figuresOf(line)
          const held = (PER_SECOND / 1000) * batchMs
          const n = 1 + held
          return [
            ...[`${batchMs} ms`, n.toFixed(1), Number.isFinite(eventsPerRecord) ? eventsPerRecord.toFixed(1) : NONE],
            ...[duration((batchMs * (1 + held / 2)) / n), signed(meanMs - figuresOf(lines[0]!).meanMs)],
            ...[size(ownBytes + RECORD_BYTES / n), size(bytesPerEvent)],
          ]
        }),
      )}`,
  table,
  measured: html`Three streams of server-sent events over HTTP/1.1, each through a door of its own with
    <code>batchMs</code> 0, 20 and 100; heads and handshakes are not in the bytes, which are counted at the socket from
    the moment when all three are open. Records are those that passed the door, opened with the lab’s own secrets; it
    keeps the last 256. A busy machine gathers events without any window: what is due while it does something else
    leaves in one write.`,
})

const signed = (ms: number) => (ms < 0 ? `−${duration(-ms)}` : duration(ms))
