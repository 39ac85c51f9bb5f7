// FAULTS A5: logins at once, at the real cost of a password, keep neither the event loop nor the feed waiting. What 200 do: `node test/logins.ts`.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { hashing } from '../src/accounts/hashing.ts'
import { openStore } from '../src/accounts/store.ts'
import { defaults } from '../src/core/limits.ts'
import { transportNames } from '../transports/clients.ts'
import { PASSWORD, startWithAccounts } from './accounts.ts'
import { follow, open } from './lab.ts'

const LOGINS = 8

test(
  'A5 8 at once, at cost 12: all are let in, nobody waits for a hash but they, and no event is lost',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wirelab-logins-'))
    const path = join(folder, 'accounts.db')
    const pepper = randomBytes(32)
    await writeFile(`${path}.key`, pepper, { mode: 0o600 })
    const startedAt = performance.now()
    const hash = await hashing({ pepper, limits: defaults }).hash(PASSWORD)
    const hashMs = performance.now() - startedAt
    const store = openStore(path)
    for (let n = 0; n < LOGINS; n++)
      store.add({ id: `id${n}`, name: `user${n}`, email: null, hash, role: 'user', made: 0 })
    store.close()

    const accounts = await startWithAccounts({ path, cost: 12 })
    const lanes = transportNames.map((transport) => follow(accounts.lab, { transport }))
    await Promise.all(lanes.map(open))
    let published = 0
    const ticking = setInterval(() => void accounts.lab.feed.publish({ type: 'tick', data: ++published }), 50)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const logIn = (n: number) =>
      accounts.ask('POST', '/sessions', { body: { name: `user${n}`, password: PASSWORD }, from: `127.0.10.${n + 1}` })
    const answers = await Promise.all(Array.from({ length: LOGINS }, (_, n) => logIn(n)))
    delay.disable()
    clearInterval(ticking)
    for (const lane of lanes) await lane.until(() => lane.events.length === published, 'all events')

    expect(answers.map(({ status }) => status)).toEqual(new Array(LOGINS).fill(201))
    // Beside this machine's own hash, not beside a clock: one that was made in the loop would hold it up as long as it takes.
    expect(delay.mean / 1e6).toBeLessThan(hashMs / 4)
    for (const lane of lanes) expect(lane.verdict()).toMatchObject({ lost: 0, duplicated: 0 })
    await Promise.all(lanes.map((lane) => lane.close()))
    await accounts.close()
    await rm(folder, { recursive: true })
  },
)
