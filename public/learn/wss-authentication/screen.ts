// Experiment: a WebSocket says who it is by cookie, ticket, HTTP Basic and a token in its URL; what leaks where, and what it is worth again.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, outside, rfc } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { stolenSaid } from './details.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`The lab makes up an account, on a server of its own, for this run only. This page opens a WebSocket to it
  with a token in the URL, with name and password in the URL, with a ticket and with a cookie; a script does it with
  HTTP Basic. You see each request as it came to the server, and the line that an access log would keep of it. Then all
  of them are sent again, byte by byte.`,
  question: 'Whose secret stands in an ordinary access log?',
  choices: [
    'Nobody’s: over WSS all of it is encrypted',
    'That of the token in the URL only',
    'Everybody’s: a log keeps whole requests',
  ],
  seconds: 6,
  run,
  picture,
  answer,
  reason: (data) =>
    html`<p>
        TLS ends at the server, or at a proxy before it, and there logs are written. They keep the request line, with
        path and query, and not the fields
        (${outside('https://httpd.apache.org/docs/2.4/logs.html#combined', 'the combined format')}). So a secret in a
        URL (${rfc(6750, '2.3')}) lies in each log on the way, with whoever keeps copies, for as long as it is good
        (${rfc(9110, '17.9')}); of a page’s own address it is in the history too. A field is seen by fewer: by developer
        tools, and by a proxy that was told to log all.
      </p>
      <p>
        A <b>cookie</b> goes with every request to its host, at every port (${rfc(6265, '8.5')}), without a word of the
        page. That is convenient, and it is the danger: what another site’s page asks for goes with it too, unless
        <code>SameSite</code> keeps it back, and CORS does not look at a WebSocket. So the server must look at
        <code>Origin</code> (${rfc(6455, '10.2')}). <code>HttpOnly</code> keeps it from scripts. It can be sent again
        until it is logged out.
      </p>
      <p>
        A page has no way to set <code>Authorization</code>: <code>WebSocket</code> takes a URL and subprotocols
        (${outside('https://websockets.spec.whatwg.org/#the-websocket-interface', 'WHATWG WebSockets')}). A browser may
        take it out of the URL when a server asks for it (401), and send it unasked from then on. <code>curl</code>,
        <code>ws</code> and <code>wirelab watch</code> set it: <b>HTTP Basic</b> (${rfc(7617, '2')}) is the password
        itself in base64, in each handshake. Whoever reads one has it until it is changed; no logout helps.
      </p>
      <p>
        A <b>ticket</b> is what <code>POST /tickets</code> gives to who is logged in. It is offered as a subprotocol
        (${rfc(6455, '1.9')}), the one field that a page can fill. It can be read like any other; but when it was read,
        it has opened its WebSocket, and opens no other. ${stolenSaid(data)}
      </p>
      <p>
        What TLS does hide: ${lesson('eavesdropper', 'the eavesdropper')}. The attack from another site, in your
        browser:
        <code>npm start -- --range</code>, and then <a href="#/range">the range</a>.
      </p>`,
  table,
  measured: html`The server is the lab’s own, with its accounts and its guard, a store in memory and reading closed to
    guests; it takes handshakes only, checks no password but that of its one account, and ends with the run. The
    account, its password and its tickets are random. The cookie is passed on to this browser with
    <code>Max-Age=60</code>, so that none is left of a run that was broken off. The heads are the plaintext of TLS
    records that passed a proxy before the server, opened with its secrets; cookies that this browser sends besides, as
    that of the lab, are asterisks there before anything is kept. Sent again is what came, byte by byte but for those
    asterisks, by the lab, on a new connection; from another site: the same with
    <code>Origin: https://other.example</code>, which shows what the server does, not what a browser would send from
    there. The log line is made by this page, of the request and the answer, in the format that Apache and nginx have.
    They would write it when the WebSocket ends, with the bytes that were sent; and Apache would name the user only
    where Apache itself had checked the password. All over HTTP/1.1.`,
})
