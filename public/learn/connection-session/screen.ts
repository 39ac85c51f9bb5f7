// Experiment: two WebSockets of one page lose their connections; what is kept elsewhere, the session and the cursor, is still there.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, outside, rfc } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`This page has one session: a cookie that only the server can read. It opens two WebSockets, and publishes
  an event with a request of its own. Then the lab resets both sockets’ connections, and the page publishes again at
  once.`,
  question: 'The connections are gone. What else is gone?',
  choices: [
    'The session: who I am must be said anew',
    'The place in the feed: what comes up meanwhile is missed',
    'Nothing but the connections',
  ],
  seconds: 9,
  run,
  picture,
  answer,
  reason: html`<p>
      A connection is a way for bytes between two ports; it ends when a train enters a tunnel. Who somebody is, and how
      far they have read, are not properties of that way. HTTP is stateless (${rfc(9110, '3.3')}): the session is a name
      that the client sends with each request, here a cookie (${rfc(6265, '3')}), and the place in the feed is a cursor
      that it shows on coming back.
    </p>
    <p>
      A WebSocket tempts to put both into the connection: it stays, so the server remembers who is at the other end. The
      cookie is looked at once, in the handshake (${rfc(6455, '10.5')}); so a server must close the sockets of a session
      that ends (here 4401), and must not take a broken socket for a user who has left. One user has several: two tabs,
      a phone, an old line that is dead and does not know it yet.
    </p>
    <p>
      The other way round a connection proves nothing. With HTTP/2 many requests share one, a proxy mixes those of
      several people; the page’s requests with and without the cookie went to the same server at the same moment, and
      only one was somebody. Cookies are kept for a host, not for a port (${rfc(6265, '8.5')}), and who may use one is
      decided by
      <code>SameSite</code> and <code>Origin</code>
      (${outside('https://fetch.spec.whatwg.org/#origin-header', 'WHATWG Fetch')}). How the cursor travels is
      ${lesson('sse-reconnect', 'a lesson of its own')}.
    </p>`,
  table,
  measured: html`The sockets are the lab’s own client (<code>transports/wss/client.ts</code>) through the WSS door; the
    lab resets their TCP connections. Publishing goes to the page’s own origin, over a connection that never was the
    sockets’, and needs the session: <code>201</code> says that it is known. The cookie is <code>HttpOnly</code>, so
    this page cannot read it, only have it sent (<code>credentials: 'same-origin'</code>) or not (<code>'omit'</code>).
    The refusal is provoked on purpose; the browser notes it in its console.`,
})
