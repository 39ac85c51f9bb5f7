// The wire of a door: what a page is told of the bytes that passed, against the real clients, the server's counters, and a restart.
import { describe, expect, test } from 'vitest'
import type { WireConnection, WireRecord } from '../src/lab/wire/captured.ts'
import { transportNames } from '../transports/clients.ts'
import { labWithBenches, through } from './benches.ts'
import { open, publish, text } from './lab.ts'
import { plainOf } from './tapped.ts'

describe('the wire of a door', () => {
  const read = async (ask: Awaited<ReturnType<typeof labWithBenches>>['ask'], path: string) =>
    (await ask('GET', `bench${path}`)).body as { connections: WireConnection[]; records: WireRecord[] }

  test.each(transportNames)(
    '%s: what passed, opened, on whatever TLS, before and after a restart',
    async (transport) => {
      const { lab, bench, ask } = await labWithBenches()
      const mine = await bench()
      await mine.set(transport, { tls: transport === 'sse' ? '1.2' : '1.3' })
      const follower = through(lab, (await mine.door(transport)).port, { transport, after: 'earliest' })
      await open(follower)
      const events = await publish(lab, 3)
      await follower.until(() => follower.events.length === 3, 'three events')
      const { connections, records } = await read(ask, `/${mine.id}/${transport}/wire`)
      expect(connections.at(-1)).toMatchObject({
        tls: transport === 'sse' ? 'TLSv1.2' : 'TLSv1.3',
        ...(transport !== 'wss' && { alpn: 'http/1.1' }), // the package `ws` offers none
      })
      for (const event of events) expect(plainOf(records, false).toString()).toContain(text(event))
      expect(plainOf(records, true).toString()).toContain(`GET /feed/${transport}?`)
      const { now } = await mine.state()
      for (const { at } of records) expect(now - at).toBeLessThan(10_000)

      await mine.fault(transport, 'restart')
      const [late] = await publish(lab, 1)
      await follower.until(() => follower.events.length === 4, 'the event after it', 20_000)
      const further = await read(ask, `/${mine.id}/${transport}/wire?after=${records.at(-1)!.n}`)
      expect(further.records[0]!.n).toBe(records.at(-1)!.n + 1)
      expect(plainOf(further.records, false).toString()).toContain(text(late!))
      await follower.close()
      await expect.poll(async () => (await mine.door(transport)).traffic.open, { timeout: 5000 }).toBe(0)
      const { tls } = (await mine.door(transport)).traffic
      const all = (await read(ask, `/${mine.id}/${transport}/wire`)).records
      const sum = (isUp: boolean) => all.reduce((bytes, each) => bytes + (each.up === isUp ? each.cipherBytes : 0), 0)
      expect(sum(false)).toBe(tls.down)
      expect(sum(true)).toBeGreaterThanOrEqual(tls.up) // a server that leaves does not read everything that it is handed
    },
  )

  test('sessions and keys are not told, whatever else is', async () => {
    const { lab, bench, ask } = await labWithBenches()
    const mine = await bench()
    const { port } = await mine.door('polling')
    const cookie = `__Host-wirelab-${lab.port}=abcdef`
    const headers = { cookie, authorization: `Bearer ${lab.publishKey}` }
    const follower = through(lab, port, { transport: 'polling', headers })
    await open(follower)
    const { records, connections } = await read(ask, `/${mine.id}/polling/wire`)
    const up = plainOf(records, true).toString()
    expect(up.toLowerCase()).toContain(`cookie: ${'*'.repeat(cookie.length)}\r\n`)
    expect(up).toMatch(/authorization: \*+\r\n/i)
    const opening = Buffer.from(connections[0]!.opening.up, 'base64').toString()
    for (const secret of ['abcdef', lab.publishKey]) expect(up + opening).not.toContain(secret)
  })

  test('is for the page and for who has the key', async () => {
    const { bench, ask } = await labWithBenches()
    const { id } = await bench()
    expect(await ask('GET', `bench/${id}/sse/wire`, undefined, {})).toMatchObject({ status: 401 })
    for (const [query, code] of [
      ...['-1', 'x', '1e3', '', '12345678901234567'].map((after) => [`after=${after}`, 'bad_after']),
      ['after=0&after=1', 'bad_after'],
      ['afte=1', 'bad_parameter'],
      ['after=1&limit=2', 'bad_parameter'],
    ])
      expect(await ask('GET', `bench/${id}/sse/wire?${query}`)).toMatchObject({
        status: 400,
        body: { error: { code } },
      })
    expect(await ask('GET', `bench/${id}/none/wire`)).toMatchObject({ status: 404 })
    expect(await ask('GET', `bench/${id}/sse/wire?after=9007199254740991`)).toMatchObject({ status: 200 })
    expect(await ask('POST', `bench/${id}/sse/wire`)).toMatchObject({ status: 405 })
  })
})
