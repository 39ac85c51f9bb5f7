// The model beside the measurement: how far each measured number is from the one that was computed before.

import { nameOf, text } from '../numbers.ts'
import { isOff, metrics, modelError } from '../summary.ts'
import { axis, colorOf, ink, namesAxis, roomFor } from './chart.ts'
import type { ChartMaker, OneSeries } from './chart.ts'

const kinds = [
  { of: 'p50', name: 'p50', look: '●', symbol: 'circle' },
  { of: 'bytes', name: 'bytes per event', look: '■', symbol: 'rect' },
] as const

export const modelErrors: ChartMaker = (summaries) => {
  const shown = summaries.filter((each) => kinds.some(({ of }) => modelError(each, of) !== undefined))
  if (shown.length === 0) return []
  const names = shown.map(nameOf)
  const errors = shown.flatMap((each) => kinds.map(({ of }) => Math.abs(100 * (modelError(each, of) ?? 0))))
  const reach = Math.max(20, 10 * Math.ceil(Math.max(...errors) / 10))
  const wrong = shown.filter((each) => kinds.some(({ of }) => isOff(each, of))).map(nameOf)
  const band = {
    silent: true,
    itemStyle: { color: 'var(--even)', opacity: 0.5 },
    data: [[{ xAxis: -10 }, { xAxis: 10 }]],
  }
  return [
    {
      title: 'Model against measurement',
      question: 'Do we understand what we measure?',
      read: 'Zero: exactly as computed before. Inside the band the model holds (10 %). Outside it: the model does not know how long this machine takes to wake a process, and on loopback a fraction of a millisecond is large in per cent.',
      summary:
        wrong.length > 0
          ? `Off by more than 10 % (p50: and by more than 0.5 ms): ${wrong.join('; ')}.`
          : 'All are within 10 % of what was computed, or p50 within 0.5 ms.',
      legend: kinds.map(({ name, look }) => ({ name, look, color: 'var(--text)' })),
      height: 80 + 28 * shown.length,
      option: (width) => ({
        grid: { left: roomFor(names, width), right: 24, top: 8, bottom: 52 },
        xAxis: axis('measured, % from predicted', 'value', {
          ...{ min: -reach, max: reach },
          axisLabel: { color: ink.text, fontSize: 13, hideOverlap: true },
        }),
        yAxis: namesAxis(names, width),
        series: kinds.map(
          ({ of, name, symbol }, i) =>
            ({
              ...{ type: 'scatter', name, symbol, symbolSize: 12, ...(i === 0 && { markArea: band }) },
              data: shown.flatMap((each, row) => {
                const error = modelError(each, of)
                return error === undefined ? [] : [{ value: [100 * error, row], itemStyle: { color: colorOf(each) } }]
              }),
            }) as OneSeries,
        ),
      }),
      numbers: [
        ['', '', 'predicted', 'measured', 'error'],
        ...shown.flatMap((each) =>
          kinds.flatMap(({ of, name }) => {
            const error = modelError(each, of)
            if (error === undefined) return []
            return [
              [
                nameOf(each),
                name,
                text(each.predicted[of]!.median),
                text(each.of(metrics[of])!.median),
                `${text(100 * error)} %`,
              ],
            ]
          }),
        ),
      ],
    },
  ]
}
