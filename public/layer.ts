// A canvas over a chart: what moves is drawn there, and the axes below it stay as they are.
import type uPlot from 'uplot'

export interface Layer {
  readonly canvas: HTMLCanvasElement
  readonly ctx: CanvasRenderingContext2D
  /** Then it is empty, and as large as the chart. */
  clear(): void
}

/** It goes with the chart: when that is destroyed, so is the layer. */
export function layer({ ctx: { canvas: below } }: uPlot): Layer {
  const canvas = document.createElement('canvas')
  canvas.className = 'layer'
  below.after(canvas)
  const ctx = canvas.getContext('2d')!
  return {
    canvas,
    ctx,
    clear() {
      const { width, height } = below
      if (canvas.width === width && canvas.height === height) ctx.clearRect(0, 0, width, height)
      else Object.assign(canvas, { width, height }) // which empties it too
    },
  }
}
