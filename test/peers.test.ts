// The peers of the bench: each delivers every event, once, in order and unaltered, to raw TLS clients, and leaves nothing behind.
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Peer, Serving } from '../bench/peers/contract.ts'
import { run } from '../bench/peers/daemon.ts'
import { peers } from '../bench/peers/peers.ts'
import { openAuthority } from '../certs/authority.ts'
import type { Authority } from '../certs/authority.ts'
import { encodeEvent, formatCursor } from '../src/core/event.ts'
import type { FeedEvent } from '../src/core/event.ts'
import type { Entry } from '../src/core/feed.ts'
import { recorder } from '../src/core/recorder.ts'

const EPOCH = 'peerstest'
const CLIENTS = 20
const EVENTS = 200

let authority: Authority
let certs: string
beforeAll(async () => {
  certs = await mkdtemp(join(tmpdir(), 'wirelab-peers-'))
  authority = await openAuthority(certs, ['localhost'])
})
afterAll(() => rm(certs, { recursive: true }))

describe.each(peers.map((peer) => [peer.name, peer] as const))('the peer %s', (_, peer) => {
  const missing = peer.missing()
  if (missing !== undefined) return it.skip(missing)

  let directory: string
  let serving: Serving | undefined
  let clients: Client[]
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wirelab-peer-'))
    serving = await peer.serve({ tls: authority.leaf, directory })
    clients = []
  })
  afterEach(async () => {
    for (const { socket } of clients) socket.destroy()
    await serving?.close()
    serving = undefined
    await rm(directory, { recursive: true })
  })
  const open = async (count: number) => {
    const opened = await Promise.all(Array.from({ length: count }, () => follow(peer, serving!.port)))
    clients.push(...opened)
    return opened
  }

  it('says what it is', () => {
    expect(peer.name).toMatch(/^[a-z.-]+-(wss|sse|long-polling|polling)$/)
    expect(peer.about).toMatch(/^[^\n]{40,300}$/)
    expect(peer.version()).toMatch(/\d+\.\d+\.\d+/)
  })

  it('gives every client every event, at a pace and in bursts, whoever leaves meanwhile', async () => {
    const stayers = await open(CLIENTS)
    const [leaver, breaker] = await open(2)
    const entries = Array.from({ length: EVENTS }, (_, n) => entryOf(n + 1))
    for (const [n, entry] of entries.entries()) {
      if (n === 40) leaver!.socket.end()
      if (n === 80) breaker!.tcp.resetAndDestroy()
      serving!.publish(entry)
      if (n < 60) await pause(3)
      else if (n % 20 === 0) await pause(40)
    }
    await vi.waitFor(() => expect(stayers.map(({ events }) => events.at(-1)?.id)).toEqual(all(entries.at(-1)!.id)), {
      timeout: 10_000,
    })
    const bytes = (id: string) => entries.find((entry) => entry.id === id)?.bytes
    for (const { events, failed } of stayers) {
      const history = recorder({ after: `${EPOCH}.0`, keep: true })
      events.forEach((event) => history.observe(event))
      const verdict = history.verdict({ epoch: EPOCH, first: 1, last: EVENTS, bytes })
      expect(verdict).toMatchObject({ clean: true, received: EVENTS })
      expect(failed).toBeUndefined()
    }
    // And a client may come later, and is given what comes then.
    const [late] = await open(1)
    serving!.publish(entryOf(EVENTS + 1))
    await vi.waitFor(() => expect(late!.events.map(({ id }) => id)).toEqual([`${EPOCH}.${EVENTS + 1}`]), 5000)
  })

  it('has a wire that reads the same however the bytes are cut', async () => {
    const [client] = await open(1)
    for (let n = 1; n <= 12; n++) serving!.publish(entryOf(n))
    await vi.waitFor(() => expect(client!.events).toHaveLength(12), 5000)
    const target = { authority: 'localhost', path: peer.path }
    for (const size of [1, 7, Infinity]) {
      const reader = peer.wire(target)
      reader.hello()
      const events: FeedEvent[] = []
      for (const chunk of client!.chunks)
        for (let at = 0; at < chunk.length; at += size)
          events.push(...reader.read(chunk.subarray(at, at + size)).events)
      expect(events).toEqual(client!.events)
    }
  })

  it('says so when it is answered by something else', () => {
    const reader = peer.wire({ authority: 'localhost', path: peer.path })
    reader.hello()
    const { failed } = reader.read(Buffer.from('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n'))
    expect(failed).toContain('503')
  })

  it('leaves no process, no socket and no listener behind when it is closed', async () => {
    const before = sockets()
    const other = await mkdtemp(join(tmpdir(), 'wirelab-peer-'))
    const second = await peer.serve({ tls: authority.leaf, directory: other })
    const held = await Promise.all([follow(peer, second.port), follow(peer, second.port)])
    expect(sockets()).not.toEqual(before)
    await second.close()
    for (const { socket } of held) if (!socket.closed) await once(socket, 'close')
    await vi.waitFor(() => expect(sockets()).toEqual(before), 5000)
    for (const pid of second.pids ?? []) expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    await expect(follow(peer, second.port)).rejects.toThrow('ECONNREFUSED')
    await rm(other, { recursive: true })
  })
})

it('every file of a peer is in the list', async () => {
  const folder = join(import.meta.dirname, '../bench/peers')
  const mine = await Promise.all(
    (await readdir(folder)).map(async (file) =>
      Object.values((await import(join(folder, file))) as Record<string, unknown>),
    ),
  )
  const all = mine.flat().filter((each): each is Peer => typeof (each as Peer | undefined)?.serve === 'function')
  expect(all.map(({ name }) => name).sort()).toEqual(peers.map(({ name }) => name).sort())
})

describe('a server of somebody else', () => {
  const node = (script: string) => run(process.execPath, ['-e', script], /ready (\d+)\n/)

  it('is there when it says so, and gone when it is closed', async () => {
    const { pid, said, close } = await node('console.error("ready 7"); setInterval(() => {}, 1000)')
    expect(said[1]).toBe('7')
    expect(process.kill(pid, 0)).toBe(true)
    await close()
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('that ends at its start is reported in its own words', () =>
    expect(node('console.error("that port is taken"); process.exit(3)')).rejects.toThrow(
      /ended with 3 at its start: that port is taken/,
    ))

  it('that is not installed cannot run', () =>
    expect(run('no-such-server', [], /ready/)).rejects.toThrow('spawn no-such-server ENOENT'))
})

interface Client {
  tcp: Socket
  socket: TLSSocket
  events: FeedEvent[]
  chunks: Buffer[]
  failed?: string
}

/** One connection, read by the peer's own wire. Resolves once the feed is open. */
async function follow(peer: Peer, port: number): Promise<Client> {
  const tcp = connectTcp(port, '127.0.0.1')
  await once(tcp, 'connect')
  const socket = connect({ socket: tcp, servername: 'localhost', ca: authority.ca, ALPNProtocols: ['http/1.1'] })
  const client: Client = { tcp, socket, events: [], chunks: [] }
  const reader = peer.wire({ authority: `localhost:${port}`, path: peer.path })
  tcp.setNoDelay(true)
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.once('close', () => reject(new Error('the line ended before it was open')))
    socket.once('secureConnect', () => socket.write(reader.hello()))
    const fail = (why: unknown) => {
      client.failed ??= String(why)
      reject(new Error(client.failed))
    }
    socket.on('data', (chunk: Buffer) => {
      client.chunks.push(Buffer.from(chunk))
      try {
        const { events, reply, open, failed } = reader.read(chunk)
        client.events.push(...events)
        if (reply !== undefined) socket.write(reply)
        if (failed !== undefined) fail(failed)
        if (open) resolve(client)
      } catch (error) {
        fail(error)
      }
    })
  })
}

/** Texts that a framing could break on, and sizes on both sides of what a frame's or a chunk's head can say. */
function entryOf(offset: number): Entry {
  const texts = [
    '',
    'a"b\\c\n\r\n\r\nd\u0000\u001e',
    '\u2028 data: é€😀',
    '42["event",{}]',
    'x'.repeat(100),
    'y'.repeat(12_000),
  ]
  const event: FeedEvent = {
    id: formatCursor({ epoch: EPOCH, offset }),
    at: 1_700_000_000_000 + offset / 8,
    type: 'tick',
    data: { n: offset, text: texts[offset % texts.length]! },
  }
  return { offset, id: event.id, at: event.at, bytes: encodeEvent(event) }
}

const all = <T>(value: T): T[] => Array.from({ length: CLIENTS }, () => value)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What of this process is open to the outside: by kind, and how many. */
function sockets(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo())
    if (/TCP|TLS|Pipe|Process|Server/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}
