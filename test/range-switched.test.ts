// A target whose switches cannot be turned: the switches say so, it can be tried again, and it closes like any other.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { attacks } from '../src/range/attacks.ts'
import { runs } from '../src/range/runs.ts'
import { readPages } from '../src/range/shell.ts'
import { keepTarget } from '../src/range/switched.ts'
import type { Switched } from '../src/range/switched.ts'
import { hostClock } from '../src/server/clock.ts'
import { readCredentials } from '../src/server/credentials.ts'
import { nodePlatform } from '../transports/platform.ts'
import { certs } from './lab.ts'

const errors: unknown[] = []
let kept: Switched | undefined
afterEach(async () => {
  await kept?.close()
  await kept?.close() // once more does no harm
  expect(errors).toEqual([])
})

const of = async (folder: string) => {
  const { tls, authority } = await readCredentials({ certs: folder, names: ['localhost'] })
  return { tls, ca: authority!.ca }
}
async function open() {
  const own = await of(certs)
  kept = await keepTarget({
    ...{ ...own, attacks, files: await readPages(), port: 0, name: undefined, clock: hostClock() },
    ...{ failed: (error) => void errors.push(error), results: runs(), told: () => undefined, forged: () => undefined },
    ...{ next: () => '', loot: () => '' },
  })
  return { kept, own }
}
async function statusOf(kept: Switched, ca: string) {
  const platform = nodePlatform({ ca })
  const { status } = await platform.fetch(`${kept.now().origin}/limits`, { headers: { origin: 'https://a.example' } })
  await platform.close()
  return status
}

const PATIENCE = { timeout: 60_000 }

test('who cannot be believed any more stays off, and comes back as soon as it can', PATIENCE, async () => {
  const { kept, own } = await open()
  const other = await of(`${certs}-other`)
  kept.renew(own.tls, other.ca) // of another root than it shows
  await expect(kept.turn({ origin: false })).rejects.toMatchObject({ status: 503, code: 'target_failed' })
  expect([kept.isOn('origin'), kept.off()]).toEqual([true, []])
  kept.renew(own.tls, own.ca)
  await kept.turn({}) // changes nothing, and tries again
  expect(await statusOf(kept, own.ca)).toBe(403)
  await kept.turn({ origin: false })
  expect([kept.isOn('origin'), await statusOf(kept, own.ca)]).toEqual([false, 200])
})

test('its port was taken meanwhile: the switches are as before, and turn when it is free', PATIENCE, async () => {
  const { kept, own } = await open()
  const { port } = kept.now()
  await kept.now().close() // as a turn begins; it may be done twice
  const thief = createServer().listen(port, '127.0.0.1')
  await once(thief, 'listening')
  const failed = await kept.turn({ cors: false }).catch((error: Error) => error.message)
  await new Promise((resolve) => thief.close(resolve))
  expect(failed).toMatch(/EADDRINUSE.*it does not run now; turn any switch to try again/)
  expect(kept.off()).toEqual([])
  await kept.turn({ cors: false })
  expect([kept.off(), await statusOf(kept, own.ca)]).toEqual([['cors'], 403])
})

test('another authority, made anew: it turns, and shows what that has signed', PATIENCE, async () => {
  const { kept } = await open()
  const other = await of(`${certs}-other`)
  kept.renew(other.tls, other.ca)
  expect(kept.now().ca).toBe(other.ca)
  await kept.now().publish({ type: 'note', data: { text: 'as the attacker, over a connection of the new root' } })
  await kept.turn({ origin: false })
  expect(await statusOf(kept, other.ca)).toBe(200)
})
