// What can be taken home: the samples of a lane as CSV, a chart as PNG.
import type { Lane } from './lane.ts'

/** RFC 4180. Times are ms since epoch by the server's clock (`due_ms`), and of the page's own (`received_ms`). */
export function csvOf({ name, samples }: Lane): string {
  const rows = samples.log.map(({ id, due, received, latencyMs }) => [
    name,
    id,
    due.toFixed(3),
    (performance.timeOrigin + received).toFixed(3),
    latencyMs.toFixed(3),
  ])
  return [['lane', 'id', 'due_ms', 'received_ms', 'latency_ms'], ...rows].map((row) => `${row.join(',')}\r\n`).join('')
}

export function saveSamples(lane: Lane) {
  save(new Blob([csvOf(lane)], { type: 'text/csv' }), `wirelab-${lane.name}.csv`)
}

/** On the page's own ground: the canvases of a chart, to be laid on each other, are transparent. */
export function saveChart(canvases: readonly HTMLCanvasElement[], ground: string, name: string) {
  const copy = document.createElement('canvas')
  const { width, height } = canvases[0]!
  Object.assign(copy, { width, height })
  const context = copy.getContext('2d')!
  context.fillStyle = ground
  context.fillRect(0, 0, width, height)
  for (const each of canvases) context.drawImage(each, 0, 0)
  copy.toBlob((blob) => blob && save(blob, `wirelab-${name}.png`))
}

function save(blob: Blob, name: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
