// The picture of “The six-connection wall”: a cell for each stream, for both versions, and for the followers of one stream.
import { html } from '/vendor/lit-html.js'
import { count, duration } from '../../words.ts'
import { drawn } from '../picture.ts'
import { WANTED } from './answer.ts'
import type { Data, Follower, Phase } from './answer.ts'

export const picture = drawn(({ where, http1, http2, group }: Data) => {
  const streams = where === 'tabs' ? `${WANTED} tabs with a stream each` : `${WANTED} streams of this one page`
  return html`<div class="phases">
    ${phase(`${streams}, over HTTP/1.1`, http1)}
    ${http2.streams.length > 0 ? phase(`${streams}, over HTTP/2`, http2) : ''}
    ${
      group
        ? html`<section>
            <h4>${WANTED} followers of one stream, over HTTP/1.1</h4>
            <ol class="cells">
              ${group.followers.map(follower)}
            </ol>
            <p class="quiet">
              Events each one has.
              ${group.connections === undefined ? '' : `${count(group.connections, 'TCP connection')} open at the door.`}
            </p>
          </section>`
        : ''
    }
  </div>`
})

const phase = (title: string, { streams, connections }: Phase) =>
  html`<section>
    <h4>${title}</h4>
    <ol class="cells">
      ${streams.map(({ openedMs, hadError }, index) => {
        const isTried = index < streams.length - 1 || connections !== undefined
        const words = openedMs !== undefined ? duration(openedMs) : isTried ? (hadError ? 'failed' : 'hangs') : '…'
        return html`<li data-state=${openedMs !== undefined ? 'open' : 'hangs'}><b>${index + 1}</b> ${words}</li>`
      })}
    </ol>
    <p class="quiet">${connections === undefined ? '' : `${count(connections, 'TCP connection')} open at the door`}</p>
  </section>`

const follower = ({ ids, isLeader, hasLeft }: Follower, index: number) => {
  const role = hasLeft ? ' led, and is closed' : isLeader ? ' leads' : ''
  return html`<li data-state=${isLeader && !hasLeft ? 'leader' : 'open'}><b>${index + 1}</b> ${ids.length}${role}</li>`
}
