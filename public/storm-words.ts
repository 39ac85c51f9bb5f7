// How a storm goes, in words.
import type { Bench } from './bench.ts'
import { isOver } from './door.ts'
import type { Storm } from './door.ts'
import { count, duration } from './words.ts'

/** @returns what is to be called now and then: says how a storm ended, for what comes before changes each second. */
export function stormTeller(bench: Bench, say: (about: string, what: string) => void): () => void {
  let wasUnderWay = false
  return () => {
    const { storm } = bench
    const isUnderWay = storm !== null && !isOver(storm)
    if (storm && wasUnderWay && !isUnderWay) say(storm.lane, `storm: ${stormWords(storm)}`)
    wasUnderWay = isUnderWay
  }
}

export function stormWords({ phase, clients, open, back, attempts, backMsP50, backMsMax, jitter, why }: Storm): string {
  const all = count(clients, 'client')
  const [nowOpen, nowBack] = [open, back].map((n) => n.toLocaleString('en'))
  if (phase === 'opening') return `${nowOpen} of ${all} connected${why === undefined ? '' : ` (${why})`}`
  if (phase === 'open') return `all of ${all} connected; the drop comes`
  if (phase === 'failed') return `it ended early: ${why ?? 'unknown why'}`
  const isComing = phase === 'dropped'
  const times =
    backMsP50 === null || backMsMax === null
      ? ''
      : `, half of those within ${duration(backMsP50)}, the last ${isComing ? 'so far' : 'of them'} after ${duration(backMsMax)}`
  const way = jitter ? 'each after a random wait' : 'all together'
  return (
    `dropped, ${isComing ? 'they come' : 'they came'} back ${way}: ${nowBack} of ${all} ${isComing ? 'are' : 'were'} back${times}, ` +
    `with ${count(attempts, 'attempt')}${why === undefined ? '' : `. ${why}`}`
  )
}
