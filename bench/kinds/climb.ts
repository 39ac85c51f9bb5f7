// The search for a knee: up in doubles until a rate is too much, halves between the last good and the first bad one, and then once more.

/** One window at a rate; `limit` is what it failed by, if it did. */
export interface Step<Limit, Measured> {
  limit?: Limit
  /** In words, when it failed. */
  why?: string
  measured: Measured
}
export interface Knee<Limit, Measured> {
  rate: number
  /** What ended it just above; undefined at the end of the ladder. */
  limit?: Limit
  /** The second window at this rate. */
  measured: Measured
}

const STEP = 2
const STEPS = 10
/** Three of them leave a ratio of 2 ** (1 / 8): the knee is known to a tenth. */
const HALVES = 3

/**
 * A rate that was carried once may have been luck: the knee is the highest that was carried twice.
 * @throws when the first step is too much, or none was carried twice.
 */
export async function climb<Limit, Measured>(
  start: number,
  step: (rate: number) => Promise<Step<Limit, Measured>>,
): Promise<Knee<Limit, Measured>> {
  const good: number[] = []
  let bad: { rate: number; limit: Limit; why?: string } | undefined

  /** @returns what was measured, when it was good. */
  async function attempt(rate: number): Promise<Measured | undefined> {
    const { limit, why, measured } = await step(rate)
    if (limit === undefined) return measured
    bad = { rate, limit, ...(why !== undefined && { why }) }
    return undefined
  }

  /** One stall of the machine is no knee: it takes two windows to say that a rate is too much. */
  async function isCarried(rate: number): Promise<boolean> {
    const before = bad
    if (!(await attempt(rate)) && !(await attempt(rate))) return false
    bad = before
    good.push(rate)
    return true
  }

  for (let n = 0, rate = start; n < STEPS && (await isCarried(rate)); n++) rate *= STEP
  if (good.length === 0) throw new Error(`${bad?.why ?? 'too much'}, at the first step of ${start} events/s`)
  for (let n = 0; n < HALVES && bad; n++) {
    const rate = Math.round(Math.sqrt(good.at(-1)! * bad.rate))
    if (rate <= good.at(-1)! || rate >= bad.rate) break
    await isCarried(rate)
  }
  for (let rate = good.pop(); rate !== undefined; rate = good.pop()) {
    const measured = await attempt(rate)
    if (measured) return { rate, measured, ...(bad && { limit: bad.limit }) }
  }
  throw new Error(
    `${bad?.why ?? 'too much'}, at ${start} events/s, which had been carried once: no rate was carried twice`,
  )
}
