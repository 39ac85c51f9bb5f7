// Experiment: three polling clients with three intervals beside each other; what latency events have, and what asking costs.
import { html } from '/vendor/lit-html.js'
import { duration, percent } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { formulaTable } from '../formula.ts'
import { lesson, rfc } from '../links.ts'
import { PER_SECOND, answer, every, figuresOf, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { emptiness, nearness } from './remarks.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`Three clients ask for the same events: one pauses 250 ms between two questions, one 1 s, one 4 s. Latency
  is the time from when an event was due at the lab to when its client had read it.`,
  question: 'The pause grows from 1 s to 4 s. How does the median latency grow?',
  choices: [
    'Hardly: the network takes most of the time',
    'To about twice',
    'To about four times',
    'To about sixteen times',
  ],
  seconds: 17,
  run,
  picture,
  answer,
  reason: ({ lines }) =>
    html`<p>
        In polling the server never speaks first (${rfc(9110, '3.3')}): an event waits in the log for the next question.
        It comes at a random moment between two questions, so it waits half an interval on average, and one interval at
        worst; the saw teeth in the picture are that wait. Then it travels back with the answer.
      </p>
      <p>
        The price is paid the other way round. A question and its answer cost about the same whether there are events in
        it or not: heads and TLS records. Ask four times as often, and you pay four times as often; a question that
        comes before the next event buys an empty answer. ${emptiness(lines)} A long interval gathers several events in
        one answer, so they share the heads.
      </p>
      <p>
        There is no interval that is both quick and cheap. ${lesson('long-polling', 'Long polling')} gets out of the
        bargain: it asks once, and the server holds the answer until there is something in it.
      </p>`,
  formula: ({ lines }) =>
    html`<p class="math">median latency = i/2 + t</p>
      <p class="math">worst = i + 3t/2</p>
      <p>
        <code>i</code> is the pause between an answer and the next question, <code>t</code> the round trip of a
        question.
      </p>
      ${formulaTable(
        ['i', 't measured', 'i/2 + t', 'median measured', 'difference', 'by chance'],
        lines.map(figuresOf).map((each) => {
          const { tripMs, expectedMs, medianMs, chanceMs } = each
          const measured = [tripMs, expectedMs, medianMs].map(duration)
          const [off, chance] = [medianMs - expectedMs, chanceMs].map((ms) => percent(ms / expectedMs))
          return [every(each), ...measured, off!, `up to ${chance!}`]
        }),
      )}
      <p class="quiet">${nearness(lines)}</p>`,
  table,
  http1Note: true,
  measured: html`The lab makes ${PER_SECOND} events a second, each due at a random moment of its quarter of a second, so
    that no client can fall into step with them. The clients are the lab’s own
    (<code>transports/polling/client.ts</code>), each through a door of its own: its bytes are counted there at the
    socket, below TLS, with the handshake. Latency is the time from when the event was due, by the lab’s clock, to the
    call of <code>onEvent</code>, by this page’s; the two clocks are compared as NTP does, which on one machine is good
    to a millisecond.`,
})
