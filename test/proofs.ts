// A proof that was begun, and handshakes as a page makes them, for the tests of it.
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import type { Heard, ProofBegun } from '../src/lab/proof/told.ts'
import { afterwards } from './benches.ts'
import type { labWithBenches } from './benches.ts'

export type Made = Awaited<ReturnType<typeof labWithBenches>>

export async function begun({ ask, bench }: Made) {
  const { id } = await bench()
  const answer = await ask('POST', `bench/${id}/proof`)
  expect(answer.status).toBe(201)
  return { id, ...(answer.body as ProofBegun) }
}
export const heardAt = async ({ ask }: Made, id: string) =>
  ((await ask('GET', `bench/${id}/proof`)).body as { heard: Heard[] }).heard

export interface Handshake {
  cookie?: string
  offered?: string[]
  query?: string
  /** None: as a script. */
  origin?: string | undefined
  authorization?: string
}

/** As a page of that origin opens it. @returns the status, and what ends it. */
export async function opened({ lab }: Made, port: number, lane: string, given: Handshake = {}) {
  const { cookie, offered = ['wirelab.v1'], query = '', authorization } = given
  const origin = 'origin' in given ? given.origin : lab.url
  const socket = new WebSocket(`wss://localhost:${port}/feed/wss?after=now&lane=${lane}${query}`, offered, {
    ...{ ca: lab.authority!.ca, ...(origin !== undefined && { origin }) },
    headers: { ...(cookie !== undefined && { cookie }), ...(authorization !== undefined && { authorization }) },
  })
  afterwards(() => socket.terminate())
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  const status = await new Promise<number>((resolve, reject) => {
    socket.once('open', () => resolve(101))
    socket.once('unexpected-response', (request, response) => {
      request.destroy()
      resolve(response.statusCode!)
    })
    socket.once('error', reject)
  })
  return { status, closed }
}

export const basicOf = ({ name, password }: Pick<ProofBegun, 'name' | 'password'>) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

/** What listens in this process. */
export const listeners = () => process.getActiveResourcesInfo().filter((each) => each === 'TCPServerWrap').length

/** Proofs that there are, as the lab counts them. */
export const proofsAt = async ({ lab }: Made) =>
  Number(/^wirelab_proofs (\d+)$/m.exec(await lab.metrics.text())?.[1] ?? NaN)
