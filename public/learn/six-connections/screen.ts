// Experiment: tabs open streams to one server until one hangs; over HTTP/1.1, over HTTP/2, and with one leader for all.
import { html } from '/vendor/lit-html.js'
import { asSet } from '../../words.ts'
import { experiment } from '../experiment.ts'
import { outside, rfc } from '../links.ts'
import { PATIENCE_MS, WANTED, answer, table } from './answer.ts'
import type { Data } from './answer.ts'
import { picture } from './picture.ts'
import { run } from './run.ts'

export const screen = experiment<Data>({
  about: html`This page opens up to ${WANTED} tabs, one after the other; each asks the same server for a stream, and has
  ${asSet(PATIENCE_MS)} or more for its first word. All go away by themselves. If your browser asks whether this page
  may open pop-ups, allow it and run again; without that, all streams are opened in this one page.`,
  question: 'Over HTTP/1.1, how many of the eight streams open?',
  choices: ['Two', 'Six', 'All eight', 'One'],
  seconds: 12,
  run,
  picture,
  answer,
  reason: html`<p>
      HTTP/1.1 answers one request at a time on a connection (${rfc(9112, '9.3')}), so a stream that never ends keeps a
      connection for itself. Browsers open at most six to one host and port, for all tabs of a profile together; the
      standard asks only for moderation (${rfc(9112, '9.4')}). The seventh request is not refused: it waits in the
      browser, unsent, and so does every later one, also an ordinary click. Nothing tells the page why.
    </p>
    <p>
      Over HTTP/2 a stream of events is one stream of the connection (${rfc(9113, '5')}); the server says how many it
      allows (<code>SETTINGS_MAX_CONCURRENT_STREAMS</code>, ${rfc(9113, '6.5.2')}), here 250. WebSockets are not counted
      among the six; browsers allow some hundred of them.
    </p>
    <p>
      Where HTTP/2 is not to be had, tabs can share: they ask for one lock
      (${outside('https://www.w3.org/TR/web-locks/', 'Web Locks')}), who gets it reads the stream and tells the others
      by
      ${outside(
        'https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts',
        'BroadcastChannel',
      )}.
      A leader that closes or crashes loses the lock, and the next one goes on at its own cursor.
    </p>`,
  table,
  measured: html`Each stream is an <code>EventSource</code> in a tab of its own (<code>tab.html</code>), which does what
    this page tells it over a BroadcastChannel; all go through this page’s SSE door, which counts their connections. The
    limit belongs to the browser’s pool of connections for one host and port, which all tabs of a profile share, so in
    one page it is the same (a private window has a pool of its own). The times are each tab’s. While another tab is in
    front this page’s timers are slow, so it goes by what the tabs say; “hangs” means no first word within
    ${asSet(PATIENCE_MS)}, or in ten times what the slowest one before it took. Between two parts the lab resets the
    lines that the browser keeps for later, so that none of them is counted in the next one. The leader’s tab is closed,
    as a crash would close it.`,
})
