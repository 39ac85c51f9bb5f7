// The server's public answers: negotiation, caching, heartbeats, health, limits, headers.
import { connect as connectHttp2 } from 'node:http2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { defaults } from '../src/core/limits.ts'
import type { Lab } from '../src/server/start.ts'
import { nodePlatform } from '../transports/platform.ts'
import { httpVersions, publish, sleep, startTestLab } from './lab.ts'

let lab: Lab
const platforms = new Map<string, ReturnType<typeof nodePlatform>>()
beforeAll(async () => {
  lab = await startTestLab({ limits: { heartbeatMs: 300 } })
  for (const http of httpVersions) platforms.set(http, nodePlatform({ http, ca: lab.authority!.ca }))
  await publish(lab, 10)
})
afterAll(async () => {
  for (const platform of platforms.values()) await platform.close()
  expect(await lab.close()).toEqual({ forced: false })
  expect(lab.metrics.uncaught).toBe(0)
})

const ask = (path: string, headers: Record<string, string> = {}, http = '1.1', init: RequestInit = {}) =>
  platforms.get(http)!.fetch(lab.url + path, { ...init, headers })

/** Reads a stream until `enough`, then lets go. */
async function read(response: Response, enough: (text: string) => boolean): Promise<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!enough(text)) text += (await reader.read()).value ?? ''
  await reader.cancel()
  return text
}

describe.each(httpVersions)('GET /feed chooses by what is asked for, over HTTP/%s', (http) => {
  test('polling by default', async () => {
    const response = await ask('/feed?after=earliest&limit=3', {}, http)
    expect(await response.json()).toMatchObject({ cursor: `${lab.feed.epoch}.3`, events: [{}, {}, {}] })
    expect(response.headers.get('vary')).toMatch(/Accept/)
  })

  test('SSE by Accept', async () => {
    const response = await ask('/feed', { accept: 'text/event-stream' }, http)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await read(response, (text) => text.includes('\n\n'))).toMatch(/^retry:\d+\nevent:hello\n/)
  })

  test('long polling by Prefer: wait=N, and it says that it waited', async () => {
    const started = performance.now()
    const response = await ask('/feed', { prefer: 'wait=1' }, http)
    expect(await response.json()).toEqual({ cursor: lab.feed.tail, events: [] })
    expect(response.headers.get('preference-applied')).toBe('wait=1')
    expect(performance.now() - started).toBeGreaterThanOrEqual(990)
  })
})

test('WSS by Upgrade on /feed', async () => {
  const socket = new WebSocket(`${lab.url.replace('https', 'wss')}/feed?after=earliest`, 'wirelab.v1', {
    ca: lab.authority!.ca,
  })
  const first = await new Promise((resolve) =>
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString()))),
  )
  expect(first).toEqual({ hello: { cursor: `${lab.feed.epoch}.0`, heartbeatMs: 300 } })
  socket.terminate()
})

test('WSS by extended CONNECT on /feed (RFC 8441)', async () => {
  const session = connectHttp2(lab.url, { ca: lab.authority!.ca })
  await new Promise((resolve) => session.once('remoteSettings', resolve))
  expect(session.remoteSettings.enableConnectProtocol).toBe(true)
  const stream = session.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/feed',
    'sec-websocket-version': '13',
    'sec-websocket-protocol': 'other, wirelab.v1',
  })
  const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve))
  expect(headers).toMatchObject({ ':status': 200, 'sec-websocket-protocol': 'wirelab.v1' })
  const frame = await new Promise<Buffer>((resolve) => stream.once('data', resolve))
  expect(frame[0]).toBe(0x81)
  expect(frame.subarray(2).toString()).toMatch(/^\{"hello":/)
  stream.close()
  session.close()
})

describe('caching of polling', () => {
  test('ETag is the cursor; If-None-Match with it is 304 without a body', async () => {
    const first = await ask('/feed/polling?after=earliest')
    const etag = first.headers.get('etag')!
    expect([etag, await first.json()]).toEqual([
      `"${lab.feed.tail}"`,
      expect.objectContaining({ cursor: lab.feed.tail }),
    ])
    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const second = await ask('/feed/polling?after=earliest', { 'if-none-match': header })
      expect([second.status, await second.text()]).toEqual([304, ''])
    }
    expect((await ask('/feed/polling?after=earliest', { 'if-none-match': '"x"' })).status).toBe(200)
  })

  test('an answer that declares a gap is never 304', async () => {
    const response = await ask('/feed/polling?after=zzzzzzzz.1', { 'if-none-match': `"${lab.feed.tail}", *` })
    expect([response.status, response.headers.get('etag')]).toEqual([200, null])
    expect(await response.json()).toMatchObject({
      gap: { reason: 'epoch', from: 'zzzzzzzz.1', to: `${lab.feed.epoch}.0` },
    })
  })

  test('a batch ends at 1 MiB', async () => {
    const big = await startTestLab()
    for (let n = 0; n < 100; n++) await big.feed.publish({ type: 'big', data: 'x'.repeat(16_000) })
    const platform = nodePlatform({ ca: big.authority!.ca })
    const text = await (await platform.fetch(`${big.url}/feed/polling?after=earliest&limit=1000`)).text()
    expect(text.length).toBeLessThanOrEqual(2 ** 20 + 200)
    expect((JSON.parse(text) as { events: unknown[] }).events).toHaveLength(65)
    await platform.close()
    await big.close()
  })
})

describe('long polling', () => {
  test('a thousand waiters are woken by one event, each with the same body', async () => {
    const lots = await startTestLab({ limits: { linesPerAddress: 2000 } })
    const session = connectHttp2(lots.url, { ca: lots.authority!.ca, peerMaxConcurrentStreams: 250 })
    const sessions = [session, ...Array.from({ length: 3 }, () => connectHttp2(lots.url, { ca: lots.authority!.ca }))]
    const bodies = sessions.flatMap((each) =>
      Array.from({ length: 250 }, () => {
        const stream = each.request({ ':path': `/feed/long-polling?after=${lots.feed.tail}` })
        return new Promise<string>((resolve) => {
          let text = ''
          stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
          stream.on('end', () => resolve(text))
        })
      }),
    )
    const open = async () =>
      /wirelab_requests_open\{path="\/feed\/long-polling"\} (\d+)/.exec(await lots.metrics.text())?.[1]
    while ((await open()) !== '1000') await sleep(20)
    const [event] = await publish(lots, 1)
    expect(new Set(await Promise.all(bodies))).toEqual(
      new Set([JSON.stringify({ cursor: event!.id, events: [event] })]),
    )
    sessions.forEach((each) => each.close())
    await lots.close()
  })

  test('a client that goes away frees its place within a second', async () => {
    const abort = new AbortController()
    const waiting = ask('/feed/long-polling', {}, '1.1', { signal: abort.signal }).catch(() => 'aborted')
    const open = async () =>
      /wirelab_requests_open\{path="\/feed\/long-polling"\} (\d+)/.exec(await lab.metrics.text())?.[1]
    while ((await open()) !== '1') await sleep(10)
    abort.abort()
    expect(await waiting).toBe('aborted')
    await sleep(500)
    expect(await open()).toBe('0')
  })
})

describe('heartbeats carry the tail cursor', () => {
  test('on SSE, with an id', async () => {
    const response = await ask('/feed/sse')
    const text = await read(response, (seen) => (seen.match(/event:heartbeat/g)?.length ?? 0) >= 2)
    expect(text).toContain(`event:heartbeat\nid:${lab.feed.tail}\ndata:${lab.feed.tail}\n\n`)
  })

  test('on WSS', async () => {
    const socket = new WebSocket(`${lab.url.replace('https', 'wss')}/feed/wss`, 'wirelab.v1', { ca: lab.authority!.ca })
    const beats: string[] = []
    await new Promise<void>((resolve) =>
      socket.on('message', (data: Buffer) => {
        const { heartbeat } = JSON.parse(data.toString()) as { heartbeat?: string }
        if (heartbeat !== undefined && beats.push(heartbeat) === 2) resolve()
      }),
    )
    expect(beats).toEqual([lab.feed.tail, lab.feed.tail])
    socket.terminate()
  })
})

describe('what the server says of itself', () => {
  test('/healthz', async () => {
    expect(await (await ask('/healthz')).json()).toMatchObject({
      status: 'ok',
      epoch: lab.feed.epoch,
      tail: lab.feed.tail,
    })
  })

  test('/limits shows every bound in force', async () => {
    expect(await (await ask('/limits')).json()).toEqual({ ...defaults, heartbeatMs: 300 })
  })

  test('/metrics is Prometheus text', async () => {
    const response = await ask('/metrics')
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    expect(text).toMatch(/wirelab_bytes_total\{layer="tls",direction="down"\} [1-9]\d+/)
    // The loop's lag as it is now; a histogram that looks once a second would call the second lag.
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds 0/m)
    expect(text).not.toMatch(/nodejs_eventloop_lag_p99/)
  })

  test('security headers on every answer but those of the feed; the policy on the page', async () => {
    for (const path of ['/', '/nothing', '/healthz']) {
      const { headers } = await ask(path)
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    }
    expect((await ask('/')).headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect((await ask('/healthz')).headers.get('content-security-policy')).toBe(
      "default-src 'none'; frame-ancestors 'none'",
    )
    // An answer of the feed is no page: it says what matters for it, and nothing that costs each event 90 bytes.
    for (const path of ['/feed/polling', '/feed/long-polling?wait=0', '/feed/sse', '/feed/polling?after=x']) {
      const { headers } = await ask(path, {}, '1.1', { method: path.endsWith('sse') ? 'HEAD' : 'GET' })
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cache-control')).toMatch(/^no-store/)
      expect(headers.get('strict-transport-security')).toBeNull()
    }
    // Two origins may get two answers; who names none gets no word of it.
    expect((await ask('/feed/polling', { origin: lab.url })).headers.get('vary')).toBe('Origin')
    expect((await ask('/feed/polling')).headers.get('vary')).toBeNull()
    const policy = (await ask('/')).headers.get('content-security-policy')!
    expect(policy).not.toMatch(/unsafe|\*/)
    for (const rule of [
      "default-src 'self'",
      "script-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      expect(policy).toContain(rule)
  })

  test('HEAD is GET without a body, and a stream leaves no subscriber', async () => {
    for (const path of ['/', '/feed/polling', '/feed/long-polling', '/feed/sse', '/healthz']) {
      const response = await ask(path, {}, '1.1', { method: 'HEAD' })
      expect([path, response.status, await response.text()]).toEqual([path, 200, ''])
    }
    expect(await lab.metrics.text()).toMatch(/wirelab_requests_open\{path="\/feed\/sse"\} 0/)
  })
})

describe('--http restricts by ALPN', () => {
  test.each([
    ['1.1', 'h2'],
    ['2', 'http/1.1'],
  ] as const)('%s only: a client that offers only %s is refused in the handshake', async (http, offered) => {
    const one = await startTestLab({ http })
    const { connect } = await import('node:tls')
    const error = await new Promise<NodeJS.ErrnoException>((resolve, reject) => {
      const socket = connect({
        port: one.port,
        ca: one.authority!.ca,
        servername: 'localhost',
        ALPNProtocols: [offered],
      })
      socket.once('error', resolve)
      socket.once('secureConnect', () => reject(new Error('connected')))
    })
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    await one.close()
  })
})
