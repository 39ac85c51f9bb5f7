// Experiment: one URL asked in four ways at the same moment; the headers alone decide how it is answered.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { rfc } from '../links.ts'
import { answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { WAIT_S, run } from './run.ts'

export const screen = experiment<Data>({
  about: html`The page sends four requests to <code>/feed</code> at the same moment. The URL is the same, letter by
    letter; only request headers differ.`,
  question: 'How many different kinds of answer come back?',
  choices: [
    'One: one URL is one resource, and has one answer',
    'Two: with events, and without',
    'Four: each header gets its own way of being answered',
  ],
  seconds: 5,
  run,
  picture,
  answer,
  reason: html`<p>
      A URL names a resource, here the feed. What comes back is a <em>representation</em> of it, and the client may say
      which one it wants: content negotiation (${rfc(9110, '12')}). <code>Accept: text/event-stream</code> asks for the
      stream that <code>EventSource</code> reads. <code>Prefer: wait=${WAIT_S}</code> asks the server to take its time
      (${rfc(7240, '4.3')}); it says in <code>Preference-Applied</code> that it did.
      <code>Upgrade: websocket</code> asks to leave HTTP altogether (${rfc(9110, '7.8')}, ${rfc(6455, '4')}). With none
      of them, it is one plain answer, at once.
    </p>
    <p>
      <code>Vary</code> (${rfc(9110, '12.5.5')}) tells caches which request headers made the difference. Without it, a
      cache could hand one client’s JSON to another that wanted the stream.
    </p>
    <p>
      The transport is a property of the exchange, not of the data: the events and their ids are the same on all four,
      so a client may change its transport and go on at its cursor.
    </p>`,
  table,
  measured: html`Three requests by <code>fetch</code>, one by <code>WebSocket</code>, all to this page’s own origin; the
    lab makes two events a second meanwhile, and all four are asked when one has just come. Times are this page’s clock.
    The kind of an answer is told by its <code>Content-Type</code> and <code>Preference-Applied</code>, and by a
    WebSocket that opened: a browser does not show a page the status of a handshake (it is 101 on HTTP/1.1; on HTTP/2
    the WebSocket is one stream, ${rfc(8441, '5')}, and the status is 200). The stream and the WebSocket are closed when
    the run ends.`,
})
