// Lines that are broken and opened again: all at once (storm), or one after the other, in full and resumed (connects).
import type { Contestant } from '../contestants.ts'
import { watchHealth } from '../health.ts'
import { lotOf, sleep } from './clients.ts'
import type { Client, Generator } from './clients.ts'
import { connect } from './connect.ts'
import type { Connected } from './connect.ts'

/**
 * All lines are broken at once, and opened again at once, with their tickets and cursors. @returns when, how many ms until each was
 * open, and how busy this process was meanwhile. @throws when one does not come back in time.
 */
export async function storm(generator: Generator, { waitMs }: { waitMs: number }) {
  const { clock, lots } = generator
  const endHealth = watchHealth()
  const cutAt = clock()
  const all = lots.flatMap((lot) => lot.clients.map((client) => ({ lot, client })))
  const back: number[] = []
  let resumed = 0
  const opened = all.map(async ({ lot, client }) => {
    const session = client.line?.session
    client.closing = true
    client.line?.destroy()
    delete client.againAt
    await connect(generator, lot, client, { ...(session && { session }), waitMs })
    if (client.line!.resumed) resumed++
    back.push(clock() - cutAt)
  })
  await Promise.all(opened)
  return { cutAt, back, resumed, health: endHealth() }
}

const LOOK_MS = 10

/** Waits until every client has had an event again. @returns ms since the cut, of those that had. */
export async function again({ clock, lots }: Generator, { cutAt, waitMs }: { cutAt: number; waitMs: number }) {
  const all = lots.flatMap(({ clients }) => clients)
  const deadline = clock() + waitMs
  while (clock() < deadline && all.some(({ againAt }) => againAt === undefined)) await sleep(LOOK_MS)
  return all.flatMap(({ againAt }) => (againAt === undefined ? [] : [againAt - cutAt]))
}

/** One line after the other is opened and closed: TLS in full, then resumed. Milliseconds to open, and to the first event. */
export async function connects(
  generator: Generator,
  { name, times, after }: { name: Contestant; times: number; after?: string },
) {
  const lot = lotOf(name, generator.options.port)
  const client: Client = { index: lot.record.add(), closing: false }
  const endHealth = watchHealth()
  const full: Connected[] = []
  const resumed: Connected[] = []
  for (let n = 0; n < times; n++) {
    let session: Buffer | undefined
    for (const into of [full, resumed]) {
      // Nor does a client of TLS 1.3 hear before its first answer that the server does not take its certificate.
      if (into === resumed && !session) throw new Error(`${name}: no ticket came to come back with`)
      const given = {
        ...(session && { session }),
        ...(after !== undefined && { after }),
        untilEvent: after !== undefined,
      }
      const connected = await connect(generator, lot, client, given)
      if (session && !client.line!.resumed) throw new Error(`${name}: the TLS session was not resumed`)
      into.push(connected)
      // TLS 1.3 sends its tickets after the handshake.
      for (let i = 0; i < 100 && !client.line!.session; i++) await sleep(5)
      session = client.line!.session
      client.closing = true
      client.line!.destroy()
      await sleep(2)
    }
  }
  return { full, resumed, health: endHealth() }
}
