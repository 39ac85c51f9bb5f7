// What to say under a slider of the feed when somebody else has moved it: an experiment in another page sets the rate for all of them.
import type { Bench } from './bench.ts'
import type { Slider } from './knobs.ts'

export interface Elsewhere {
  /** In words; empty when nobody else has changed it, or it was set back a while ago. */
  text(slider: Slider, now: number): string
  close(): void
}

/** For so long it is still said when it is as before: the lanes show for a while what it did. */
const SAID_MS = 15_000
const BY = 'changed by another page: an experiment, or somebody’s knob'

interface Seen {
  value: number
  /** Before somebody else changed it. */
  mine?: number
  changedAt: number
}

export function elsewhere(bench: Bench): Elsewhere {
  const values = () => ({ rate: bench.perSecond ?? 0, payload: bench.payloadBytes })
  let count = bench.changesByOthers
  let seen = fresh()

  function fresh(): Record<string, Seen> {
    return Object.fromEntries(Object.entries(values()).map(([name, value]) => [name, { value, changedAt: -Infinity }]))
  }

  function look() {
    const isForeign = bench.changesByOthers > count
    count = bench.changesByOthers
    for (const [name, value] of Object.entries(values())) {
      const each = seen[name]!
      if (value === each.value) continue
      if (isForeign) Object.assign(each, { mine: each.mine ?? each.value, changedAt: performance.now() })
      else delete each.mine // set here: it is this page's again
      each.value = value
    }
  }

  const close = bench.subscribe((change) => {
    if (change === 'read') look()
    else seen = fresh() // a lab that was restarted
  })

  return {
    text({ name, words }, now) {
      const { value, mine, changedAt } = seen[name]!
      if (mine === undefined) return ''
      if (value !== mine) return `${BY}; here it was: ${words(mine)}`
      if (now - changedAt < SAID_MS) return `${BY}; set back`
      delete seen[name]!.mine
      return ''
    },
    close,
  }
}
