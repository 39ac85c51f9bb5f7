// How a storm goes, in words.
import { BASE_MS } from '../src/core/backoff.ts'
import type { Bench } from './bench.ts'
import type { Beside } from './beside.ts'
import { isOver } from './door.ts'
import type { Storm } from './door.ts'
import { count, duration } from './words.ts'

/** @returns what is to be called now and then: says that a storm begins and how it ended, for what is between changes each second. */
export function stormTeller(
  bench: Bench,
  say: (about: string, what: string) => void,
  /** What is said is what then stands there: not before all of that is known. */
  beside: Pick<Beside, 'text' | 'isLooking'>,
): () => void {
  let [wasUnderWay, isOwed] = [false, false]
  return () => {
    const { storm } = bench
    const isUnderWay = storm !== null && !isOver(storm)
    if (storm && isUnderWay && !wasUnderWay) say(storm.lane, 'storm: it begins')
    isOwed = storm !== null && !isUnderWay && (isOwed || wasUnderWay)
    wasUnderWay = isUnderWay
    if (!storm || !isOwed || beside.isLooking) return
    isOwed = false
    say(storm.lane, `storm: ${withBeside(storm, beside.text())}`)
  }
}

/** A line beside the buttons: how far it is. The whole of it is told at its lane. */
export function stormInShort({ lane, phase, clients, open, back, backMsMax, why }: Storm): string {
  const all = count(clients, 'client')
  if (phase === 'failed') return `${lane}: it ended early: ${why ?? 'unknown why'}.`
  if (phase === 'opening' || phase === 'open')
    return `${lane}: ${open.toLocaleString('en')} of ${all} connected; they are dropped when all are.`
  const last = backMsMax === null ? '' : `, the last after ${duration(backMsMax)}`
  return `${lane}: ${back.toLocaleString('en')} of ${all} back${last}${phase === 'done' ? '. What it did to all lanes is told in its lane, below.' : ' …'}`
}

export const withBeside = (storm: Storm, beside: string) => [stormWords(storm), beside].filter(Boolean).join('. ')

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
  const way = jitter ? `each after a random wait of up to ${duration(BASE_MS)}` : 'all together'
  // Who failed waits again, and longer; where nobody did, what is over is the work alone.
  const isWork = jitter && phase === 'done' && attempts === clients && backMsMax !== null && backMsMax > 1.5 * BASE_MS
  const work = isWork
    ? `. All waits were over after ${duration(BASE_MS)}: the rest of the time is the work of ${count(clients, 'handshake')}`
    : ''
  return (
    `dropped, ${isComing ? 'they come' : 'they came'} back ${way}: ${nowBack} of ${all} ${isComing ? 'are' : 'were'} back${times}, ` +
    `with ${count(attempts, 'attempt')}${work}${why === undefined ? '' : `. ${why}`}`
  )
}
