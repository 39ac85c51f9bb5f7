// A lab with benches, and what a page asks of its own, for the tests of them.
import { connect as connectTls } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { afterEach, expect } from 'vitest'
import type { BenchState } from '../src/lab/bench.ts'
import { benchRoom } from '../src/lab/room.ts'
import type { Changes, Fault, Settings } from '../src/lab/settings.ts'
import type { Lab, LabOptions } from '../src/server/start.ts'
import type { TransportName } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { follow, startTestLab } from './lab.ts'
import type { Follower, FollowOptions } from './lab.ts'

export interface Answer<Body = unknown> {
  status: number
  headers: Headers
  body: Body
}

let cleanUp: (() => Promise<unknown> | void)[] = []
/** Done after the test, the last one first. */
export const afterwards = (act: () => Promise<unknown> | void) => void cleanUp.push(act)
afterEach(async () => {
  for (const each of cleanUp.reverse()) await each()
  cleanUp = []
})

/** @param fails whether it is made to */
export async function labWithBenches(
  options: LabOptions = {},
  room: Parameters<typeof benchRoom>[0] = {},
  fails = false,
) {
  const limits = { retryMs: 20, ...options.limits }
  const lab = await startTestLab({ ...options, limits, lab: benchRoom(room) })
  const platform = nodePlatform({ ca: lab.authority!.ca })
  afterwards(async () => {
    await platform.close()
    expect(await lab.close()).toEqual({ forced: false })
    expect(lab.metrics.uncaught > 0).toBe(fails)
  })
  const key = { authorization: `Bearer ${lab.publishKey}` }

  /** As a script asks, with the key, unless other headers are given. */
  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = key,
  ): Promise<Answer> {
    const response = await platform.fetch(`${lab.url}/lab/${path}`, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
  }
  async function bench() {
    const { status, body } = await ask('POST', 'bench')
    expect(status).toBe(201)
    const { id } = body as { id: string }
    const state = async () => (await ask('GET', `bench/${id}`)).body as BenchState
    return {
      id,
      state,
      door: async (lane: TransportName) => (await state()).doors[lane],
      async set(lane: TransportName, changes: Changes) {
        const answer = await ask('PUT', `bench/${id}/${lane}`, changes)
        expect(answer.status).toBe(200)
        return answer.body as Settings
      },
      async fault(lane: TransportName, fault: Fault) {
        const answer = await ask('POST', `bench/${id}/${lane}/fault`, { fault })
        expect(answer.status).toBe(200)
        return (answer.body as { connections: number }).connections
      },
    }
  }
  return { lab, ask, bench }
}

/** The real client, through a door. */
export function through(lab: Lab, port: number, options: FollowOptions): Follower {
  const follower = follow(lab, { ...options, port })
  afterwards(() => follower.close())
  return follower
}

/** A bare TLS connection to a door. @throws what the handshake failed with. */
export async function dial(lab: Lab, port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: lab.authority!.ca, ...options })
  afterwards(() => void socket.destroy())
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve).once('error', reject)
  })
  socket.on('error', () => undefined) // a door may break it: that is for the test to see
  return socket
}

export const whole = { lost: 0, duplicated: 0, reordered: 0, corrupt: 0 }
