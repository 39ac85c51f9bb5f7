// Experiment: the same questions on one kept connection and on new ones; then silence, to see who may speak first.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, rfc } from '../links.ts'
import { TIMES, answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { PER_SECOND, SILENCE_MS, run } from './run.ts'

export const screen = experiment<Data>({
  about: html`The page asks ${TIMES} times on one connection that is kept open, then ${TIMES} times on a new connection
  for each question. Then it asks nothing for ${SILENCE_MS / 1000} s, with the kept connection and a WebSocket both
  open, while the lab makes ${PER_SECOND} events a second.`,
  question: 'The kept HTTP connection is open. What does it bring in those silent seconds?',
  choices: [
    'The events: the line is open, so the server can write',
    'A few bytes to keep it alive, but no events',
    'Nothing at all',
  ],
  seconds: 5,
  run,
  picture,
  answer,
  reason: html`<p>
      Keep-alive (persistent connections, ${rfc(9112, '9.3')}) is about the connection: it saves the handshakes of TCP
      and TLS for the next exchange. It does not change what HTTP is: a request, then its response (${rfc(9110, '3.3')},
      ${rfc(9112, '9.2')}). A client must not take what comes without a request for a response, and should close the
      connection. So events wait, however open the line is.
    </p>
    <p>
      A WebSocket starts as such an exchange and then leaves HTTP (${rfc(6455, '1.2')}): from there on both sides write
      frames when they like. SSE stays within HTTP by another way: one response that does not end. That is why
      ${lesson('long-polling', 'long polling')}, SSE and WebSocket exist, although connections had been kept open since
      HTTP/1.1.
    </p>
    <p>
      A new connection is dear in round trips: one for TCP, one for TLS 1.3. On this machine they cost next to nothing;
      over a network of 100 ms they are 200 ms before the question even leaves. The bytes are the same everywhere
      (${lesson('what-tls-adds', 'what TLS adds')}).
    </p>`,
  table,
  http1Note: true,
  measured: html`All over HTTP/1.1 and TLS 1.3, through doors that count connections and bytes at the socket, below TLS.
    A browser keeps its connections whether a page likes it or not, so for “new each time” the lab resets the connection
    after each answer. A browser that keeps session tickets (${rfc(8446, '2.2')}) then resumes its TLS sessions: a full
    handshake, with the certificate in it, is dearer; ${lesson('what-tls-adds', 'what TLS adds')} measures both. Times
    are <code>fetch</code> to the end of the body; the first exchange of a row opens the connection and is left out of
    the typical time.`,
})
