// Experiment: what long polling does between an answer and the next question, seen over a slow network.
import { html } from '/vendor/lit-html.js'
import { NONE, duration } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { formulaTable } from '../formula.ts'
import { lesson, rfc } from '../links.ts'
import { answer, figuresOf, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`A long poll is held until there is an event; the answer travels to the page, and the next question travels
  back. Here each way takes 150 ms, so for a moment after each answer the server has no question from us.`,
  question: 'An event comes up just then. What happens to it?',
  choices: [
    'It is lost: nobody asked for it',
    'It comes with the next answer, together with others of that moment',
    'It waits, and each such event gets an answer of its own',
  ],
  seconds: 14,
  run,
  picture,
  answer,
  reason: html`<p>
      The question carries the cursor of the last event seen (<code>?after=…</code>). What came up meanwhile stands in
      the log behind that cursor, so the next question finds it there and is answered at once, with all of it. Without a
      cursor (or a queue for each client at the server) those events would be lost; this is the classic mistake of long
      polling (the pattern itself: ${rfc(6202, '2.1')}).
    </p>
    <p>
      So long polling batches by itself when it must: the more events come in one round trip, the more share an answer.
      That is why its cost for each event falls with the rate, and why its latency is not that of a stream: an event
      that just misses a question waits up to a round trip for the next, and half a one for the answer.
    </p>
    <p>
      ${lesson('sse-reconnect', 'SSE')} changes one thing: the answer does not end, so there is no moment without it.
    </p>`,
  formula: (data) =>
    html`<p class="math">events per answer = r·t + e^(−r·t)</p>
      <p><code>r</code> events a second, <code>t</code> = ${duration(data.tripMs)} measured.</p>
      ${formulaTable(
        ['r', 'formula', 'measured'],
        data.phases.map((phase) => {
          const { perSecond, events, answers } = figuresOf(data, phase)
          const rt = (perSecond * data.tripMs) / 1000
          return [String(perSecond), ...[rt + Math.exp(-rt), events / answers].map(twoDigits)]
        }),
      )}
      <p class="quiet">
        The formula is for events at wholly random moments (Poisson). The lab’s clock spreads them more evenly, one in
        each slot of 1/r s, so a few more find a question waiting or share an answer than it says; and so few answers
        scatter.
      </p>`,
  table,
  measured: html`The lab’s own client (<code>transports/long-polling/client.ts</code>) through a door whose proxy delays
  both directions like a 3G network (profile “3g”: 150 ms each way and up to 50 ms of jitter). One event a second for
  six seconds, then six. This page sees when it asks and when an answer comes; the moments at the server are reckoned
  from those and the round trip, which is the median of three questions that are answered at once. So an event near the
  edge of a gap may be counted on the wrong side; what was lost and what came together is exact.`,
})

const twoDigits = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : NONE)
