// The picture of “How often to ask”: for each pause the latencies as they come, the saw teeth of waiting; then what an event cost.
import { html, render } from '/vendor/lit-html.js'
import { asSet, duration, size } from '../../words.ts'
import { dots } from '../latency.ts'
import { barList } from '../bars.ts'
import { chart } from '../chart.ts'
import type { Exchange } from '../follow.ts'
import type { Picture } from '../picture.ts'
import { INTERVALS, LAST_MS, every, figuresOf } from './answer.ts'
import type { Data, Figures } from './answer.ts'

/** Some sixteen teeth, or all there are: more of them could not be told apart. */
const shownMs = (intervalMs: number) => Math.min(LAST_MS, 16 * intervalMs)

export function picture(box: HTMLElement): Picture<Data> {
  const rows = INTERVALS.map((intervalMs, index) => {
    const isLast = index === INTERVALS.length - 1
    const row = document.createElement('div')
    const [title, plot] = [document.createElement('h4'), document.createElement('div')]
    const isPart = shownMs(intervalMs) < LAST_MS - intervalMs
    title.textContent = `asks every ${every({ intervalMs })}${isPart ? `: the first ${asSet(shownMs(intervalMs))}` : ''}`
    row.append(title, plot)
    box.append(row)
    return chart(plot, {
      label: `Latency of each event, polling every ${intervalMs} ms`,
      ...{ heightPx: isLast ? 172 : 144, hasKeys: isLast },
      x: { label: isLast ? 'when the event was due, s' : '', range: [0, shownMs(intervalMs) / 1000] },
      y: { label: 'latency, s', range: [0, (1.15 * intervalMs) / 1000] },
      series: [
        { name: 'wait until the next answer', lane: 'polling', as: 'thin' },
        { name: 'one event', lane: 'polling', as: 'dots' },
        { name: 'measured median', as: 'line' },
        { name: 'interval/2 + round trip', lane: 'wss', as: 'dashes' },
      ],
    })
  })
  const costs = document.createElement('div')
  box.append(costs)
  box.classList.add('plots')
  return {
    draw({ lines }) {
      const all = lines.map(figuresOf)
      for (const [index, { events, exchanges }] of lines.entries()) {
        const { medianMs, expectedMs } = all[index]!
        rows[index]!.draw([teeth(exchanges), dots(events, 'due'), across(medianMs), across(expectedMs)])
      }
      const most = Math.max(...all.map(({ bytesPerEvent }) => bytesPerEvent))
      const slowest = Math.max(...all.map(({ medianMs }) => medianMs))
      const barOf = (each: Figures, share: number, words: string) => ({
        ...{ name: `every ${every(each)}`, share, words, lane: 'polling' },
      })
      const late = all.map((each) => barOf(each, each.medianMs / slowest, duration(each.medianMs)))
      const dear = all.map((each) => barOf(each, each.bytesPerEvent / most, size(each.bytesPerEvent)))
      render(
        Number.isFinite(most)
          ? html`<p class="quiet">Each of the three is on a scale of its own; the bars are on one.</p>
              ${barList('Median latency', late)} ${barList('Bytes for each event, up and down', dear)}`
          : '',
        costs,
      )
    },
    close: () => rows.forEach((each) => each.close()),
  }
}

/** How long an event waits that comes up at each moment: the lab looks for it in the middle of an exchange, about. */
function teeth(exchanges: readonly Exchange[]): [number, number][] {
  const looks = exchanges.flatMap(({ askedAt, answeredAt }) =>
    answeredAt === undefined ? [] : [{ at: (askedAt + answeredAt) / 2, answeredAt }],
  )
  return looks.flatMap(({ at, answeredAt }, index) => {
    const before = looks[index - 1]?.at
    if (before === undefined) return []
    // Where one tooth ends the next one begins: a chart has one value for each moment.
    return [before + 0.001, at].map((due): [number, number] => [due / 1000, (answeredAt - due) / 1000])
  })
}

/** A line over all of the time. */
const across = (ms: number): [number, number][] =>
  Number.isFinite(ms) ? [0, LAST_MS / 1000].map((seconds): [number, number] => [seconds, ms / 1000]) : []
