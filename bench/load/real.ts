// The real clients of ours, as a user runs them, each with a connection of its own: they come back by themselves.
import { clients } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Connection } from '../../transports/contract.ts'
import { nodePlatform } from '../../transports/platform.ts'
import type { Contestant } from '../contestants.ts'
import { lotOf, sleep } from './clients.ts'
import type { Client, Generator } from './clients.ts'

const RETURN_MS = 60_000
/** What had left the network before the cut may still be read after it. */
const IN_FLIGHT_MS = 5

const real: Connection[] = []
const lastEventAt: number[] = []
/** Why one of them is gone for good. */
let ended: Error | undefined

export async function follow(
  { clock, options, lots }: Generator,
  { name, clients: count }: { name: Contestant; clients: number },
) {
  const { port, ca, http, pollMs } = options
  const lot = lotOf(name, port)
  lots.push(lot)
  for (let n = 0; n < count; n++) {
    const client: Client = { index: lot.record.add(), closing: false }
    lot.clients.push(client)
    await new Promise<void>((resolve, reject) => {
      real.push(
        clients[name as TransportName]({
          ...{ origin: `https://localhost:${port}`, platform: nodePlatform({ ca, http }), pollMs },
          onEvent(event) {
            const now = clock()
            lastEventAt[client.index] = now
            lot.record.observe(client.index, { events: [event] }, 0, now)
          },
          onGap: (gap) => lot.record.observe(client.index, { events: [], gaps: [gap] }, 0, clock()),
          onState(state, cause) {
            if (state === 'open') resolve()
            if (state !== 'closed') return
            // It does not come back by itself, and nobody closes it before the process ends.
            ended = new Error(`${name}: closed for good: ${cause instanceof Error ? cause.message : 'no cause given'}`)
            lot.trouble.add(ended.message)
            reject(ended)
          },
        }),
      )
    })
  }
}

/** @returns for each real client how long after the cut it had an event again. */
export async function returned({ clock }: Generator, { cutAt }: { cutAt: number }): Promise<number[]> {
  const first: number[] = []
  const deadline = clock() + RETURN_MS
  while (Object.keys(first).length < real.length) {
    if (ended) throw ended
    if (clock() > deadline) throw new Error('not all clients came back')
    for (const [i, at] of lastEventAt.entries()) if (at > cutAt + IN_FLIGHT_MS) first[i] ??= at - cutAt
    await sleep(1)
  }
  return first
}
