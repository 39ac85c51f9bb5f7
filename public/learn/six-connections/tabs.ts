// Tabs that this page opens, one for each stream, and the channel on which it tells them what to do. They go when it goes.
import { hold } from '../opened.ts'
import type { OpenSlot } from './slots.ts'
import type { Order, Word } from './seat.ts'

/** What passes on the channel: to a tab, and from it. */
export interface Told {
  to: number
  order: Order
}
export interface Said {
  from: number
  word: Word
}

export interface Tabs {
  open: OpenSlot
  close(): void
}

export function tabs(): Tabs {
  const name = `wirelab-tabs-${crypto.randomUUID()}`
  const channel = new BroadcastChannel(name)
  const opened: Window[] = []
  const held = hold(name)

  return {
    open(n, hear) {
      const tab = window.open(`${new URL('./tab.html', import.meta.url).href}#${name}/${n}`, '_blank')
      if (!tab || tab.closed) return undefined // a browser lets a page open one for a click, and more where it was allowed to
      opened.push(tab)
      channel.addEventListener('message', ({ data }: MessageEvent<Told | Said>) => {
        if ('from' in data && data.from === n) hear(data.word)
      })
      return {
        get isGone() {
          return tab.closed
        },
        tell: (order) => channel.postMessage({ to: n, order } satisfies Told),
        close: () => tab.close(),
      }
    },
    close() {
      for (const tab of opened) tab.close()
      held.close()
      channel.close()
    },
  }
}
