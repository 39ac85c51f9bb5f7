// One scenario with a variable: what changes with the payload, the window, the network, the protocol.
import { isKnown, metrics } from '../summary.ts'
import type { Pick, Summary } from '../summary.ts'
import { text } from '../numbers.ts'
import { across, axis, colorOf, ink, logAxis, lookOf, msLabel, namesAxis, roomFor, symbols, upright } from './chart.ts'
import type { Chart, ChartMaker, OneSeries } from './chart.ts'
import { lineMark, lineStyle } from './curves.ts'

const measures: { name: string; what: string; unit: string; pick: Pick }[] = [
  { name: 'p50', what: 'the usual latency', unit: 'p50, ms', pick: metrics.p50 },
  { name: 'p99', what: 'the latency of the late ones', unit: 'p99, ms', pick: metrics.p99 },
  { name: 'cpu', what: 'what the server spends on a delivery', unit: 'server µs', pick: metrics.cpu },
  { name: 'bytes', what: 'the bytes of an event', unit: 'bytes', pick: metrics.bytes },
]
const words: Record<string, string> = {
  ...{ payload: 'payload, B', batchMs: 'batching window, ms', rate: 'events/s', pollMs: 'poll interval, ms' },
  ...{ profile: 'network', http: 'HTTP version', tls: 'TLS version', connection: 'connections' },
}

export const pointCharts: ChartMaker = (summaries) => {
  const names = [...new Set(summaries.flatMap(({ point }) => Object.keys(point)))]
  if (names.length === 0 || ['pollMs', 'browser'].some((name) => names.includes(name))) return [] // they have charts of their own
  const places = [...new Set(summaries.map(({ where }) => where))]
  const [only = ''] = names
  const numeric = names.length === 1 && summaries.every(({ point }) => typeof point[only] === 'number')
  const says = numeric ? ['p50', 'p99', 'cpu'] : names.includes('http') ? ['p50', 'cpu', 'bytes'] : ['p50', 'p99']
  return measures
    .filter(({ name, pick }) => says.includes(name) && summaries.some(({ of }) => of(pick)))
    .map(({ what, unit, pick }): Chart => {
      const shown = summaries.filter(({ of }) => of(pick))
      const by = [...Map.groupBy(shown, ({ transport }) => transport).values()]
      const value = (each: Summary) => each.of(pick)!.median
      return {
        title: `${unit} by ${numeric ? words[only]! : told(names)}`,
        question: `What does the ${numeric ? words[only]!.replace(/,.*/, '') : told(names)} do to ${what}?`,
        read: numeric
          ? 'A line for each transport, through the medians of the repeats. Lower is better; a flat line does not care.'
          : 'A mark for each transport: the median of the repeats. Left is better.',
        summary: `${by.map((mine) => `${mine[0]!.transport}: ${range(mine.map(value))}`).join('; ')} (${unit}, from the lowest median to the highest).`,
        legend: by.map(([first]) =>
          numeric ? lineMark(first!, summaries) : { name: first!.transport, color: colorOf(first!), look: '●' },
        ),
        height: numeric ? 320 : 80 + 34 * places.length,
        option: (width) => (numeric ? lines(by, only, value, unit, summaries) : marks(by, places, value, unit, width)),
        numbers: [
          ['', unit, 'repeats'],
          ...shown.map((each) => [`${each.transport}, ${each.where}`, text(value(each)), String(each.of(pick)!.n)]),
        ],
      }
    })
}

const told = (names: string[]) => names.map((name) => words[name] ?? name).join(' and ')
const range = (values: number[]) => `${text(Math.min(...values))} to ${text(Math.max(...values))}`
const label = { color: ink.text, fontSize: 13, hideOverlap: true }

function lines(
  by: Summary[][],
  only: string,
  value: (each: Summary) => number,
  unit: string,
  all: Summary[],
): ReturnType<Chart['option']> {
  const xs = [...new Set(by.flat().map(({ point }) => Number(point[only])))].toSorted((a, b) => a - b)
  return {
    grid: { left: 64, right: 24, top: 12, bottom: 54 },
    xAxis: axis(words[only] ?? only, 'category', { data: xs.map(String), axisLabel: label }),
    yAxis: logAxis(unit, by.flat().map(value), upright(320), {
      nameGap: 44,
      ...(unit.endsWith('ms') && { formatter: msLabel }),
    }),
    series: by.map((mine): OneSeries => ({
      ...{ type: 'line', name: mine[0]!.transport, symbol: symbols[lookOf(mine[0]!, all)], symbolSize: 7 },
      ...{ lineStyle: lineStyle(mine[0]!), itemStyle: { color: colorOf(mine[0]!) } },
      data: xs.map((x) => {
        const found = mine.find(({ point }) => point[only] === x)
        return found ? value(found) : '-'
      }),
    })),
  }
}

function marks(
  by: Summary[][],
  places: string[],
  value: (each: Summary) => number,
  unit: string,
  width: number,
): ReturnType<Chart['option']> {
  return {
    grid: { left: roomFor(places, width), right: 24, top: 8, bottom: 52 },
    xAxis: logAxis(
      unit,
      by.flat().map(value),
      across(width, roomFor(places, width)),
      unit.endsWith('ms') ? { formatter: msLabel } : {},
    ),
    yAxis: namesAxis(places, width),
    series: by.map((mine, i): OneSeries => ({
      ...{
        type: 'scatter',
        name: mine[0]!.transport,
        symbolSize: 11,
        // Beside each other, not one on top of the other.
        symbolOffset: [0, (i - (by.length - 1) / 2) * 5],
        itemStyle: { color: colorOf(mine[0]!), opacity: 0.85 },
      },
      data: mine.filter((each) => isKnown(value(each))).map((each) => [value(each), places.indexOf(each.where)]),
    })),
  }
}
