// A bar for long work, on a terminal only: piped, a command says nothing until its result.
import { SingleBar } from 'cli-progress'
import { timeText } from '../../bench/estimate.ts'

/** `leftSeconds`, of who knows better than that all parts take as long as those before. */
export type Progress = (done: number, all: number, name: string, leftSeconds?: number) => void

export function progress(): Progress | undefined {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return undefined
  const bar = new SingleBar({
    format: '{bar} {value}/{total}  {left}  {name}',
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false, // who is interrupted says what becomes of the work
  })
  const startedAt = performance.now()
  return (done, all, name, leftSeconds) => {
    const seconds =
      leftSeconds ?? (done > 0 ? ((performance.now() - startedAt) / 1000 / done) * (all - done) : undefined)
    const left = seconds === undefined ? '' : `${timeText(seconds)} left`
    if (done === 0) bar.start(all, 0, { name, left })
    else bar.update(done, { name, left })
    if (done === all) bar.stop()
  }
}
