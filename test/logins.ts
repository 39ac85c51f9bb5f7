// `node test/logins.ts`: 200 logins at once, at the real cost of a password, beside a feed that is followed on all four transports. Prints
// how long the server's event loop was kept waiting meanwhile, and whether nobody's password takes as long as somebody's. Exit 1 if not.
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { hashing } from '../src/accounts/hashing.ts'
import { accountRoom } from '../src/accounts/room.ts'
import { openStore } from '../src/accounts/store.ts'
import { defaults } from '../src/core/limits.ts'
import { median } from '../src/core/stats.ts'
import { transportNames } from '../transports/clients.ts'
import { follow, open, startTestLab } from './lab.ts'

const LOGINS = 200
const TRIES = 40
const EVENT_MS = 50
const MOST_MS = 50
const PASSWORD = 'correct horse'
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

if (process.argv[2] === 'clients') await clients(Number(process.argv[3]), await readFile(process.argv[4]!, 'utf8'))
else await measure()

async function measure() {
  const folder = await mkdtemp(join(tmpdir(), 'wirelab-logins-'))
  const path = join(folder, 'accounts.db')
  const pepper = randomBytes(32)
  await writeFile(`${path}.key`, pepper, { mode: 0o600 })
  const hashes = hashing({ pepper, limits: defaults })
  const hash = await hashes.hash(PASSWORD)
  const store = openStore(path)
  for (let n = 0; n < LOGINS; n++)
    store.add({ id: `id${n}`, name: `user${n}`, email: null, hash, role: 'user', made: 0 })
  store.close()

  const lab = await startTestLab({
    ...{ accounts: accountRoom({ path }), limits: { idleMs: 120_000 } },
  })
  const lanes = transportNames.map((transport) => follow(lab, { transport, pollMs: 100 }))
  await Promise.all(lanes.map(open))
  let published = 0
  const ticking = setInterval(() => void lab.feed.publish({ type: 'tick', data: ++published }), EVENT_MS)
  const child = fork(import.meta.filename, ['clients', String(lab.port), lab.authority!.caPath])
  await new Promise((resolve) => child.once('message', resolve)) // their connections are open
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const startedAt = performance.now()
  const told = new Promise<Record<string, number>>((resolve) =>
    child.once('message', resolve as (value: unknown) => void),
  )
  child.send('go')
  const answers = await told
  const seconds = (performance.now() - startedAt) / 1000
  delay.disable()
  clearInterval(ticking)
  await sleep(1000) // what is under way comes in
  const verdicts = lanes.map((lane) => lane.verdict())
  await Promise.all(lanes.map((lane) => lane.close()))
  await lab.close()
  await rm(folder, { recursive: true })

  const ms = (nanoseconds: number) => (nanoseconds / 1e6).toFixed(1)
  const p99 = delay.percentile(99) / 1e6
  console.log(`${LOGINS} logins at once, ${seconds.toFixed(1)} s until all were in; answers ${JSON.stringify(answers)}`)
  console.log(
    `event loop delay: p50 ${ms(delay.percentile(50))}, p99 ${ms(delay.percentile(99))}, max ${ms(delay.max)} ms`,
  )
  const lost = verdicts.map(({ lost, duplicated }) => lost + duplicated)
  console.log(
    `of ${published} events, lost or repeated: ${transportNames.map((name, index) => `${name} ${lost[index]}`).join(', ')}`,
  )

  const times: Record<'somebody' | 'nobody', number[]> = { somebody: [], nobody: [] }
  for (let n = 0; n < TRIES; n++)
    for (const who of ['somebody', 'nobody'] as const) {
      const before = performance.now()
      await hashes.matches('wrong password', who === 'somebody' ? hash : undefined)
      times[who].push(performance.now() - before)
    }
  const [some, none] = [median(times.somebody)!, median(times.nobody)!]
  console.log(`a wrong password: ${some.toFixed(1)} ms for somebody, ${none.toFixed(1)} ms for nobody`)
  if (p99 > MOST_MS || lost.some((count) => count > 0) || Math.abs(some / none - 1) > 0.1) process.exitCode = 1
}

/** In a process of their own, each from an address of its own: wrong passwords are counted by address, and so are those under way. */
async function clients(port: number, ca: string) {
  const answers: Record<string, number> = {}
  const all = Array.from({ length: LOGINS }, (_, n) => {
    const agent = new Agent({
      keepAlive: true,
      maxSockets: 1,
      ca,
      servername: 'localhost',
      localAddress: `127.0.10.${n + 1}`,
    })
    return (method: string, path: string, body = '') =>
      new Promise<number>((resolve, reject) => {
        const headers = { host: `localhost:${port}`, 'content-type': 'application/json', 'content-length': body.length }
        const asked = request({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
          answer.resume()
          answer.on('end', () => resolve(answer.statusCode!))
        })
        asked.on('error', reject)
        asked.end(body)
      })
  })
  for (const ask of all) await ask('GET', '/healthz')
  process.send!('ready')
  await new Promise((resolve) => process.once('message', resolve))
  await Promise.all(
    all.map(async (ask, n) => {
      for (let status = 0; status !== 201;) {
        status = await ask('POST', '/sessions', JSON.stringify({ name: `user${n}`, password: PASSWORD }))
        answers[status] = (answers[status] ?? 0) + 1
        if (status !== 201) await sleep(1000 + 4000 * Math.random()) // as Retry-After says
      }
    }),
  )
  process.send!(answers)
  process.disconnect()
}
