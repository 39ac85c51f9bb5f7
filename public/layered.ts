// A chart of axes that fills its box, and a canvas over it: what moves is drawn there, and the axes below it stay as they are.
import type uPlot from 'uplot'
import { fill } from './axes.ts'
import { onLooks } from './looks.ts'

export interface Layered {
  readonly chart: uPlot
  readonly over: Layer
  /** To be laid on each other. */
  readonly canvases: HTMLCanvasElement[]
  close(): void
}

export interface Layer {
  readonly canvas: HTMLCanvasElement
  readonly ctx: CanvasRenderingContext2D
  /** Then it is empty, and as large as the chart. */
  clear(): void
}

/** `make` is called anew when the page looks otherwise: type and room of an axis are set once. */
export function layered(box: HTMLElement, make: () => uPlot): Layered {
  let made = build()
  const unlook = onLooks(() => {
    made.close()
    made = build()
  })
  function build() {
    const chart = make()
    const unfill = fill(box, chart)
    function close() {
      unfill()
      chart.destroy()
    }
    return { chart, over: layer(chart), close }
  }
  return {
    get chart() {
      return made.chart
    },
    get over() {
      return made.over
    },
    get canvases() {
      return [made.chart.ctx.canvas, made.over.canvas]
    },
    close() {
      unlook()
      made.close()
    },
  }
}

/** It goes with the chart: when that is destroyed, so is the layer. */
function layer({ ctx: { canvas: below } }: uPlot): Layer {
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
