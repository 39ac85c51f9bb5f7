// FAULTS F18, F19: a lab with too few descriptors and one with too little memory turn away, go on for those who are there, and recover.
import { readFile } from 'node:fs/promises'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { sleep } from './lab.ts'
import { caPath, expectWhole, reader, serve } from './served.ts'

const onUnix = process.platform !== 'win32'

test.runIf(onUnix)(
  'F18 256 descriptors, 400 clients → those who are there miss nothing, and it recovers',
  { timeout: 60_000 },
  async () => {
    const few = ['/bin/sh', '-c', 'ulimit -n 256; exec "$@"', 'sh', process.execPath]
    const { url, port, child } = await serve(['--rate', '20', '--limit', 'linesPerAddress=1000'], { around: few })
    const readers = await Promise.all(transportNames.map((transport) => reader(url, transport)))
    for (const each of readers) await each.more(5)
    const ca = await readFile(caPath, 'utf8')
    let open = 0
    const crowd = Array.from({ length: 400 }, () =>
      connect({ port, host: '127.0.0.1', servername: 'localhost', ca })
        .on('error', () => undefined)
        .once('secureConnect', function (this: TLSSocket) {
          open++
          this.resume().write('GET /feed/sse HTTP/1.1\r\nHost: localhost\r\n\r\n')
        }),
    )
    await sleep(3000)
    expect(open).toBeGreaterThan(100)
    expect(open).toBeLessThan(256)
    for (const each of readers.filter(({ transport }) => transport === 'sse' || transport === 'wss'))
      await each.more(20)
    for (const socket of crowd) socket.destroy()
    const late = await reader(url, 'wss')
    await late.more(5)
    for (const each of readers) await each.more(20)
    for (const { ids, gaps } of readers) expectWhole(ids, gaps)
    expect(child.exitCode).toBeNull()
  },
)

test(
  'F19 a heap of 128 MiB, 96 MB of events, 100 readers that do not read → it lives, and serves who does',
  { timeout: 120_000 },
  async () => {
    const small = [process.execPath, '--max-old-space-size=128']
    const flags = ['--source', 'none', '--limit', 'linesPerAddress=1000', '--limit', 'stallMs=2000']
    const { url, port, key, child, residentMiB } = await serve(flags, { around: small })
    const ca = await readFile(caPath, 'utf8')
    const platform = nodePlatform({ ca, headers: { authorization: `Bearer ${key}` } })
    const idle = Array.from({ length: 100 }, () => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca }).on('error', () => undefined)
      socket.pause().write('GET /feed/sse?after=earliest HTTP/1.1\r\nHost: localhost\r\n\r\n')
      return socket
    })
    const body = JSON.stringify({ type: 'big', data: 'x'.repeat(16_000) })
    const headers = { 'content-type': 'application/json' }
    const statuses = new Map<number, number>()
    let left = 6000
    const publisher = async () => {
      while (left-- > 0) {
        const response = await platform.fetch(`${url}/feed`, { method: 'POST', headers, body })
        await response.text()
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 16 }, publisher))
    for (const status of statuses.keys()) expect([201, 429, 503]).toContain(status)
    expect(statuses.get(201)).toBeGreaterThan(3000)
    const good = await reader(url, 'sse', 'earliest')
    await good.until(() => good.ids.length > 3000, 'what is held', 30_000)
    expectWhole(good.ids)
    if (process.platform === 'linux') expect(await residentMiB()).toBeLessThan(512)
    expect(child.exitCode).toBeNull()
    for (const socket of idle) socket.destroy()
    await platform.close()
  },
)
