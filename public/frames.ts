// How smoothly this page runs: for how many frames the browser asked it in the last second, and long tasks: 50 ms and more on the main
// thread, when nothing else could happen (W3C Long Tasks). Where latencies look odd, look here first.

export interface Frames {
  /** Once per animation frame. */
  frame(now: number): void
  readonly perSecond: number
  /** Undefined where the browser does not tell. */
  readonly longTasks: number | undefined
  close(): void
}

export function frames(): Frames {
  const times: number[] = []
  const isTold = PerformanceObserver.supportedEntryTypes.includes('longtask')
  let longTasks = 0
  const observer = new PerformanceObserver((list) => void (longTasks += list.getEntries().length))
  if (isTold) observer.observe({ type: 'longtask' })

  return {
    frame(now) {
      times.push(now)
      while (times[0]! <= now - 1000) times.shift()
    },
    get perSecond() {
      return times.length
    },
    get longTasks() {
      return isTold ? longTasks : undefined
    },
    close: () => observer.disconnect(),
  }
}
