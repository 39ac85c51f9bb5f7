// The picture of “ETag and 304”: bytes of one exchange, answered 200 and 304; then what the browser’s own cache did.
import { html } from '/vendor/lit-html.js'
import { size } from '../../words.ts'
import { barList } from '../bars.ts'
import { drawn } from '../picture.ts'
import { savingOf } from './answer.ts'
import type { Data } from './answer.ts'
import { wayOf } from './kept.ts'
import { LONG } from './run.ts'

export const picture = drawn((data: Data) => {
  const both = [savingOf(data, false), savingOf(data, true)]
  const most = Math.max(1, ...both.map(({ plain }) => plain).filter(Number.isFinite))
  const bar = (name: string, bytes: number, lane: string) => ({
    ...{ name, lane, share: bytes / most, words: Number.isFinite(bytes) ? size(bytes) : '…' },
  })
  return html`${both.map(({ plain, own, hit, leaves }, index) =>
    barList(`${index === 0 ? 'Nothing new' : `${LONG} events that the page has already`}: bytes of one exchange`, [
      bar('answered 200', plain, 'polling'),
      bar('answered 304', own, 'sse'),
      ...(leaves > 0 ? [bar('304 and a preflight', hit, 'long-polling')] : []),
    ]),
  )}
  ${
    data.fetched.length > 0
      ? html`<h4>The browser’s own cache</h4>
          <ul class="facts">
            ${data.fetched.map(
              (one) =>
                html`<li>
                  <code>${one.what}</code> (<code>${one.cacheControl}</code>), mode <code>${one.mode}</code>:
                  ${wayOf(one)}
                </li>`,
            )}
          </ul>`
      : ''
  }`
})
