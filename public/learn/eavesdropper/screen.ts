// Experiment: the same votes on plain sockets and over TLS, side by side; what a listener without a key reads, counts and guesses.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, outside, rfc } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`The lab lets one feed be followed eight times at once: over each transport on a plain socket, and over
    TLS. Ten secret votes go down, each either <code>yes</code> or <code>no, thank you!</code>. A listener sees every
    byte of all eight lines and has no key. Of two votes before it knows what they are: they are its own.`,
  question: 'How many of the secret votes can the listener name over TLS?',
  choices: [
    'None: all of it is encrypted',
    'About half, as by tossing a coin',
    'All, or nearly all: by their lengths and times',
  ],
  seconds: 15,
  run,
  picture,
  answer,
  reason: html`<p>
      On a plain socket whoever is on the path (a café’s WLAN, a provider, a proxy) reads all, and may use what they
      read: the key of the request opens the feed to them too. Over TLS the same bytes are records
      (${rfc(8446, '5.1')}): a header of five bytes in the clear, with type and length, and behind it what only the two
      ends can open. In TLS 1.3 the type says “application data” for everything that is sealed; the true one is inside
      (${rfc(8446, '5.2')}).
    </p>
    <p>
      TLS hides what is said, not that it is said, when, by which end, nor how long it is
      (${outside('https://www.rfc-editor.org/rfc/rfc8446.html#appendix-E.3', 'RFC 8446 §E.3')}): a record is as long as
      its content and a fixed sum. So events can be counted, a rhythm of questions tells polling from a stream, and two
      answers of different lengths can be told apart like two envelopes. What helps is padding (${rfc(8446, '5.4')}):
      here the lab writes both votes with as many letters, and the listener still counts them but cannot name one.
      Batching (${lesson('batching', 'batching')}) blurs them; it is no protection.
    </p>
    <p>
      Before that the hellos pass in the clear: the name of the host (SNI, ${rfc(6066, '3')}), the protocols that the
      client offers (ALPN, ${rfc(7301, '3.1')}), versions and suites. TLS 1.2 shows the server’s certificate too
      (${rfc(5246, '7.4.2')}); TLS 1.3 seals it (${rfc(8446, '4.4.2')}), with the choice of ALPN. Encrypted Client Hello
      would hide the name as well; this lab does not have it. Addresses and ports are below TLS and always seen. What
      each message is: ${lesson('tls-handshake', 'the handshake, step by step')}.
    </p>`,
  table,
  measured: html`The votes are a feed of their own, made up for this, on a server of its own with the lab’s certificate;
  their clients run in the lab, for this page may not speak without TLS and does not. A plain line is a connection on
  loopback between two sockets of the lab’s own process, open for as long as the run; behind it the words go on over
  TLS, as behind a proxy that ends TLS. Its key is made up as well, and opens these votes only. What passed is shown as
  it was, with the moment when the lab saw it; the guesses are made by this page from type, length, direction and moment
  of the records, and from nothing else. A vote is named right when its place is, or, where several share an answer,
  when the number of each kind is. On this machine nothing else is under way: on a network there is more noise, and
  whoever listens has more patience.`,
})
