// `connections`: how many TCP connections a lab has at once, whatever is done on them; and that no bound can be set to mean none.
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { rangeOf } from '../src/core/limits.ts'
import type { Lab } from '../src/server/start.ts'
import { PREFACE, frame, get as getFrame, settingsOf } from './hostile/http2-frames.ts'
import { get, startTestLab } from './lab.ts'

let lab: Lab
afterEach(() => lab.close())

function dial() {
  return connect({ host: '127.0.0.1', port: lab.port, servername: 'localhost', ca: lab.authority!.ca })
}

test('one TCP connection too many is closed before its handshake; when one closes there is a place again', async () => {
  lab = await startTestLab({ limits: { connections: 3 } })
  const held = Array.from({ length: 3 }, dial)
  await Promise.all(held.map((socket) => once(socket, 'secureConnect')))
  const fourth = dial()
  let isSecure = false
  fourth.on('secureConnect', () => (isSecure = true)).on('error', () => undefined)
  await new Promise((resolve) => fourth.once('close', resolve))
  expect(isSecure).toBe(false)

  held[0]!.destroy()
  await expect.poll(() => get(lab, '/healthz').catch(() => ''), { timeout: 10_000 }).toContain('"ok"')
  for (const socket of held) socket.destroy()
})

test('/limits shows it; a message has no bound of 2^32, which `ws` would read as none', async () => {
  lab = await startTestLab()
  expect(JSON.parse(await get(lab, '/limits'))).toMatchObject({ connections: 20_000 })
  expect(rangeOf('messageBytes')).toEqual([1, 2 ** 20])
})

test('a port that comes again while the line before is still open here: both are counted, and a stop ends both', async () => {
  lab = await startTestLab({ limits: { stallMs: 60_000, idleMs: 60_000, stopMs: 500 } })
  for (let n = 0; n < 1000; n++) await lab.feed.publish({ type: 'tick', data: 'x'.repeat(16_000) })
  const from = async (localPort: number) => {
    const tcp = connectTcp({ host: '127.0.0.1', port: lab.port, localPort })
    const socket = connect({ socket: tcp, servername: 'localhost', ca: lab.authority!.ca, ALPNProtocols: ['h2'] })
    for (const each of [tcp, socket]) each.on('error', () => undefined)
    await once(socket, 'secureConnect')
    return { tcp, socket }
  }
  const { tcp, socket } = await from(0)
  const port = tcp.localPort!
  const wide = [settingsOf([[4, 2 ** 31 - 1]]), frame(8, 0, 0, [0x7f, 0xff, 0, 0])]
  socket.write(Buffer.concat([Buffer.from(PREFACE), ...wide, getFrame('localhost', 1, '/feed/sse?after=earliest')]))
  await once(socket, 'data')
  socket.pause()
  await expect.poll(() => lab.wire.total().tls.down, { timeout: 10_000 }).toBeGreaterThan(1_000_000)
  await untilSame(() => lab.wire.total().tls.down) // a write waits for room, and Node reads nothing meanwhile
  tcp.resetAndDestroy()

  const again = await from(port)
  expect(lab.wire.open).toBe(2)
  again.tcp.destroy()
  await expect.poll(() => lab.wire.open, { timeout: 10_000 }).toBe(1)
  await lab.close() // once more in `afterEach`, and both times it comes to its end
  await expect.poll(() => lab.wire.open).toBe(0)
})

async function untilSame(number: () => number) {
  for (let before = NaN; before !== number(); await new Promise((resolve) => setTimeout(resolve, 500)))
    before = number()
}
