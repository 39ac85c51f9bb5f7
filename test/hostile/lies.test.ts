// FAULTS M9 for the transports of HTTP: a server that lies to our polling, long-polling and SSE clients. Nothing of it is shown; they resume.
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openAuthority } from '../../certs/authority.ts'
import type { FeedEvent } from '../../src/core/event.ts'
import { clients, transportNames } from '../../transports/clients.ts'
import type { TransportName } from '../../transports/clients.ts'
import { nodePlatform } from '../../transports/platform.ts'

let directory: string
let server: Server
let platform: ReturnType<typeof nodePlatform>
let respond: (after: string, response: ServerResponse) => void
/** What the client before had still on the way is not for this one. */
let turn = 0

beforeAll(async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0) // full jitter at its shortest: back at once
  directory = await mkdtemp(join(tmpdir(), 'wirelab-hostile-'))
  const { ca, leaf } = await openAuthority(directory, ['localhost'])
  platform = nodePlatform({ ca })
  server = createServer(leaf, ({ url = '' }, response) => {
    if (!url.startsWith(`/${turn}/`)) response.destroy()
    else respond(new URL(url, 'https://localhost').searchParams.get('after') ?? '', response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  vi.restoreAllMocks()
  await platform.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(directory, { recursive: true })
})

const event = (id: string, data = '1') => `{"id":"${id}","at":1,"type":"tick","data":${data}}`
const [six, seven] = [event('abcdefgh.6'), event('abcdefgh.7')]
const deep = '['.repeat(20_000)

/** Instead of an event; then comes event 7, which must never be shown from the same answer. */
const events: [name: string, words: string][] = [
  ['null', 'null'],
  ['a number', '7'],
  ['a list', '[]'],
  ['a bad id', event('abcdefgh.07')],
  ['an id of HTML', event('<img src=x onerror=alert(1)>')],
  ['no data', '{"id":"abcdefgh.7","at":1,"type":"tick"}'],
  ['no id', '{"at":1,"type":"tick","data":1}'],
  ['a type of HTML', event('abcdefgh.7').replace('tick', '<img src=x>')],
  ['a time of words', event('abcdefgh.7').replace('"at":1', '"at":"now"')],
  ['a time beyond numbers', event('abcdefgh.7').replace('"at":1', '"at":1e999')],
  ['one too far', event('abcdefgh.9')],
  ['one beyond 2^53', event('abcdefgh.9007199254740993')],
  ['another epoch without a gap', event('hgfedcba.7')],
  ['only __proto__', '{"__proto__":{"id":"abcdefgh.7","at":1,"type":"tick","data":1}}'],
]

/** Whole answers of polling and long polling. */
const bodies: [name: string, body: string][] = [
  ['nothing', ''],
  ['no JSON', '<!doctype html><script>alert(1)</script>'],
  ['half an object', '{"cursor":"abcdefgh.7","events":[{'],
  ['null', 'null'],
  ['a list', '[]'],
  ['no events', '{"cursor":"abcdefgh.7"}'],
  ['events that are none', '{"cursor":"abcdefgh.7","events":"many"}'],
  ['no cursor', `{"events":[]}`],
  ['a cursor of words', '{"cursor":"here","events":[]}'],
  ['a gap of words', '{"cursor":"abcdefgh.7","events":[],"gap":"slow"}'],
  [
    'a gap of an unknown reason',
    '{"cursor":"abcdefgh.7","events":[],"gap":{"reason":"x","from":"a","to":"abcdefgh.7"}}',
  ],
  ['20,000-deep brackets', `{"cursor":"abcdefgh.7","events":${deep}`],
  ['1 MiB of nothing', ' '.repeat(2 ** 20)],
]

/** Blocks of a stream of events. */
const blocks: [name: string, block: string][] = [
  ['no JSON', 'data: hello\n\n'],
  ['a gap of null', 'event: gap\ndata: null\n\n'],
  ['a gap without to', 'event: gap\ndata: {"reason":"slow","from":"abcdefgh.6"}\n\n'],
  ['a heartbeat ahead', 'event: heartbeat\ndata: abcdefgh.9\n\n'],
  ['a heartbeat of words', 'event: heartbeat\ndata: soon\n\n'],
  ['a hello of null', 'event: hello\ndata: null\n\n'],
  ['20,000-deep brackets', `data: ${deep}\n\n`],
  ['1 MiB of letters', `data: ${'x'.repeat(2 ** 20)}\n\n`],
]
const PIECE = 'x'.repeat(2 ** 16)
const page = (body: string) => (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(body)
const honest = page('{"cursor":"abcdefgh.6","events":[]}')
const stream = (response: ServerResponse, ...words: string[]) =>
  response
    .writeHead(200, { 'content-type': 'text/event-stream' })
    .write(`retry: 10\nevent: hello\ndata: {"cursor":"abcdefgh.5","heartbeatMs":15000}\n\n${words.join('')}`)
const message = (words: string) => `data: ${words}\n\n`

describe('M9 a server that lies', () => {
  for (const transport of ['polling', 'long-polling'] as const) {
    for (const [name, words] of events)
      test(`M9 an event: ${name} → nothing shown, resumed at the cursor (${transport})`, () =>
        expectNothing(transport, page(`{"cursor":"abcdefgh.7","events":[${six},${words},${seven}]}`)))
    for (const [name, body] of bodies)
      test(`M9 an answer: ${name} → nothing shown, resumed at the cursor (${transport})`, () =>
        expectNothing(transport, page(`{"cursor":"abcdefgh.6","events":[${six}]}`), page(body)))
  }
  for (const [name, words] of events)
    test(`M9 an event: ${name} → nothing shown, resumed at the cursor (sse)`, () =>
      expectNothing('sse', (response) => stream(response, message(six), message(words), message(seven))))
  for (const [name, block] of blocks)
    test(`M9 a block: ${name} → nothing shown, resumed at the cursor (sse)`, () =>
      expectNothing('sse', (response) => stream(response, message(six), block, message(seven))))
})

describe('M9 an answer that never ends', () => {
  /** What was written until the other side had gone. */
  let written = 0
  const endless = (response: NodeJS.WritableStream) => {
    const more = () => {
      while (response.writable && response.write(PIECE)) written += PIECE.length
    }
    response.on('drain', more)
    response.on('error', () => undefined) // it has gone
    more()
  }
  test.each(transportNames)(
    'M9 a refusal: its first words are told, and no more of it is read (%s)',
    async (transport) => {
      written = 0
      const upgraded = (_: unknown, socket: Duplex) => {
        socket.write('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
        endless(socket)
      }
      server.once('upgrade', upgraded)
      respond = (_, response) => endless(response.writeHead(503))
      const [state, cause] = await firstWord(transport)
      server.off('upgrade', upgraded)
      expect(state).toBe('waiting')
      expect((cause as Error).message).toBe(`${transport}: HTTP 503: ${'x'.repeat(200)}`)
      expect(written).toBeLessThan(2 ** 23) // what buffers hold
    },
  )
  test.each(['polling', 'long-polling'] as const)(
    'M9 a page: the line is dropped after 64 MiB (%s)',
    async (transport) => {
      written = 0
      respond = (_, response) => endless(response.writeHead(200, { 'content-type': 'application/json' }))
      const [state, cause] = await firstWord(transport)
      expect([state, (cause as Error).message]).toEqual(['waiting', 'expected an answer of at most 64 MiB; more came'])
      expect(written).toBeLessThan(72 * 2 ** 20)
    },
  )
})

/** What the client says after it began to connect. */
async function firstWord(transport: TransportName): Promise<[state: string, cause: unknown]> {
  turn++
  const origin = `https://localhost:${(server.address() as AddressInfo).port}/${turn}`
  return new Promise((resolve) => {
    const connection = clients[transport]({
      ...{ origin, platform, onEvent: () => undefined },
      onState(state, cause) {
        if (state === 'connecting') return
        resolve([state, cause])
        connection.close()
      },
    })
  })
}

/** Event 6 is shown and nothing else; after the lie the client comes back and asks for what is after event 6. */
async function expectNothing(transport: 'polling' | 'long-polling' | 'sse', ...acts: ((to: ServerResponse) => void)[]) {
  const { promise: cameBack, resolve } = Promise.withResolvers<string>()
  const states: string[] = []
  respond = (after, response) => {
    const act = acts.shift()
    if (act) return void act(response)
    if (states.includes('waiting')) resolve(after)
    if (transport === 'sse') stream(response)
    else if (transport === 'polling') honest(response)
    else setTimeout(honest, 50, response)
  }
  turn++
  const seen: FeedEvent[] = []
  const connection = clients[transport]({
    after: 'abcdefgh.5',
    ...{ origin: `https://localhost:${(server.address() as AddressInfo).port}/${turn}`, platform, pollMs: 5 },
    onEvent: (each) => seen.push(each),
    onState: (state) => states.push(state),
  })
  try {
    expect(await cameBack).toBe('abcdefgh.6')
    await new Promise((done) => setTimeout(done, 20))
    expect(seen.map(({ id }) => id)).toEqual(['abcdefgh.6'])
    expect(states).toContain('waiting')
  } finally {
    connection.close()
  }
}
