// Experiment: the opening handshake of WebSocket with real values; the page computes what the server must answer.
import { html } from '/vendor/lit-html.js'
import { SUBPROTOCOL } from '../../../src/core/subprotocol.ts'
import { experiment } from '../experiment.ts'
import { lesson, rfc } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { GUID } from './handshake.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`A browser sends a random <code>Sec-WebSocket-Key</code>; the server must answer with the matching
    <code>Sec-WebSocket-Accept</code>, or the browser hangs up. This page computes the same, without knowing anything
    about the server.`,
  question: 'What does a right Sec-WebSocket-Accept prove to the browser?',
  choices: [
    'That the server knows a secret, so it is the right one',
    'That the other side read this very request as a WebSocket handshake',
    'That the connection is encrypted',
  ],
  seconds: 4,
  run,
  picture,
  answer,
  reason: html`<p>
      <code>Sec-WebSocket-Accept</code> is base64(SHA-1(key + <code>${GUID}</code>)), a constant of the standard
      (${rfc(6455, '4.2.2')}). It is no secret and no signature. It shows that the other side has read this handshake
      and knows what a WebSocket is, and is not a plain HTTP server, a mail server or a cache that happened to send back
      bytes; the key is random so that no stored answer fits (${rfc(6455, '1.3')}, ${rfc(6455, '4.1')}). Who the server
      is is for TLS to say, and who may connect for <code>Origin</code> and the session.
    </p>
    <p>
      The subprotocol (${rfc(6455, '1.9')}) says what the messages mean. The client lists what it speaks, the server
      chooses one or refuses; this server insists on <code>${SUBPROTOCOL}</code>. Extensions (${rfc(6455, '9.1')})
      change the frames: browsers offer compression (<code>permessage-deflate</code>, ${rfc(7692, '7')}), and this
      server does not take it.
    </p>
    <p>
      A refusal is an ordinary HTTP answer, but a page is not shown it: it gets a close event with 1006 and no reason,
      so that a page cannot use WebSockets to explore a network. Over HTTP/2 there is no key and no accept at all: the
      stream is opened by extended CONNECT (${rfc(8441, '5')}). And then?
      ${lesson('keep-alive', 'Both sides may speak first')}.
    </p>`,
  table,
  measured: html`The accepts are computed here by WebCrypto (<code>crypto.subtle.digest('SHA-1', …)</code>). A page
    cannot see the key that its browser sends; the heads are the plaintext of the TLS records that passed the door,
    opened by the lab with the secrets that its own server has. Bytes with TLS are counted at the socket of the door.
    HTTP/1.1, so that there is an Upgrade.`,
})
