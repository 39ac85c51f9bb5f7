// Two counts of the same bytes, made by different processes: the generators' and the server's must agree.
import type { LineBytes } from './line.ts'
import type { Stage } from './stage.ts'

const [LOOKS, LOOK_MS] = [20, 50]
const TOLERANCE = 0.01

/**
 * The bytes of the whole trial, as the generators counted them and as the server did. Nothing can be asked on this stage any more.
 * For every kind that says something of bytes: window, idle, burst, ladder, up. A storm and a cut break lines with bytes under way,
 * which the server has counted and nobody reads; connect and capacity say nothing of bytes.
 * @returns what is wrong when they differ by more than 1 %; undefined when they agree, or the server does not count.
 */
export async function reconcile(stage: Stage): Promise<string | undefined> {
  await Promise.all(stage.loads.map((load) => load.ask('hush', undefined)))
  let wrong: string | undefined
  for (let look = 0; look < LOOKS; look++) {
    wrong = await disagreement(stage)
    if (wrong === undefined) return undefined
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS)) // what is under way, behind a slow network too
  }
  return wrong
}

async function disagreement({ target, loads }: Stage): Promise<string | undefined> {
  const theirs = await target.ask('totals', undefined)
  if (!theirs) return undefined
  return differing(await Promise.all(loads.map((load) => load.ask('totals', undefined))), theirs)
}

/** @returns the first count of the generators, all together, that is more than 1 % off the server's, in words. */
export function differing(all: LineBytes[], theirs: LineBytes): string | undefined {
  for (const layer of ['tls', 'plain'] as const)
    for (const way of ['up', 'down'] as const) {
      const ours = all.reduce((sum, bytes) => sum + bytes[layer][way], 0)
      const off = Math.abs(ours - theirs[layer][way])
      if (off > TOLERANCE * Math.max(ours, theirs[layer][way]))
        return `${layer} bytes ${way}: ${ours} by the generator, ${Math.round(theirs[layer][way])} by the server`
    }
  return undefined
}
