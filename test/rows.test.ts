// What a row rests on, piece by piece: latencies, layers, the two counts of the bytes, and readers that decode equal bytes once.
import { describe, expect, test } from 'vitest'
import { bytesPerEvent, layersOf } from '../bench/bytes.ts'
import { answers } from '../bench/peers/answers.ts'
import { delayP99Of } from '../bench/health.ts'
import { early, joinLatencies, latencyOf, skewOf } from '../bench/latency.ts'
import { differing } from '../bench/reconcile.ts'
import { rowOf } from '../bench/row.ts'
import { scenarios } from '../bench/scenarios.ts'
import type { Stage } from '../bench/stage.ts'
import { NOTHING, remember } from '../bench/wires/contract.ts'
import { ours } from '../bench/wires/ours.ts'
import { textFrame } from '../transports/wss/server.ts'

const row = (...ms: number[]) => Float32Array.from(ms).sort()
const rows = (events: number, clients: number) =>
  Array.from({ length: events }, () => row(...Array<number>(clients).fill(5)))

describe('latencies', () => {
  test('the clients of several generators stand in one row for each event; what did not come is in none', () => {
    const [a, b] = [new Map([[7, Float32Array.of(3, NaN)]]), new Map([[7, Float32Array.of(1)], [8, Float32Array.of(2)]])] // prettier-ignore
    expect(joinLatencies([a, b]).map((each) => [...each])).toEqual([[1, 3], [2]])
  })
  test('a delivery before its time is counted, not cut to zero', () => {
    expect(early([row(1, -0.5), row(-2, 3)])).toBe(2)
    expect(early([row(0, 1)])).toBe(0)
  })
  test('p99 wants 100 events: 5 000 deliveries of 50 events are 50 moments', () => {
    expect(latencyOf(rows(50, 100)).latencyMs).toMatchObject({ p50: 5.003, p90: 5.003, p99: null })
    expect(latencyOf(rows(100, 50)).latencyMs.p99).toBeCloseTo(5, 1)
  })
  test('p99.9 wants 1 000 events: of 100 events it would be a tenth of one', () => {
    expect(latencyOf(rows(100, 1000)).latencyMs).toMatchObject({ p99: 5.003, p999: null })
    expect(latencyOf(rows(1000, 100)).latencyMs.p999).toBeCloseTo(5, 1)
  })
  test('skew is of the first, the median and the last receiver of each event', () => {
    const skew = skewOf(Array.from({ length: 9 }, (_, n) => row(n, n + 10, n + 100)))
    expect([skew.first.p50, skew.median.p50, skew.last.p50]).toEqual([4, 14, 104])
  })
  test('a median wants ten events; the p99 of a skew a hundred', () => {
    expect(latencyOf(rows(9, 100)).latencyMs.p50).toBeNull()
    expect(latencyOf(rows(10, 100)).latencyMs.p50).toBeCloseTo(5, 1)
    expect([skewOf(rows(99, 3)).last.p99, skewOf(rows(100, 3)).last.p99]).toEqual([null, 5])
  })
  test('of fewer than a hundred looks at a loop there is no p99', () => {
    expect([99, 100].map((looks) => delayP99Of({ looks, loopDelayP99Ms: 7 }))).toEqual([null, 7])
  })
})

const edges = {
  ...{ deliveries: 10, payload: 2000, heads: 0, bodies: 2100, sent: 5, segmentsDown: 5, answers: 5, answersMs: 5 },
  bytes: { tls: { up: 500, down: 4000 }, plain: { up: 400, down: 3800 } },
}
test('layers: what was asked for has heads, what was pushed has frames; the parts are the whole', () => {
  const asked = layersOf(edges, true, 10)!
  expect(asked.down).toMatchObject({ payload: 200, framing: 10, headers: 170, tls: 20 })
  expect(asked.up).toMatchObject({ payload: 0, framing: 0, headers: 40, tls: 10 })
  expect(bytesPerEvent(asked)).toMatchObject({ total: 450, up: 50, down: 400 })
  expect(layersOf(edges, false, 10)!.down).toMatchObject({ payload: 200, framing: 180, headers: 0 })
  expect(layersOf(edges, true, 0)).toBeUndefined()
})

describe('processor time of the server for a delivery', () => {
  const health = { utilisation: 0.2, loopDelayP99Ms: 1, loopDelayMaxMs: 2, looks: 200, gcMaxMs: 0, gcShare: 0 }
  const counts = { received: 200, lost: 0, duplicated: 0, reordered: 0, corrupt: 0, undeclaredGaps: 0, falseGaps: 0, declared: 0 } // prettier-ignore
  /** 100 events for 2 clients are due, and 150 of the 200 deliveries are read before the window ends. */
  const rowFor = (transport: string) => {
    const stage = { scenario: { ...scenarios.steady, clients: 2, seconds: 2 }, transports: [transport], repeat: 1, connects: {}, rssKbPerConnection: null, external: false } // prettier-ignore
    const lot = {
      counts,
      latencies: new Map<number, Float32Array>(),
      edges: { ...edges, deliveries: 150 },
      trouble: [],
    }
    return rowOf(transport, stage as unknown as Stage, {
      server: { epoch: 'aaaaaaaa', first: 1, last: 100, sums: [], health: { ...health, cpuUs: 3000, wakeups: null } },
      reports: [{ health, lots: { [transport]: lot } }],
    })
  }
  test('of what is pushed is by what was due, however late it is read', () => {
    expect(rowFor('sse').server.cpuUsPerDelivery).toBe(15)
  })
  test('of what is asked for is by what was answered', () => {
    expect(rowFor('polling').server.cpuUsPerDelivery).toBe(20)
  })
  test('beside it stands how long the generator reads at one event', () => {
    expect([rowFor('sse').generator.readMs, rowFor('polling').generator.readMs]).toEqual([4, undefined])
  })
})

test('two counts of the same bytes may differ by 1 %, in each layer and each way, and no more', () => {
  const count = (down: number) => ({ tls: { up: 100, down: 2000 }, plain: { up: 100, down } })
  expect(differing([count(500), count(500)], { tls: { up: 200, down: 4000 }, plain: { up: 200, down: 1009 } })).toBe(
    undefined,
  )
  expect(differing([count(500), count(480)], { tls: { up: 200, down: 4000 }, plain: { up: 200, down: 1000 } })).toBe(
    'plain bytes down: 980 by the generator, 1000 by the server',
  )
})

describe('readers', () => {
  test('equal bytes are decoded once, others are never taken for them', () => {
    let decoded = 0
    const read = remember((bytes) => `${++decoded} ${bytes.toString()}`)
    const chunk = Buffer.from('one')
    expect([read(chunk), read(Buffer.from('one'))]).toEqual(['1 one', '1 one'])
    chunk.write('two') // the memory of a chunk is used again
    expect([read(Buffer.from('one')), read(chunk), read(Buffer.from('one'))]).toEqual(['1 one', '2 two', '3 one'])
  })
  test('one client whose bytes are altered has other events than the rest', () => {
    const frame = (id: number) => textFrame(Buffer.from(`{"id":"abcdefgh.${id}","at":1,"type":"tick","data":0}`))
    const clients = [1, 2].map(() => ours.wss({ authority: 'localhost', path: '/feed/wss' }))
    for (const client of clients) client.read(Buffer.from('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
    expect(clients.map((client, i) => client.read(frame(4 + i)).events[0]!.id)).toEqual(['abcdefgh.4', 'abcdefgh.5'])
  })
  test('of the answers of a peer, heads and bodies are counted apart: else its framing were less than nothing', () => {
    const reader = answers((body) => body)('', () => NOTHING)
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
    expect(reader.read(Buffer.from(answer.slice(0, -2)))).toEqual(NOTHING)
    expect(reader.read(Buffer.from('lo'))).toMatchObject({ headBytes: answer.length - 5, bodyBytes: 5 })
    expect(reader.read(Buffer.from(answer + answer))).toMatchObject({
      headBytes: 2 * answer.length - 10,
      bodyBytes: 10,
    })
  })
})
