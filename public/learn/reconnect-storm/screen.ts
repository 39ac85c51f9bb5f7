// Experiment: two hundred clients lose their lines at once and come back, at once or each after a random wait; and what a bystander feels.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, outside, rfc } from '../links.ts'
import { CLIENTS, answer, figuresOf, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

const MATH = html`<p class="math">arrivals in a tenth of a second = N · 0.1 / W</p>`

export const screen = experiment<Data>({
  about: html`The lab starts ${CLIENTS} clients with a WebSocket each, breaks all lines at the same moment, and lets
  them come back: first all at once, then each after a random wait of up to half a second. Beside them one reader
  follows the feed through another door.`,
  question: `Without a wait, all ${CLIENTS} knock within a tenth of a second or so. How many knock in the busiest tenth when each waits at random?`,
  choices: ['As many: they all want back', 'About a quarter of them', 'A handful'],
  seconds: 17,
  run,
  picture,
  answer,
  reason: html`<p>
      A server that restarts, or a network that breaks, drops everybody at the same moment, and clients that react in
      the same way come back at the same moment. Each return costs what many events cost: TCP, a TLS handshake with its
      signature (${lesson('what-tls-adds', 'what TLS adds')}), a request, the replay. While the server does that, it
      does nothing else, and those who were not dropped feel it too.
    </p>
    <p>
      With fixed waits they come together again and again. Doubling the wait alone does not help, since all double in
      step; a random wait does: “full jitter”, anywhere between nothing and a bound that doubles with each failure
      (${outside('https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/', 'AWS Architecture Blog')}).
      RFC 6455 asks for the same of WebSockets (${rfc(6455, '7.2.3')}): a random delay before the first attempt, 0 to 5
      s for example, then longer and longer ones, as by truncated binary exponential backoff. EventSource waits for what
      <code>retry:</code> says, the same for all, so this server tells each stream another number when it goes away.
    </p>
    <p>
      The other half is the server’s: take what it can, answer the rest with <code>503</code> and
      <code>Retry-After</code> (${rfc(9110, '10.2.3')}), shut down a part at a time, and let handshakes be resumed.
    </p>`,
  formula(data) {
    const [at, spread] = data.returns.map((each) => figuresOf(each, data))
    if (!at || !spread) return MATH
    return html`${MATH}
      <p>
        With N = ${CLIENTS} and a wait of 0 to W = 0.5 s at random that is ${(CLIENTS * 0.1) / 0.5} in each tenth on
        average; the busiest one of this run had ${spread.peak}, and ${at.peak} without a wait. To keep the rate below
        what a server can take, W must grow with N: where a server can take ${CLIENTS} clients a second, W = 1 s for
        ${CLIENTS} clients, and ${100_000 / CLIENTS} s for 100 000.
      </p>`
  },
  table,
  measured: html`The clients are ${CLIENTS} real connections with TLS from a process of the lab’s own, through the WSS
  door of this page; they are opened twenty at a time, so that the storm begins with the drop. Attempts are counted
  where they are made. The bystander is this page, through its SSE door. Clients and server share one machine here, so
  what the reader beside them feels is partly the work of the clients; on a network the times would be longer, and the
  peak the same.`,
})
