// The picture of “Reconnect storms”: attempts by tenths of a second, without and with a random wait.
import { html, svg } from '/vendor/lit-html.js'
import { duration } from '../../words.ts'
import { drawn } from '../picture.ts'
import { CLIENTS, figuresOf, wordsOf } from './answer.ts'
import type { Data } from './answer.ts'

/** Two seconds, or as long as it took. */
const BINS = 20

export const picture = drawn((data: Data) => {
  const all = data.returns.map((each) => figuresOf(each, data))
  const most = Math.max(CLIENTS, ...all.map(({ peak }) => peak))
  const longest = Math.max(0, ...all.map(({ maxMs }) => maxMs).filter(Number.isFinite))
  const shown = Math.max(BINS, Math.ceil(longest / 100) + 1)
  return html`<div class="phases">
    ${all.map(({ jitter, bins, peak, maxMs, attempts }, index) => {
      const { storm } = data.returns[index]!
      const dropped = storm.phase !== 'opening' && storm.phase !== 'open'
      const width = 100 / shown
      return html`<section>
        <h4>${jitter ? 'Each after a random wait, 0 to 0.5 s' : 'All at once'}</h4>
        <svg
          class="histogram lane-colour"
          data-lane=${jitter ? 'sse' : 'wss'}
          role="img"
          aria-label=${`Attempts per 100 ms: at most ${peak}`}
        >
          ${bins.map((n, bin) => {
            const height = (n / most) * 80
            return n === 0
              ? ''
              : svg`<rect x=${`${bin * width + 0.3}%`} width=${`${width - 0.6}%`} y=${`${90 - height}%`} height=${`${height}%`} />
                  <text x=${`${(bin + 0.5) * width}%`} y=${`${Math.max(9, 88 - height)}%`} text-anchor="middle" class=${n === peak ? 'peak' : ''}>${n}</text>`
          })}
          ${Number.isFinite(maxMs) ? svg`<line x1=${`${(maxMs / 100) * width}%`} x2=${`${(maxMs / 100) * width}%`} y1="20%" y2="90%" />` : ''}
          <line class="base" x1="0" x2="100%" y1="90%" y2="90%" />
        </svg>
        <p class="quiet">
          ${
            dropped
              ? html`${attempts} attempts by tenths of a second, ${(shown / 10).toFixed(1)} s from left to right.
                ${Number.isFinite(maxMs) ? html`The last of ${storm.back} was back after ${duration(maxMs)} (the line).` : ''}`
              : wordsOf(storm)
          }
        </p>
      </section>`
    })}
  </div>`
})
