// A bar for long work, on a terminal only: piped, a command says nothing until its result.
import { SingleBar } from 'cli-progress'

export function progress(): ((done: number, all: number, name: string) => void) | undefined {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return undefined
  const bar = new SingleBar({
    format: '{bar} {value}/{total}  {name}  {duration_formatted}',
    clearOnComplete: true,
    hideCursor: true,
  })
  return (done, all, name) => {
    if (done === 0) bar.start(all, 0, { name })
    else bar.update(done, { name })
    if (done === all) bar.stop()
  }
}
