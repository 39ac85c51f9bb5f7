// `--limit batchMs`: what push transports then send together, over real TLS, and that nothing else changes.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { rangeOf } from '../src/core/limits.ts'
import type { Lab } from '../src/server/start.ts'
import type { TransportName } from '../transports/clients.ts'
import { follow, get, ids, open, publish, startTestLab } from './lab.ts'

const PUSH = ['long-polling', 'sse', 'wss'] as const satisfies TransportName[]
const BATCH_MS = 300

let lab: Lab
afterEach(() => lab.close())

test('it is off by default, shown by /limits, and at most a second', async () => {
  lab = await startTestLab()
  expect(JSON.parse(await get(lab, '/limits'))).toMatchObject({ batchMs: 0 })
  expect(rangeOf('batchMs')).toEqual([0, 1000])
})

describe.each(PUSH)('%s', (transport) => {
  test.each(['1.1', '2'] as const)('every event once and in order, over HTTP/%s', async (http) => {
    lab = await startTestLab({ limits: { batchMs: 20 } })
    const follower = follow(lab, { transport, http })
    await open(follower)
    const published: string[] = []
    for (let n = 0; n < 40; n++) {
      published.push(...ids(await publish(lab, 3)))
      await sleep(3)
    }
    await follower.until(() => follower.events.length === published.length, 'all to have come')
    expect(ids(follower.events)).toEqual(published)
    expect(follower.verdict()).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, undeclaredGaps: 0 })
    await follower.close()
  })

  test('what waits when the server stops is sent before the goodbye', async () => {
    lab = await startTestLab({ limits: { batchMs: 1000 } })
    const follower = follow(lab, { transport })
    await open(follower)
    await sleep(100) // long polling has asked again by then
    const published = await publish(lab, 2)
    await sleep(20)
    expect(follower.events).toEqual([])
    await lab.close()
    await follower.until(() => follower.events.length === 2, 'what waited to have come')
    expect(ids(follower.events)).toEqual(ids(published))
    await follower.close()
  })
})

test('long polling: all that is due in a window is one answer', async () => {
  lab = await startTestLab({ limits: { batchMs: BATCH_MS } })
  const socket = connect({ port: lab.port, ca: lab.authority!.ca, servername: 'localhost' })
  await once(socket, 'secureConnect')
  let came = ''
  socket.on('data', (chunk: Buffer) => (came += chunk.toString()))
  socket.write(`GET /feed/long-polling?after=${lab.feed.epoch}.0 HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await sleep(100)
  for (let n = 0; n < 3; n++) {
    await publish(lab, 1)
    await sleep(10)
  }
  while (!came.includes(']}')) await sleep(10)
  const { cursor, events } = JSON.parse(came.slice(came.indexOf('\r\n\r\n'))) as { cursor: string; events: unknown[] }
  expect([cursor, events.length]).toEqual([`${lab.feed.epoch}.3`, 3])
  socket.destroy()
})
