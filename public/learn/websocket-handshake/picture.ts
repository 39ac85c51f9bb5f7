// The picture of “The WebSocket handshake, step by step”: the steps as a list, with the heads as they passed the door.
import { html, nothing } from '/vendor/lit-html.js'
import { duration, size } from '../../words.ts'
import { rfc } from '../links.ts'
import { drawn } from '../picture.ts'
import type { Data, Tried } from './answer.ts'
import { valueOf } from './handshake.ts'
import type { Head } from './handshake.ts'

const KNOWN = /^(upgrade|connection|sec-websocket-.*)$/i

export const picture = drawn(
  ({ example, own, right, wrong, computed }: Data) =>
    html`<ol class="steps">
      <li>
        The example of ${rfc(6455, '1.3')}: key <code>${example.key}</code> → this page computes
        <code>${example.computed ?? '…'}</code>; the RFC says <code>${example.says}</code>
        <b>${same(example.computed, example.says)}</b>
      </li>
      <li>A key of our own, 16 random bytes: <code>${own.key}</code> → <code>${own.computed ?? '…'}</code></li>
      ${right ? rightStep(right, computed) : nothing} ${wrong ? wrongStep(wrong) : nothing}
    </ol>`,
)

const rightStep = ({ offered, openedMs, closeCode, chosen, extensions, heads }: Tried, computed: string | undefined) =>
  html`<li>
    A real one, offering <code>${offered.join(', ')}</code>:
    ${
      openedMs === undefined
        ? html`it did not open (close code ${closeCode ?? 'none yet'})`
        : html`open after ${duration(openedMs)}; chosen subprotocol <code>${chosen || 'none'}</code>, extensions
            <code>${extensions || 'none'}</code>`
    }
    ${headView('What the browser sent', heads?.up)} ${headView('What the server answered', heads?.down)}
    ${
      computed
        ? html`<p>
            Computed here from that key: <code>${computed}</code>
            <b>${same(computed, valueOf(heads?.down, 'sec-websocket-accept'))}</b>
          </p>`
        : nothing
    }
  </li>`

const wrongStep = ({ offered, openedMs, closeCode, chosen, heads }: Tried) =>
  html`<li>
    The same, offering <code>${offered.join(', ')}</code>:
    ${
      openedMs === undefined
        ? html`refused. The page is told only close code ${closeCode ?? 'none yet'}, not why.`
        : html`it opened, chosen subprotocol <code>${chosen || 'none'}</code>`
    }
    ${headView('What the server answered', heads?.down)}
  </li>`

const same = (a: string | undefined, b: string | undefined) =>
  a === undefined || b === undefined ? '' : a === b ? '✓ the same' : '✗ not the same'

const headView = (title: string, head: Head | undefined) =>
  head
    ? html`<figure class="head">
        <figcaption>${title} <span class="quiet">${size(head.bytes)}</span></figcaption>
        <pre tabindex="0" role="region" aria-label=${title}><b>${head.start}</b>${head.fields.map(([name, value]) => {
          const line = `${name}: ${value}`
          return KNOWN.test(name) ? ['\n', html`<mark>${line}</mark>`] : ['\n', line]
        })}</pre>
      </figure>`
    : nothing
