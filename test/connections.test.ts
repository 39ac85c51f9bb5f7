// `connections`: how many TCP connections a lab has at once, whatever is done on them; and that no bound can be set to mean none.
import { once } from 'node:events'
import { connect } from 'node:tls'
import { afterEach, expect, test } from 'vitest'
import { rangeOf } from '../src/core/limits.ts'
import type { Lab } from '../src/server/start.ts'
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
