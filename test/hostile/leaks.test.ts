// FAULTS S10, I12, I13: clients that open and go away at once leave nothing behind, on any transport.
import { ServerResponse } from 'node:http'
import { queryObjects } from 'node:v8'
import { expect, test } from 'vitest'
import { handshake, openWss } from '../frames.ts'
import { idle, labForFile, open, request, residentMiB } from '../raw.ts'
import type { Line } from '../raw.ts'

const target = labForFile({ linesPerAddress: 1000 })
const ROUNDS = 300
const AT_ONCE = 20

const openings: Record<string, () => string> = {
  polling: () => request(target, 'GET /feed/polling?after=earliest'),
  'long-polling': () => request(target, 'GET /feed/long-polling'),
  sse: () => request(target, 'GET /feed/sse?after=earliest'),
  wss: () => handshake(target),
}
/** When the client goes. */
const moments: Record<string, (line: Line) => unknown> = {
  'before its request is out': (line) => line.end(),
  'after the request': (line) => new Promise((resolve) => line.socket.write('', () => resolve(line.end()))),
  'after the first bytes': (line) => line.until((bytes) => bytes.length > 0 || undefined, 200).catch(() => undefined),
}

for (const [name, head] of Object.entries(openings))
  for (const [moment, leave] of Object.entries(moments))
    test(`S10 ${ROUNDS / 3} opened and left ${moment} → nothing held within 2 s (${name})`, async () => {
      await each(ROUNDS / 3, async (round) => {
        const line = await open(target)
        line.write(head())
        await leave(line)
        line.end(round % 2 ? 'reset' : undefined)
      })
      await idle(target)
      await connections(0)
    })

for (const [name, headers] of Object.entries({
  polling: { ':path': '/feed/polling' },
  'long-polling': { ':path': '/feed/long-polling' },
  sse: { ':path': '/feed/sse' },
  wss: {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/feed/wss',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'wirelab.v1',
  },
}))
  test(`S10 ${ROUNDS} streams opened and reset → nothing held within 2 s (${name} h2)`, async () => {
    await each(ROUNDS, async (round) => {
      const stream = target.http2.request(headers, { endStream: name !== 'wss' })
      stream.on('error', () => undefined)
      if (round % 2) await new Promise((resolve) => stream.once('response', resolve).setTimeout(100, () => resolve(0)))
      stream.close(8) // CANCEL
    })
    await idle(target)
    target.http2.destroy()
    await connections(0)
  })

test('S10, I13 after 500 more: memory within 64 MiB', async () => {
  const before = residentMiB()
  await each(500, async (round) => {
    const line = await open(target)
    line.write(Object.values(openings)[round % 4]!())
    await line.until((bytes) => bytes.length > 0 || undefined, 20).catch(() => undefined)
    line.end('reset')
  })
  await idle(target)
  expect(residentMiB() - before).toBeLessThan(64)
})

async function each(count: number, act: (round: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await act(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

async function connections(expected: number): Promise<void> {
  const until = performance.now() + 2000
  while (target.lab.wire.open !== expected && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 20))
  expect(target.lab.wire.open, 'connections').toBe(expected)
}

const streams: Record<string, () => Promise<Line>> = {
  WebSocket: async () => (await openWss(target)).line,
  'stream of events': async () => {
    const line = await open(target)
    line.write(request(target, 'GET /feed/sse'))
    await line.answer({ body: false })
    return line
  },
}
for (const [name, start] of Object.entries(streams))
  test(`an open ${name} keeps nothing of the exchange that opened it`, async () => {
    const before = Number(queryObjects(ServerResponse))
    const lines = await Promise.all(Array.from({ length: AT_ONCE }, start))
    await connections(AT_ONCE)
    expect(Number(queryObjects(ServerResponse)) - before).toBeLessThan(AT_ONCE / 2)
    for (const line of lines) line.end()
    await idle(target)
  })
