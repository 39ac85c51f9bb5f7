// Where the bytes of an event go: one bar up, one bar down, in layers.
import type { Row } from '../../results.ts'
import { nameOf, text } from '../numbers.ts'
import { metrics } from '../summary.ts'
import type { Summary } from '../summary.ts'
import { axis, namesAxis, roomFor } from './chart.ts'
import type { ChartMaker, Mark, OneSeries } from './chart.ts'

const layers = ['payload', 'framing', 'headers', 'tls', 'tcpip'] as const
type Layer = (typeof layers)[number]
const labels: Record<Layer, string> = {
  ...{ payload: 'payload', framing: 'framing', headers: 'HTTP headers', tls: 'TLS', tcpip: 'TCP+IP (estimated)' },
}
const ways = ['down', 'up'] as const
const color = (layer: Layer) => `var(--layer-${layer})`

export const bytesByLayer: ChartMaker = (summaries) => {
  if (summaries.some(({ point }) => Object.keys(point).some((name) => name !== 'http' && name !== 'tls'))) return []
  const split = summaries.some(({ of }) => of((row) => row.layers?.down.payload))
  const has = (each: Summary) => each.of(split ? pick('down', 'payload') : metrics.bytes) !== undefined
  const shown = summaries.filter(has)
  if (shown.length === 0) return []
  const value = (each: Summary, way: 'up' | 'down', layer: Layer) =>
    each.of(
      split ? pick(way, layer) : layer === 'tcpip' || way === 'up' ? () => null : (row) => row.bytesPerEvent[layer],
    )?.median
  /** In silence there is no event to share them. */
  const whole = (each: Summary) =>
    each.of(metrics.bytes)?.median ??
    ways
      .flatMap((way) => layers.map((layer) => (layer === 'tcpip' ? 0 : (value(each, way, layer) ?? 0))))
      .reduce((a, b) => a + b)
  const used = split ? ways : (['down'] as const)
  // What went up and came down is known, but not in layers: the table has it.
  if (!shown.some((each) => used.some((way) => layers.some((layer) => value(each, way, layer))))) return []
  const idle = shown[0]!.scenario === 'idle'
  const names = shown.map(nameOf)
  const series = used.flatMap((way) =>
    layers.map((layer): OneSeries => ({
      ...{ type: 'bar', name: `${way} ${layer}`, stack: way, barCategoryGap: '28%', barGap: '8%' },
      itemStyle: { color: color(layer), opacity: way === 'up' ? 0.7 : 1 },
      // The last bytes of a window may be counted on one side of TLS only: less than nothing is not drawn.
      data: shown.map((each) => Math.max(0, value(each, way, layer) ?? 0)),
    })),
  )
  return [
    {
      title: idle ? 'Bytes of a silent minute' : 'Bytes of an event, by layer',
      question: idle
        ? 'What does a client cost when there is nothing to say?'
        : 'What travels for one event besides the event?',
      read: `${split ? 'Two bars each: what goes down to the client, and below it, paler, what it sends up. ' : 'Up and down together. '}Shorter is better; what is not payload is overhead. Medians; all but TCP+IP are counted at the socket.`,
      summary: shown.map((each) => `${nameOf(each)}: ${text(whole(each))} bytes`).join('; ') + '.',
      legend: layers
        .filter((layer) => shown.some((each) => used.some((way) => value(each, way, layer))))
        .map((layer): Mark => ({ name: labels[layer], color: color(layer), look: '■' })),
      height: 70 + (split ? 40 : 30) * shown.length,
      option: (width) => ({
        grid: { left: roomFor(names, width), right: 24, top: 8, bottom: 52 },
        xAxis: axis(idle ? 'bytes per client and minute' : 'bytes per event delivered', 'value'),
        yAxis: namesAxis(names, width),
        series,
      }),
      numbers: [
        ['', '', ...layers.map((layer) => labels[layer])],
        ...shown.flatMap((each) =>
          used.map((way) => [
            nameOf(each),
            split ? way : 'both',
            ...layers.map((layer) => text(value(each, way, layer) ?? NaN).replace('NaN', '–')),
          ]),
        ),
      ],
    },
  ]
}

const pick = (way: 'up' | 'down', layer: Layer) => (row: Row) => row.layers?.[way][layer]
