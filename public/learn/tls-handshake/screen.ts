// Experiment: the handshake of this very browser with the lab, message by message, TLS 1.3 beside TLS 1.2, with the values that passed.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, outside, rfc } from '../links.ts'
import { TRIP_MS } from '../trip.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`This page asks one question on a new connection over TLS 1.3, and one over TLS 1.2, through doors of its
  own on a network with ${TRIP_MS} ms there and back. The lab reads every record that passes; the page takes the
  messages apart.`,
  question: 'Which messages of the handshake of TLS 1.3 can somebody on the path read?',
  choices: [
    'None: TLS encrypts everything',
    'The two hellos, and nothing behind them',
    'All up to the certificate, which is public anyway',
    'All: encryption begins when the handshake is over',
  ],
  seconds: 4,
  run,
  picture,
  answer,
  reason: html`<p>
      TLS has two layers (${rfc(8446, '5')}): the record protocol, which cuts everything into records of type, length
      and content and seals them; and in it handshake, alert, application data, and change_cipher_spec, which in TLS 1.3
      is an empty gesture for old boxes in between
      (${outside('https://www.rfc-editor.org/rfc/rfc8446.html#appendix-D.4', 'RFC 8446 §D.4')}).
    </p>
    <p>
      In TLS 1.3 the ClientHello has the client’s half of the key exchange already (<code>key_share</code>,
      ${rfc(8446, '4.2.8')}), and the ServerHello the other half: from there on both have keys, and all that follows is
      sealed: EncryptedExtensions, the certificate, the signature that proves it (CertificateVerify), Finished. One
      round trip, and the request leaves (${rfc(8446, '2')}). If the server wants another group it sends a
      HelloRetryRequest: one round trip more.
    </p>
    <p>
      In TLS 1.2 the two only agree on how to agree in the first round trip: certificate and ServerKeyExchange go in the
      clear, keys are there after ClientKeyExchange, and change_cipher_spec says “sealed from here”. The only messages
      of the handshake that are sealed are the two Finished (${rfc(5246, '7.3')}). It takes two round trips; a browser
      that does not wait for the server’s Finished saves one (False Start, ${rfc(7918, '3')}).
    </p>
    <p>
      Finished is a checksum over all messages before it under the new keys (${rfc(8446, '4.4.4')}): who has changed one
      of them on the way, to a weaker suite say, is found out here. The ticket that follows makes the next handshake
      shorter (${lesson('what-tls-adds', 'what TLS adds')}). What can be seen afterwards:
      ${lesson('eavesdropper', 'the eavesdropper')}.
    </p>
    <p>
      Here the server proves who it is. TLS knows two other ways: both do, with a certificate of the client’s too
      (${rfc(8446, '4.3.2')}), or, up to TLS 1.2, nobody does: encrypted, with whoever has answered
      (${outside('https://www.rfc-editor.org/rfc/rfc5246#appendix-F.1.1.1', 'RFC 5246 §F.1.1.1')}). No browser offers
      that. <code>npm start -- --broken</code> has such a server, and <code>docs/broken.md</code> somebody in between
      who reads all that passes there.
    </p>`,
  table,
  measured: html`Both connections are this browser’s own, made by <code>fetch</code> from this page. The one that
    brought the page itself began before the lab could look: only doors are read along, and a script is told nothing of
    TLS. A door is of the same server program with the same certificate. Each takes the given version only; the
    ClientHello is what this browser sends to any server. The lab opens sealed messages with the secrets of its own
    server, to name them and to show what is in them; nobody on the path could. Times are when a record was handed to
    the server or sent by it, so the waits for the client are ${TRIP_MS} ms or more, and what the network does before
    the first record is not in them. The network is the profile 4g. HTTP/2 is offered.`,
})
