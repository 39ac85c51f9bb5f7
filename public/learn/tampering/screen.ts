// Experiment: one bit of an event is flipped on the way, on plain sockets and over TLS; who notices, and what is delivered.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, rfc } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`A payment of 100 goes to eight clients of the lab, over each transport on a plain socket and over TLS; on
  each line somebody flips one bit of it. Then a door of this page does the same to a record of this page’s own SSE and
  WebSocket, over TLS 1.3 and 1.2.`,
  question: 'One bit is flipped on the way. Who notices?',
  choices: [
    'Both: TCP has a checksum, so the altered bytes never arrive',
    'Over TLS the connection ends; on the plain socket the altered event is delivered as if it were true',
    'Neither: encrypted or not, one bit more or less makes another event',
  ],
  seconds: 14,
  run,
  picture,
  answer,
  reason: html`<p>
      TCP’s checksum (${rfc(9293, '3.1')}) is against noise: whoever changes a segment computes it anew, as every NAT
      does. On the plain socket a <code>1</code> with bit 3 flipped is a <code>9</code>, and JSON is as content with it.
    </p>
    <p>
      Encryption alone would not help. AES-GCM encrypts by a stream of bits that is laid over the text: a bit that is
      flipped in what is sealed is flipped in what comes out, and who knows where the amount stands need not read it.
      What stops them is the tag of 16 bytes at the end of each record (${rfc(8446, '5.2')}): it covers the content, the
      header and the number of the record, so that none can be altered, dropped, repeated or put elsewhere
      (${rfc(8446, '5.3')}).
    </p>
    <p>
      When the tag does not fit, the receiver must send the alert <code>bad_record_mac</code> (20) and end the
      connection (${rfc(8446, '6.2')}, ${rfc(5246, '7.2.2')}); nothing of the record goes up to HTTP. Alerts are a layer
      of their own in the record protocol, beside handshake, application data and change_cipher_spec. They are sealed,
      too: in TLS 1.3 they even look like application data, in TLS 1.2 the type says that it is an alert.
    </p>
    <p>
      So whoever is on the path can end a connection, as by cutting it, but cannot make it say something else. A page
      learns only that it has gone; the transports come back and go on at their cursor
      (${lesson('sse-reconnect', 'a stream that breaks and goes on')}).
    </p>`,
  table,
  measured: html`The clients of the lab are the readers that its bench has; their feed is made up for this, and the
  plain sockets are both ends in the lab’s own process. There the bit is bit 3 of the first digit of the amount, which
  can be found; over TLS it is the lowest bit of a byte in the middle of the next record of application data. The door
  flips it behind the place where the lab reads along, so the wire view has the record as the server sent it. Alerts are
  opened with the secrets of the lab’s own server. Every event of the two streams is compared, letter by letter, with
  the one of the same id that came by polling over a line that nobody touched. All over HTTP/1.1.`,
})
