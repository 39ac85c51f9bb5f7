// Experiment: the page is put into the background for some seconds and measures its own timers, its polling and its streams.
import { html } from '/vendor/lit-html.js'
import { experiment } from '../experiment.ts'
import { lesson, outside, whatwg } from '../links.ts'
import { TICK_MS, answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { HIDDEN_MS, run } from './run.ts'

export const screen = experiment<Data>({
  about: html`This page polls every ${TICK_MS} ms and reads two streams, while a tab opens in front of it for
  ${HIDDEN_MS / 1000} seconds and goes away again. If your browser forbids that, you are asked to go to another tab
  yourself.`,
  question: 'Nobody looks at the page. Which of its events come later?',
  choices: [
    'None: a page runs on as before',
    'Those of polling: its timer is slowed down',
    'All: a hidden page is put to sleep',
  ],
  seconds: 16,
  run,
  picture,
  answer,
  reason: html`<p>
      Timers promise “not before”, never “at” (${whatwg('timers-and-user-prompts.html#dom-settimeout', '§8.6')}: a
      browser may wait longer, to save energy). Hidden pages are woken for timers about once a second; Chromium, after
      five minutes, once a minute
      (${outside('https://developer.chrome.com/blog/timer-throttling-in-chrome-88', 'Chrome, timer throttling')}). So
      polling every ${TICK_MS} ms becomes polling every second or so, and its events wait for the next question.
    </p>
    <p>
      A message from the network is no timer: it wakes the page as before, so events by SSE and WebSocket are read in
      time. What is late there is what the page does with timers of its own: heartbeats, time-outs, back-off. A watchdog
      that counts on a timer every few seconds must look at the clock, not count ticks; the lab’s does
      (<code>transports/retry.ts</code>).
    </p>
    <p>
      Drawing stops altogether: <code>requestAnimationFrame</code> is not called
      (${outside('https://www.w3.org/TR/page-visibility-2/', 'Page Visibility')}), so a page that queues work for the
      next frame queues for as long as it is hidden. And a browser may freeze or discard the page, connections and all
      (${outside('https://developer.chrome.com/docs/web-platform/page-lifecycle-api', 'Page Lifecycle')}): on coming
      back it must be able to go on at a cursor. ${lesson('sse-reconnect', 'It can')}.
    </p>`,
  table,
  measured: html`The page is what is measured, by its own clock (<code>performance.now()</code>): timers that each set
    the next one, and the latency of each event from when it was due at the lab to <code>onEvent</code>. A run cannot
    hide its own tab, so it opens another one in front of it, which the browser allows right after a click. The first
    second of being hidden counts for neither side. What a phone does, or five minutes, is not measured here.`,
})
