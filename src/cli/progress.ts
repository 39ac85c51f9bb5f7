// How far long work is: a bar on a terminal; in the log of a CI machine a line now and then, so that nobody takes it for dead.
import { SingleBar } from 'cli-progress'
import { busyText, load } from '../../bench/busy.ts'
import { timeText } from '../../bench/estimate.ts'

/** `leftSeconds`, of who knows better than that all parts take as long as those before; 0: it is over, finished or not. */
export type Progress = (done: number, all: number, name: string, leftSeconds?: number) => void

export function progress(): Progress {
  const show = process.stdout.isTTY && process.stderr.isTTY ? bar() : lines((line) => process.stderr.write(line))
  const startedAt = performance.now()
  return (done, all, name, leftSeconds) => {
    const seconds =
      leftSeconds ?? (done > 0 ? ((performance.now() - startedAt) / 1000 / done) * (all - done) : undefined)
    const left = !seconds ? '' : `${timeText(seconds)} left`
    show({ done, all, name, left, isEnd: done === all || leftSeconds === 0 })
  }
}

interface State {
  done: number
  all: number
  name: string
  left: string
  isEnd: boolean
}

function bar(): (state: State) => void {
  const single = new SingleBar({
    format: '{bar} {value}/{total}  {left}  {name}',
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false, // who is interrupted says what becomes of the work
  })
  return ({ done, all, name, left, isEnd }) => {
    if (single.isActive) single.update(done, { name, left })
    else if (!isEnd) single.start(all, done, { name, left })
    if (isEnd) single.stop()
  }
}

const EVERY_MS = 30_000

/** `9/30 88 s left steady`: the first, then one when half a minute has passed; the end is said by who goes on. */
export function lines(write: (line: string) => void, now: () => number = () => performance.now()) {
  let lastAt = -Infinity
  return ({ done, all, name, left, isEnd }: State): void => {
    if (isEnd || now() - lastAt < EVERY_MS) return
    lastAt = now()
    write(`${[`${done}/${all}`, left, name].filter(Boolean).join(' ')}\n`)
  }
}

/** Before anything is measured: it is not too late to wait. */
export function warnBusy(): void {
  const text = busyText(load())
  if (text !== undefined) process.stderr.write(`${text}\n`)
}
