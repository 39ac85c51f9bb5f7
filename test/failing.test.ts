// What cannot be started, or comes to be something else while it runs: a door says so, the lab goes on and ends, and nothing waits for ever.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { child } from '../bench/process.ts'
import { openAuthority } from '../certs/authority.ts'
import { openDoor } from '../src/lab/door.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Settings } from '../src/lab/settings.ts'
import type { LabRoom, RoomOptions } from '../src/server/room.ts'
import type { Lab } from '../src/server/start.ts'
import { nodePlatform } from '../transports/platform.ts'
import { afterwards, dial, through } from './benches.ts'
import { open, publish, sleep, startTestLab } from './lab.ts'

const settings: Settings = {
  ...{ http: '2', tls: '1.3', profile: 'none', batchMs: 0 },
  ...{ buffering: false, idleCutMs: 0, downBytesPerSecond: 0 },
}

/** A lab, its room, and what the room was handed; `change` is what is different for the room alone. */
async function labWithRoom(change: Partial<RoomOptions> = {}) {
  let held: { room: LabRoom; options: RoomOptions } | undefined
  const lab = await startTestLab({
    lab(options) {
      held = { room: benchRoom()({ ...options, ...change }), options }
      return held.room
    },
  })
  return { lab, ...held! }
}

/** As a script, with the key. @returns a platform that trusts `ca`. */
function script(lab: Lab, ca = lab.authority!.ca) {
  const platform = nodePlatform({ ca, headers: { authorization: `Bearer ${lab.publishKey}` } })
  afterwards(() => platform.close())
  return platform
}

test('a door with a buffering proxy answers after the certificate was renewed', async () => {
  const { lab, room } = await labWithRoom()
  afterwards(() => lab.close().then((closed) => expect(closed).toEqual({ forced: false })))
  const folder = await mkdtemp(join(tmpdir(), 'wirelab-test-renew-'))
  afterwards(() => rm(folder, { recursive: true }))
  const next = await openAuthority(folder, ['localhost', '127.0.0.1', '::1'])
  const { fetch } = script(lab)
  const opened = await fetch(`${lab.url}/lab/bench`, { method: 'POST' })
  const { id, doors } = (await opened.json()) as { id: string; doors: Record<string, { port: number }> }
  const changed = await fetch(`${lab.url}/lab/bench/${id}/polling`, {
    ...{ method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"buffering":true}' },
  })
  expect(changed.status).toBe(200)
  room.renew(next.leaf)
  const answer = await script(lab, next.ca).fetch(`https://localhost:${doors['polling']!.port}/feed/polling`)
  expect([answer.status, await answer.json()]).toEqual([200, { cursor: lab.feed.tail, events: [] }])
})

test('a bench whose doors cannot listen is refused, and the lab goes on and closes', async () => {
  const { lab } = await labWithRoom({ host: '192.0.2.1' }) // TEST-NET-1 (RFC 5737): no machine has it
  const { fetch } = script(lab)
  for (let n = 0; n < 2; n++) {
    const { status, headers } = await fetch(`${lab.url}/lab/bench`, { method: 'POST' })
    expect([status, headers.get('retry-after')]).toEqual([503, '10'])
  }
  expect((await fetch(`${lab.url}/healthz`)).status).toBe(200)
  expect(lab.metrics.uncaught).toBe(2) // its log says why
  const began = performance.now()
  expect(await lab.close()).toEqual({ forced: false })
  expect(performance.now() - began).toBeLessThan(5000)
})

test('a server that does not come back is told of in the log, and the next change brings one', async () => {
  const { lab, options } = await labWithRoom()
  afterwards(() => lab.close())
  let canStart = true
  const door = await openDoor({
    ...{ ...options, guard: options.guard.atDoor(`:${lab.port}`), settings },
    tls() {
      if (!canStart) throw new Error('the key cannot be read')
      return options.tls
    },
  })
  afterwards(() => door.close().then((closed) => expect(closed).toEqual({ forced: false })))
  canStart = false
  expect(door.fault('restart')).toBe(0)
  for (let n = 0; n < 100 && lab.metrics.uncaught === 0; n++) await sleep(100)
  expect(lab.metrics.uncaught).toBeGreaterThan(0) // it tries once a second
  const { port } = door.state()
  await expect(dial(lab, port)).rejects.toThrow()
  canStart = true
  expect(await door.set({ batchMs: 10 })).toMatchObject({ batchMs: 10 })
  const follower = through(lab, port, { transport: 'sse' })
  await open(follower)
  await publish(lab, 1)
  await follower.until(() => follower.events.length === 1, 'the event')
})

test('a process that cannot be started ends, and says so to whoever asks it', async () => {
  const { execPath } = process
  process.execPath = join(tmpdir(), 'there-is-no-such-program')
  const one = child<{ look: () => number }>('test', new URL('./none.ts', import.meta.url))
  process.execPath = execPath
  await expect(one.ask('look', undefined)).rejects.toThrow(/^the test was not started: .*ENOENT/)
  await expect(one.ask('look', undefined)).rejects.toThrow(/^the test was not started/)
  await one.end()
})
