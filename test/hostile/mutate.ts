// A seeded mutator: honest bytes, wronged at random, and found again by the seed (FAULTS M10).
import { seeded } from '../../src/core/random.ts'

export type Pick = (below: number) => number

/** With the same seed, the same wrongs. */
export function random(seed: number): Pick {
  const next = seeded(seed)
  return (below) => Math.floor(next() * below)
}

/** One to four small wrongs. */
export function mutate(bytes: Buffer, pick: Pick): Buffer {
  let out = Buffer.from(bytes)
  for (let wrongs = 1 + pick(4); wrongs > 0 && out.length > 0; wrongs--) {
    const at = pick(out.length)
    const [before, after] = [out.subarray(0, at), out.subarray(at)]
    const wrong = [
      () => out.with(at, out[at]! ^ (1 << pick(8))), // one bit
      () => out.with(at, pick(256)),
      () => out.with(at, [0, 0x7f, 0x80, 0xff, 10, 13][pick(6)]!),
      () => Buffer.concat([before, Buffer.from([pick(256)]), after]),
      () => Buffer.concat([before, after.subarray(1 + pick(4))]),
      () => Buffer.concat([before, after.subarray(0, 8), after]), // said twice
      () => Buffer.concat([after, before]),
      () => before,
    ][pick(8)]!
    out = Buffer.from(wrong())
  }
  return out
}

/** As a target or the value of a field may still be: visible ASCII, so that the request stays one and the connection goes on. */
export function mutateText(text: string, pick: Pick): string {
  const odd = [
    '%00',
    '%0d%0a',
    '%ff',
    '%',
    '..',
    '//',
    '\\',
    '"',
    "'",
    '<',
    '>',
    '&',
    '=',
    '?',
    ';',
    ',',
    '0',
    '-1',
    '9'.repeat(20),
  ]
  let out = text
  for (let wrongs = 1 + pick(3); wrongs > 0; wrongs--) {
    const at = pick(out.length + 1)
    const wrong = [
      () => out.slice(0, at) + odd[pick(odd.length)]! + out.slice(at),
      () => out.slice(0, at) + out.slice(at + 1 + pick(4)),
      () => out.slice(0, at) + String.fromCharCode(33 + pick(94)) + out.slice(at + 1),
      () => out.slice(0, at) + out.slice(at, at + 12) + out.slice(at),
    ][pick(4)]!
    out = wrong()
  }
  return out
}
