// Experiment: a line is cut under two readers of the same stream; one remembers the last id, the other does not.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, rfc, whatwg } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { BEFORE_MS, run } from './run.ts'

export const screen = experiment<Data>({
  about: html`Two readers follow the same stream on the same kind of connection: <code>EventSource</code>, and a
    <code>fetch</code> that reads the stream by hand and starts again when it breaks. After ${BEFORE_MS / 1000} seconds
    the lab resets their connections. The events go on meanwhile.`,
  question: 'How many events does EventSource lose?',
  choices: [
    'None',
    'Those of the second or so in which it was away',
    'All since the start of the stream: it begins anew',
  ],
  seconds: 9,
  run,
  picture,
  answer,
  reason: html`<p>
      Each event of the stream has an <code>id:</code> line. <code>EventSource</code> keeps the last one and, when the
      connection breaks, waits for as long as the server’s <code>retry:</code> said (one second here), asks again by
      itself and sends the id in the header
      <code>Last-Event-ID</code> (${whatwg('server-sent-events.html#the-last-event-id-header', '§9.2.4')}). The lab
      takes it as a cursor: it first writes what its log holds after that event, then goes on live.
    </p>
    <p>
      It takes both sides. An <code>id</code> that the server does not look at is no memory, and a server with a log
      cannot help a client that names no position: the <code>fetch</code> by hand asked “from now on”, and what had come
      up while it was away is simply not in that answer. <code>fetch</code> can do the same as <code>EventSource</code>,
      but you have to write it.
    </p>
    <p>
      A reset is the kind way to lose a line: it is noticed at once. A line that dies in silence is noticed only by what
      does not come, so a stream needs heartbeats (the lab sends one every 15 s, and its client gives up after 37.5 s).
      ${lesson('connection-session', 'A connection is not a session')}: the stream went on over another connection
      (${rfc(9110, '3.3')}).
    </p>`,
  table,
  measured: html`Both read <code>/feed/sse</code> through the same door over HTTP/1.1, each on a connection of its own;
    the lab breaks both with a TCP reset (${rfc(9293, '3.5.3')}) at the same moment. The first is the lab’s own client
    (<code>transports/sse/client.ts</code>) on the browser’s <code>EventSource</code>. A page cannot see the headers
    that EventSource sends; that <code>Last-Event-ID</code> was sent follows where the same object came back with the
    same URL, and the hello says that the server goes on after a newer event. What is lost is told by the ids, which
    have no holes.`,
})
