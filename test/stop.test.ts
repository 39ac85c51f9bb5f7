// Going away, cleanly: what is under way gets its answer, everybody is told, and nothing has to be broken.
import { afterEach, describe, expect, test } from 'vitest'
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { connect as connectTcp } from 'node:net'
import { connect } from 'node:tls'
import { once } from 'node:events'
import { join } from 'node:path'
import { transportNames } from '../transports/clients.ts'
import { certs, follow, httpVersions, open, publish, sleep, startTestLab } from './lab.ts'

const lanes = transportNames.flatMap((transport) => httpVersions.map((http) => ({ transport, http })))

describe('close()', () => {
  test.each(lanes)(
    'a $transport client over HTTP/$http goes on with the next server, and is told of the new epoch once',
    async ({ transport, http }) => {
      const first = await startTestLab({ limits: { retryMs: 50 } })
      const follower = follow(first, { transport, http })
      await open(follower)
      await publish(first, 3)
      await follower.until(() => follower.events.length === 3, 'three events')
      const started = performance.now()
      expect(await first.close()).toEqual({ forced: false })
      expect(performance.now() - started).toBeLessThan(4000)

      const second = await startTestLab({ port: first.port, limits: { retryMs: 50 } })
      await publish(second, 2)
      await follower.until(() => follower.events.length === 5, 'the events of the second server')
      expect(follower.gaps).toEqual([{ reason: 'epoch', from: `${first.feed.epoch}.3`, to: `${second.feed.epoch}.0` }])
      expect(follower.states.slice(0, 3)).toEqual(['connecting', 'open', 'waiting'])
      await follower.close()
      expect(await second.close()).toEqual({ forced: false })
    },
  )

  test('a waiting long poll is answered at once, with no events and the same cursor', async () => {
    const lab = await startTestLab()
    await publish(lab, 4)
    const socket = connect({ port: lab.port, ca: lab.authority!.ca, servername: 'localhost' })
    socket.write(`GET /feed/long-polling?after=${lab.feed.tail} HTTP/1.1\r\nHost: localhost:${lab.port}\r\n\r\n`)
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    await sleep(200)
    expect(answer).toBe('')
    const ended = once(socket, 'close')
    expect(await lab.close()).toEqual({ forced: false })
    await ended
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer.split('\r\n\r\n')[1]).toBe(`{"cursor":"${lab.feed.epoch}.4","events":[]}`)
  })

  test('SSE gets a new retry time, then a clean end', async () => {
    const lab = await startTestLab()
    const socket = connect({ port: lab.port, ca: lab.authority!.ca, servername: 'localhost' })
    socket.write(`GET /feed/sse HTTP/1.1\r\nHost: localhost:${lab.port}\r\n\r\n`)
    let stream = ''
    socket.on('data', (chunk: Buffer) => (stream += chunk.toString()))
    while (!stream.includes('event:hello')) await sleep(10)
    const ended = once(socket, 'end') // FIN, not RST
    expect(await lab.close()).toEqual({ forced: false })
    await ended
    expect(stream).toMatch(/\n\nretry:\d+\n\n$/)
  })

  test('a client in the middle of its TLS handshake holds nothing up', async () => {
    const lab = await startTestLab()
    const silent = connectTcp(lab.port, '127.0.0.1')
    silent.on('error', () => undefined)
    await once(silent, 'connect')
    await sleep(50)
    expect(await lab.close()).toEqual({ forced: false })
    silent.destroy()
  })

  test('a client that never lets go is broken off after stopMs, and that is said', async () => {
    const lab = await startTestLab({ limits: { stopMs: 300 } })
    const socket = connect({ port: lab.port, ca: lab.authority!.ca, servername: 'localhost' })
    socket.on('error', () => undefined)
    await once(socket, 'secureConnect')
    socket.write(
      `POST /feed HTTP/1.1\r\nHost: localhost:${lab.port}\r\nAuthorization: Bearer ${lab.publishKey}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    )
    await sleep(100)
    expect(await lab.close()).toEqual({ forced: true })
    socket.destroy()
  })
})

describe('the command', () => {
  const running: ChildProcess[] = []
  afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')))

  async function serve(...flags: string[]) {
    const child = spawn(process.execPath, [
      join(import.meta.dirname, '../src/cli/bin.js'),
      'serve',
      '--port',
      '0',
      '--certs',
      certs,
      ...flags,
    ])
    running.push(child)
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
    while (!out.includes('Stop ')) await sleep(20)
    return { child, url: /https:\/\/\S+/.exec(out)![0], out }
  }

  test('SIGTERM ends it with exit code 0 within 5 s', async () => {
    const { child } = await serve()
    const exit = once(child, 'exit')
    const started = performance.now()
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('a second SIGTERM ends it at once, with exit code 1', async () => {
    const { child, url } = await serve()
    const socket = connect({
      port: Number(new URL(url).port),
      ca: (await startTestLab().then(async (lab) => (await lab.close(), lab))).authority!.ca,
      servername: 'localhost',
    })
    socket.on('error', () => undefined)
    await once(socket, 'secureConnect')
    socket.write('POST /feed HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n') // something under way
    await sleep(100)
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await sleep(200)
    child.kill('SIGTERM')
    expect(await exit).toEqual([1, null])
    socket.destroy()
  })
})
