// The last ten seconds of one lane, as a picture: each event arrives at its dot and had waited as long as the line behind it.
import type { Arrival } from './arrivals.ts'
import { withColours } from './colours.ts'
import type { Colours } from './colours.ts'
import { WINDOW_MS } from './lane.ts'
import type { Mark } from './lane.ts'

export interface Strip {
  /** `pending` are on another lane already and not here. */
  draw(now: number, marks: readonly Mark[], asked: readonly number[], pending: readonly Arrival[]): void
}

/** Neighbours are drawn at different heights, so that lines do not hide each other. */
const ROWS = 9
const FOOT = 12
const TAU = 2 * Math.PI

export function strip(canvas: HTMLCanvasElement): Strip {
  const context = canvas.getContext('2d')!
  let colours!: Colours
  let width = 0
  let height = 0
  withColours(canvas, (next) => (colours = next))
  new ResizeObserver(() => {
    const scale = devicePixelRatio
    width = canvas.clientWidth
    height = canvas.clientHeight
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    context.setTransform(scale, 0, 0, scale, 0, 0)
  }).observe(canvas)

  function seconds(now: number) {
    context.strokeStyle = colours.line
    context.lineWidth = 1
    context.beginPath()
    for (let at = Math.ceil((now - WINDOW_MS) / 1000) * 1000; at < now; at += 1000) {
      const x = Math.round(xOf(at, now)) + 0.5
      context.moveTo(x, 0)
      context.lineTo(x, height - FOOT)
    }
    context.moveTo(0, height - FOOT + 0.5)
    context.lineTo(width, height - FOOT + 0.5)
    context.stroke()
  }

  function lines(colour: string, thick: number, alpha: number, each: () => void) {
    context.strokeStyle = context.fillStyle = colour
    context.lineWidth = thick
    context.globalAlpha = alpha
    context.beginPath()
    each()
    context.stroke()
    context.globalAlpha = 1
  }

  const xOf = (at: number, now: number) => width - 6 - ((now - at) / WINDOW_MS) * (width - 6)
  /** By when it was first here, so that an event has the same height on every lane. */
  const yOf = (first: number) => 8 + ((Math.floor(first * 7.3) % ROWS) / (ROWS - 1)) * (height - FOOT - 16)

  return {
    draw(now, marks, asked, pending) {
      if (width === 0) return
      context.clearRect(0, 0, width, height)
      seconds(now)
      lines(colours.lane, 2, 0.45, () => {
        for (const { first, at } of marks) {
          context.moveTo(xOf(first, now), yOf(first))
          context.lineTo(xOf(at, now), yOf(first))
        }
      })
      lines(colours.edge, 2, 1, () => {
        for (const { first } of pending) {
          context.moveTo(xOf(first, now), yOf(first))
          context.lineTo(xOf(now, now), yOf(first))
        }
      })
      lines(colours.text, 1.5, 1, () => {
        for (const at of asked) {
          context.moveTo(xOf(at, now), height - FOOT + 3)
          context.lineTo(xOf(at, now), height - 1)
        }
      })
      context.fillStyle = colours.lane
      context.beginPath()
      for (const { first, at, isNote } of marks) if (!isNote) dot(context, xOf(at, now), yOf(first))
      context.fill()
      for (const { first, at, isNote } of marks) if (isNote) diamond(context, xOf(at, now), yOf(first), colours)
    },
  }
}

function dot(context: CanvasRenderingContext2D, x: number, y: number) {
  context.moveTo(x + 3, y)
  context.arc(x, y, 3, 0, TAU)
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, { lane, surface }: Colours) {
  context.beginPath()
  context.moveTo(x, y - 8)
  context.lineTo(x + 8, y)
  context.lineTo(x, y + 8)
  context.lineTo(x - 8, y)
  context.closePath()
  context.fillStyle = surface
  context.fill()
  context.strokeStyle = lane
  context.lineWidth = 3
  context.stroke()
}
