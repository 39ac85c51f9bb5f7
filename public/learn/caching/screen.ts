// Experiment: what `304 Not Modified` saves when nothing is new, for an empty answer and for a long one; and what `no-store` means.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, rfc } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { LONG, TIMES, run } from './run.ts'

export const screen = experiment<Data>({
  about: html`The lab falls silent for a moment, so nothing is new. The page asks ${TIMES} times what is new, and
    ${TIMES} times with <code>If-None-Match</code> and the ETag it was given; then the same for an answer with ${LONG}
    events in it.`,
  question: 'How many of the bytes does 304 Not Modified save?',
  choices: [
    'Nearly all, in both cases: a 304 has no body',
    'Little when the answer was empty, most when it was long',
    'None: the headers are the same',
  ],
  seconds: 5,
  run,
  picture,
  answer,
  reason: html`<p>
      The ETag names a version of the answer (${rfc(9110, '8.8.3')}); here it is the cursor. With
      <code>If-None-Match</code> the client says which version it has, and the server may answer 304 without a body
      (${rfc(9110, '13.1.2')}, ${rfc(9110, '15.4.5')}). What it saves is the body and nothing else. The heads stay, and
      the question gets longer by the ETag. An empty page of events is 34 bytes and the digits of a position, so there
      is next to nothing to save; a list that is sent whole each time is another matter.
    </p>
    <p>
      A cursor is the better tool for a feed: <code>?after=</code> asks only for what is missing, so answers are short
      when there is news and when there is none. ETags shine where a client wants the state as a whole.
    </p>
    <p>
      <code>no-cache</code> does not mean “do not keep it” but “ask before you use it” (${rfc(9111, '5.2.2.4')}): the
      browser keeps the icon and revalidates it. <code>no-store</code> means do not keep it (${rfc(9111, '5.2.2.5')});
      so the browser has nothing to compare with, and sends no <code>If-None-Match</code> for the feed by itself. The
      page has to keep the ETag, as it did here. Caches matter for polling because a stored answer is yesterday’s news
      (${lesson('one-url', 'Vary')} is the other trap).
    </p>`,
  table,
  http1Note: true,
  measured: html`Six series on one warm HTTP/1.1 connection, through a door that counts bytes at the socket, below TLS,
    up and down together; the browser’s request head alone is some hundred bytes. The door is another origin, so the
    browser asks for leave to send <code>If-None-Match</code> (CORS preflight, an OPTIONS request). What that costs is
    taken from a series with an ETag that does not fit: it differs from the plain one by the preflight and the header,
    and from the 304 by the answer alone. For its own cache the browser tells in <code>transferSize</code> whether
    anything went over the network: 0 for the cache, 300 for an answer that was checked and not sent again (a fixed
    stand-in of the standard, no measurement).`,
})
