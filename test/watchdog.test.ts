// A client's watchdog: silence is noticed, and what came while its own process was busy is no silence.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { watchdog } from '../transports/retry.ts'
import { sleep } from './lab.ts'

const MS = 300

/** Nothing else happens in this process meanwhile. */
function beBusy(ms: number) {
  for (const until = performance.now() + ms; performance.now() < until;);
}

test('nothing for so long: it is expired, once, and not before', async () => {
  const startedAt = performance.now()
  const expired: number[] = []
  const { feed } = watchdog(MS, () => expired.push(performance.now() - startedAt))
  await sleep(MS / 2)
  feed()
  await sleep(3 * MS)
  expect(expired).toHaveLength(1)
  expect(expired[0]).toBeGreaterThanOrEqual(1.5 * MS - 1)
})

test('what came while this process was busy is heard first; silence after that is noticed', async () => {
  const worker = new Worker('require("node:worker_threads").parentPort.on("message", (ms) => setTimeout(() => require("node:worker_threads").parentPort.postMessage("here"), ms))', { eval: true }) // prettier-ignore
  await once(worker, 'online')
  let isExpired = false
  const { feed } = watchdog(MS, () => (isExpired = true))
  worker.on('message', () => feed())
  worker.postMessage(MS / 3)
  // Of one turn of the loop timers are next, and only then what has come.
  await new Promise<void>((resolve) => setImmediate(() => (beBusy(3 * MS), resolve())))
  await sleep(MS / 2)
  expect(isExpired).toBe(false)
  await sleep(2 * MS)
  expect(isExpired).toBe(true)
  await worker.terminate()
})

test('a process that is always busy notices a dead line all the same', async () => {
  let isExpired = false
  watchdog(MS, () => (isExpired = true))
  for (let n = 0; n < 6; n++) {
    beBusy(MS)
    await sleep(1)
  }
  await sleep(MS)
  expect(isExpired).toBe(true)
})
