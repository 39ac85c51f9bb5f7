// Experiment: one reader takes 20 kB a second of a feed that makes eighty times as much; how long the server puts up with it, and then.
import { html } from '/vendor/lit-html.js'
import { duration, size } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { lesson, outside, rfc } from '../links.ts'
import { SLOW, answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { EVENT_BYTES, PER_SECOND, TAKES, run } from './run.ts'

export const screen = experiment<Data>({
  about: html`Two readers follow the same feed. It suddenly makes ${size(EVENT_BYTES * PER_SECOND)} a second; one of the
  readers can take ${size(TAKES)} of it. When the server has let go of it, its line gets well again.`,
  question: 'What becomes of the events that the slow reader cannot take?',
  choices: [
    'The server keeps them in memory until the reader has them',
    'They are lost for that reader',
    'The server hangs up, and the reader gets them later, out of the log',
  ],
  seconds: 15,
  run,
  picture,
  answer,
  reason: html`<p>
      A sender cannot send faster than the receiver takes: TCP’s window closes (${rfc(9293, '3.8.6')}). What the program
      writes on collects in the kernel’s buffers, then in the program’s own memory. Nothing tells a program that just
      calls <code>write</code> or <code>send</code>: a WebSocket has
      ${outside('https://websockets.spec.whatwg.org/#dom-websocket-bufferedamount', 'bufferedAmount')}, a stream of Node
      <code>writableLength</code>. Who does not look at it keeps everything in memory, for the slowest of a thousand
      readers.
    </p>
    <p>
      This server looks: a reader with too much in its queue (<code>queueBytes</code> of <code>/limits</code>), or one
      that took nothing for too long (<code>stallMs</code>), is let go (over WebSocket with close code ${SLOW}, of the
      range for private use, ${rfc(6455, '7.4.2')}). That is safe because events are not in the connection but in a log:
      the reader comes back with its cursor, and the log is read no faster than it takes. Only who is away longer than
      the log reaches back is told of a gap, never silently served the rest.
    </p>
    <p>
      Other choices: drop all but the newest (a price), merge (a position), send less often
      (${lesson('batching', 'batching')}), or ask the reader for how much it wants. Polling has it by nature: who asks
      seldom gets larger answers, and no queue of his own.
    </p>`,
  formula(data) {
    const r = PER_SECOND * EVENT_BYTES
    const at = data.letGoAt === undefined ? undefined : data.letGoAt - data.begunAt
    const { queueBytes } = data.limits
    return html`<p class="math">behind after t = (made − taken) · t</p>
      <p>
        Made: ${PER_SECOND} × ${size(EVENT_BYTES)} = ${size(r)} a second; taken: ${size(TAKES)} a second. Each second
        adds ${size(r - TAKES)}: a queue of ${size(queueBytes)} is full after
        ${duration((queueBytes / (r - TAKES)) * 1000)}, behind whatever the buffers of two kernels and the network take.
        ${at === undefined ? 'It did not come to that here.' : html`Measured: ${duration(at)}, so there were up to ${size(((r - TAKES) * at) / 1000)} on the way and in the queue.`}
      </p>`
  },
  table,
  measured: html`The slow one is slow because the network before its door lets ${size(TAKES)} a second through
  (<code>downBytesPerSecond</code>), behind a queue of 75 kB as a router has; to the server it looks the same as a slow
  program. That the server let go is read from its own count of open connections, several times a second. The feed is
  the whole lab’s: other pages see the large events too, for these seconds.`,
})
