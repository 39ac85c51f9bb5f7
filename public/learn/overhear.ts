// Has the lab let its votes be overheard for this page, and collects what passed while it goes on.
import type { Bench } from '../bench.ts'
import { LabError } from '../lab.ts'
import type { Packet, TapOrder, TapState } from '../tap.ts'
import { bytesOf } from '../wire/capture.ts'
import { Trouble } from './run.ts'
import type { Run } from './run.ts'

/** A packet with its bytes. */
export type Passing = Omit<Packet, 'bytes'> & { bytes: Uint8Array }

const LOOK_MS = 250

/** `look` is shown all that has passed so far. @returns the end of it. @throws Trouble when nothing could be overheard. */
export async function overhear(
  run: Pick<Run<unknown>, 'sleep'>,
  bench: Bench,
  order: TapOrder,
  look: (passed: readonly Passing[]) => void,
): Promise<{ state: TapState; passed: Passing[] }> {
  const passed: Passing[] = []
  try {
    for (let state = await bench.startTap(order); ; state = await bench.tapped(passed.at(-1)?.n ?? 0)) {
      passed.push(...state.packets.map((packet) => ({ ...packet, bytes: bytesOf(packet.bytes) })))
      look(passed)
      if (state.phase === 'failed')
        throw new Trouble(`The lab could not listen: ${state.why ?? 'it does not say why'}.`)
      if (state.isFull) throw new Trouble('More passed than the lab keeps. Run it again.')
      if (state.phase === 'done') return { state, passed }
      await run.sleep(LOOK_MS)
    }
  } catch (error) {
    if (error instanceof LabError && error.status === 404) throw new Trouble(NO_TAP)
    throw error
  }
}

const NO_TAP = 'This lab does not let anything be overheard, so there is nothing to read.'
