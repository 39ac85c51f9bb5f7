// A tap: what is overheard on plain sockets and over TLS is what passed, a flipped bit is delivered or ends the line, and nobody else may listen.
import { once } from 'node:events'
import { readFile, readdir, readlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { clearOf } from '../public/learn/eavesdropper/clear.ts'
import { counted, listen, namedRight } from '../public/learn/eavesdropper/listener.ts'
import type { OwnVote } from '../public/learn/eavesdropper/listener.ts'
import { seenIn } from '../public/tls/records.ts'
import type { TapOrder } from '../src/lab/settings.ts'
import type { TapState } from '../src/lab/tap/told.ts'
import { transportNames } from '../transports/clients.ts'
import { labWithBenches } from './benches.ts'
import { sleep } from './lab.ts'

const order = (changes: Partial<TapOrder> = {}): TapOrder => ({ tls: '1.3', padded: false, tamper: false, ...changes })
type Ask = Awaited<ReturnType<typeof labWithBenches>>['ask']

/** Everything from its beginning to its end. */
async function overheard(ask: Ask, id: string, what: TapOrder): Promise<TapState> {
  expect((await ask('POST', `bench/${id}/tap`, what)).status).toBe(202)
  for (let looks = 0; looks < 400; looks++) {
    const state = (await ask('GET', `bench/${id}/tap`)).body as TapState
    if (state.phase === 'failed') throw new Error(state.why)
    if (state.phase === 'done') return state
    await sleep(50)
  }
  throw new Error('the tap does not end')
}
const passedOn = ({ packets }: TapState, transport: string, isSealed: boolean) =>
  packets
    .filter((each) => each.transport === transport && each.isSealed === isSealed)
    .map(({ at, up, bytes }) => ({ at, up, bytes: Buffer.from(bytes, 'base64') }))
const textOf = (state: TapState, transport: string, isSealed: boolean, isUp: boolean) =>
  Buffer.concat(
    passedOn(state, transport, isSealed)
      .filter(({ up }) => up === isUp)
      .map(({ bytes }) => bytes),
  ).toString('latin1')
const voteOf = ({ data }: { data: unknown }) => (data as { vote: string }).vote
const ownOf = ({ sent }: TapState): OwnVote[] =>
  sent.slice(0, 2).map(({ id, at, type, data }) => ({
    ...{ at, isYes: voteOf({ data }).startsWith('yes') },
    bytes: JSON.stringify({ id, at: Math.round(at), type, data }).length,
  }))
const secretsOf = ({ sent }: TapState) => sent.slice(2).map((each) => voteOf(each).startsWith('yes'))

test.each(['1.3', '1.2'] as const)(
  'TLS %s: plain lines can be read word by word, sealed ones have lengths and times',
  { timeout: 40_000 },
  async (tls) => {
    const { ask, bench } = await labWithBenches()
    const { id } = await bench()
    const state = await overheard(ask, id, order({ tls }))
    expect(state.sent).toHaveLength(12)
    for (const { transport, isSealed, got, ended } of state.lines) {
      expect(got.map(({ id }) => id)).toEqual(state.sent.map(({ id }) => id))
      expect([transport, isSealed, ended]).toEqual([transport, isSealed, undefined])
    }
    for (const transport of transportNames) {
      const [down, up] = [textOf(state, transport, false, false), textOf(state, transport, false, true)]
      for (const { id, data } of state.sent) {
        expect(down).toContain(`"id":"${id}"`)
        expect(down).toContain(voteOf({ data }))
      }
      expect(up).toMatch(/^GET \/feed\/.*\r\nHost: localhost\r\n(.*\r\n)*Authorization: Bearer made-up-[\w-]{12}\r\n/)
      for (const isUp of [true, false]) {
        const sealed = textOf(state, transport, true, isUp)
        expect(sealed).not.toMatch(/vote|yes|thank|Bearer|GET|HTTP/)
      }
      const records = seenIn(passedOn(state, transport, true))
      const clear = clearOf(records)
      expect(clear).toMatchObject({ version: tls, serverName: 'localhost', offered: ['http/1.1'] })
      expect(clear?.certificate).toEqual(tls === '1.2' ? expect.arrayContaining(['localhost']) : undefined)
      expect(clear?.chosen).toBe(tls === '1.2' ? 'http/1.1' : undefined)
      const { guessed, pattern } = listen(records, ownOf(state))
      expect(pattern).toBe(
        { polling: 'asks on a clock', 'long-polling': 'asks again when answered' }[transport as string] ??
          'one question, then a stream',
      )
      expect([transport, counted(guessed), namedRight(guessed, secretsOf(state))]).toEqual([transport, 10, 10])
    }
  },
)

test('padded: the votes are counted, and none is named', { timeout: 40_000 }, async () => {
  const { ask, bench } = await labWithBenches()
  const { id } = await bench()
  const state = await overheard(ask, id, order({ padded: true }))
  for (const transport of transportNames) {
    const { guessed } = listen(seenIn(passedOn(state, transport, true)), ownOf(state))
    expect([transport, counted(guessed), namedRight(guessed, secretsOf(state))]).toEqual([transport, 10, 0])
  }
})

test.each(['1.3', '1.2'] as const)(
  'TLS %s: one bit flipped is delivered on plain lines, and ends sealed ones with bad_record_mac',
  { timeout: 40_000 },
  async (tls) => {
    const { ask, bench } = await labWithBenches()
    const { id } = await bench()
    const { lines, sent } = await overheard(ask, id, order({ tls, tamper: true }))
    expect(sent.at(-1)).toMatchObject({ type: 'payment', data: { to: 'Bob', euros: 100 } })
    for (const { transport, isSealed, isAltered, got, ended, alerts } of lines) {
      expect([transport, isSealed, isAltered]).toEqual([transport, isSealed, true])
      const payment = got.find(({ id }) => id === sent.at(-1)!.id)
      if (isSealed) {
        expect(payment).toBeUndefined()
        expect(ended).toMatch(/BAD_RECORD_MAC|CIPHER_OPERATION_FAILED/) // OpenSSL’s own words; the alert has the standard’s
        expect(alerts[0]).toMatchObject({ up: true, alert: 'bad_record_mac' })
      } else {
        expect(payment?.data).toEqual({ to: 'Bob', euros: 900 })
        expect([ended, alerts]).toEqual([undefined, []])
      }
    }
  },
)

test(
  'nobody listens but who has the bench; one at a time; and it ends with its bench',
  { timeout: 40_000 },
  async () => {
    const { ask, bench, lab } = await labWithBenches()
    const { id } = await bench()
    expect((await ask('GET', `bench/${id}/tap`)).body).toMatchObject({ error: { code: 'no_tap' } })
    expect((await ask('POST', `bench/${id}/tap`, order(), {})).status).toBe(401)
    expect((await ask('POST', `bench/${id}/tap`, { ...order(), tls: '1.1' })).body).toMatchObject({
      error: { message: expect.stringContaining('"tls":"1.2"|"1.3","padded":true|false') as string },
    })
    expect((await ask('DELETE', `bench/${id}/tap`)).status).toBe(405)
    expect((await ask('POST', `bench/${id}/tap`, order())).status).toBe(202)
    expect((await ask('POST', `bench/${id}/tap`, order())).body).toMatchObject({ error: { code: 'tap_under_way' } })
    expect((await ask('GET', `bench/${id}/tap`, undefined, {})).status).toBe(401)
    expect((await ask('DELETE', `bench/${id}`)).status).toBe(204)
    expect((await ask('GET', `bench/${id}/tap`)).status).toBe(404)
    expect(lab.feed.tail).toMatch(/\.0$/) // the votes were of another feed
  },
)

/** Ports on which this process listens, as Linux tells it: state 0A, and the inode of a descriptor of ours. */
async function listening(): Promise<number[]> {
  const links = (await readdir('/proc/self/fd')).map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ''))
  const own = new Set((await Promise.all(links)).map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]))
  const rows = (await readFile('/proc/self/net/tcp', 'utf8')).split('\n').map((row) => row.trim().split(/\s+/))
  return rows.flatMap(([, local, , state, , , , , , inode]) =>
    state === '0A' && own.has(inode) ? [parseInt(local!.split(':')[1]!, 16)] : [],
  )
}

test.skipIf(process.platform !== 'linux')(
  'no port speaks without TLS, not while votes pass on plain lines',
  { timeout: 40_000 },
  async () => {
    const { ask, bench } = await labWithBenches()
    const { id } = await bench()
    const before = new Set(await listening())
    expect(before.size).toBeGreaterThan(4)
    await ask('POST', `bench/${id}/tap`, order())
    const look = async () => (await ask('GET', `bench/${id}/tap`)).body as TapState
    await expect.poll(async () => (await look()).phase, { timeout: 10_000 }).toBe('open')
    const ports = (await listening()).filter((port) => !before.has(port))
    expect(ports).toHaveLength(1 + transportNames.length) // the server of the votes, and a proxy before it for each sealed line
    for (const port of ports) {
      const socket = connect({ port, host: '127.0.0.1' })
      let got = ''
      socket.on('data', (bytes: Buffer) => (got += bytes.toString('latin1'))).on('error', () => undefined)
      socket.write('GET /feed/polling HTTP/1.1\r\nHost: localhost\r\n\r\n')
      await once(socket, 'close')
      expect(got).not.toContain('HTTP')
    }
    await expect.poll(async () => (await look()).phase, { timeout: 20_000 }).toBe('done')
    await expect.poll(async () => (await listening()).filter((port) => !before.has(port))).toEqual([])
  },
)

test('where reading needs a key, the lab’s own key is not on the plain lines', { timeout: 40_000 }, async () => {
  const { ask, bench, lab } = await labWithBenches({ auth: 'required' })
  const { id } = await bench()
  const state = await overheard(ask, id, order())
  expect(state.lines.every(({ got }) => got.length === 12)).toBe(true)
  for (const transport of transportNames) expect(textOf(state, transport, false, true)).not.toContain(lab.publishKey)
})
