// Experiment: what TLS adds in bytes and round trips: to a full and a resumed handshake, and to events, on TLS 1.3 and 1.2.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, rfc } from '../links.ts'
import { TRIP_MS } from '../trip.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { formula } from './formula.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`The page asks one question on a new connection and one more on another, over TLS 1.3 and 1.2, on a network
  with ${TRIP_MS} ms there and back. Then small and large events come down an open WebSocket. The lab reads from outside
  what passed.`,
  question: 'An event of some 85 bytes goes down an open WebSocket. How many bytes does TLS 1.3 add to it?',
  choices: [
    'None: encrypted is as long as plain',
    'Twenty-odd',
    'About as many again',
    'Over a thousand: keys and certificate',
  ],
  seconds: 14,
  run,
  picture,
  answer,
  reason: html`<p>
      Everything in TLS goes in records. In TLS 1.3 one has a header of 5 bytes, 1 byte that says what it really is, and
      a tag of 16 that nobody can forge (${rfc(8446, '5.2')}): 22 bytes, whatever is in it, up to 16 384 bytes. TLS 1.2
      with AES-GCM sends 8 bytes of nonce with each record besides (${rfc(5288, '3')}), but no type inside: 29.
    </p>
    <p>
      So TLS is a tax on each write, not on each byte: a fifth of a small event, a thousandth of a large one; several
      events in one write share it (${lesson('batching', 'batching')}).
    </p>
    <p>
      The handshake is dear and comes once. A full one carries keys, the certificate chain and a signature
      (${rfc(8446, '2')}); a resumed one proves with a ticket that both met before and leaves the certificate out
      (${rfc(8446, '2.2')}; in TLS 1.2 ${rfc(5077, '3.1')}). TLS 1.3 needs one round trip before the first request. TLS
      1.2 needs two, or one when resumed (${rfc(5246, '7.3')}); browsers that do not wait for the server’s last word
      save one (False Start, ${rfc(7918, '3')}), so over TLS 1.2 too the request may have come after about one. A
      transport that opens a connection for each question pays it each time; one that stays pays once: that is why
      ${lesson('keep-alive', 'keep-alive')} matters more with TLS.
    </p>`,
  formula,
  table,
  measured: html`The lab reads the TLS records that pass its doors and opens them with the secrets of its own server, so
  both lengths are exact: the record’s, and that of what was in it. A handshake counts all records that carry no request
  and no answer, with the tickets that follow. The second connection is needed because the first one is held by a long
  poll; a door that changes its version is another server, whose tickets are new, so the first handshake is a full one.
  The network of the handshakes is the profile 4g, ${TRIP_MS} ms there and back and up to 16 ms of jitter each way; the
  streams have none. The certificate here is small (ECDSA, one authority): on the Web a full handshake is often 3 to 5
  kB.`,
})
