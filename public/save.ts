// What can be taken home: numbers as CSV (RFC 4180), a chart as PNG.
import type { Lane } from './lane.ts'

export type Cell = string | number | undefined

/** Head and rows. What is not known, a number that is none among it, is empty. */
export const csvOf = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(fieldOf).join(',')}\r\n`).join('')

function fieldOf(cell: Cell): string {
  const text = cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell)) ? '' : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function saveRows(rows: readonly (readonly Cell[])[], name: string) {
  save(new Blob([csvOf(rows)], { type: 'text/csv' }), `${name}.csv`)
}

/** Times are ms since epoch by the server's clock (`due_ms`), and of the page's own (`received_ms`). */
export function saveSamples({ name, samples }: Lane) {
  const rows = samples.log.map(({ id, due, received, latencyMs }) => [
    ...[name, id, due.toFixed(3)],
    ...[(performance.timeOrigin + received).toFixed(3), latencyMs.toFixed(3)],
  ])
  saveRows([['lane', 'id', 'due_ms', 'received_ms', 'latency_ms'], ...rows], `wirelab-${name}`)
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
