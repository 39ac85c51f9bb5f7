// Experiment: four readers behind a reverse proxy that holds answers until they are complete, and one without it.
import { html } from '/vendor/lit-html.js'
import { asSet } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { lesson, outside, rfc, whatwg } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { BEHIND_MS, run } from './run.ts'

export const screen = experiment<Data>({
  about: html`A reverse proxy stands between the page and three of its doors. As many do by default, it passes an answer
  on when it is complete. A stream of events is an answer that is never complete. After ${asSet(BEHIND_MS)} the proxy is
  taken away.`,
  question: 'What does EventSource notice behind that proxy?',
  choices: [
    'The events come, in lumps',
    'It gets an error, and tries again',
    'Nothing at all: no event, and no error either',
  ],
  seconds: 11,
  run,
  picture,
  answer,
  reason: html`<p>
      A proxy may read a whole answer before it passes it on: so it frees the server behind it early, and can compress
      or cache
      (${outside('https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering', 'nginx: proxy_buffering')}
      is on by default). HTTP allows it: nobody can rely on a message being delivered bit by bit, since some on the way
      buffer or delay it (${rfc(9110, '7.6')}). To an answer that never ends that is the end.
    </p>
    <p>
      The page cannot see it as an error: the connection stands, the request was sent, and
      <code>EventSource</code> waits in <code>CONNECTING</code> for a head
      (${whatwg('server-sent-events.html#the-eventsource-interface', '§9.2.2')}). It shows only by what does not come.
      Therefore this lab’s streams begin with a hello at once, and a client that has none after some seconds may ask in
      another way, with the same cursor.
    </p>
    <p>
      Long polling passes because each answer is complete as soon as there is an event; see
      ${lesson('long-polling', 'between two long polls')}. A WebSocket passes because after <code>101</code> the proxy
      carries bytes (${rfc(9110, '7.8')}), if it knows Upgrade at all. For SSE the proxy must be told:
      <code>proxy_buffering off</code>, or by the answer itself with nginx’s own header
      <code>X-Accel-Buffering: no</code>; other makes do not know it, and this one plays such a one.
    </p>`,
  table,
  measured: html`The proxy is a real one inside the lab: it ends TLS with the lab’s certificate, asks the server behind
    it over TLS again, and lets an answer out when it is complete or 64 KiB are there, as nginx’s default buffers do. It
    does not know <code>X-Accel-Buffering</code>. When it is taken away, the server behind it says goodbye as on a
    restart, so the held answer is complete and comes out. The readers are the lab’s own clients; they would give up on
    a missing hello by themselves after 10 s.`,
})
