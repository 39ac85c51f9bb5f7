// FAULTS C1–C7: cursors and parameters, the same faults through every door that takes one.
import { beforeAll, describe, expect, test } from 'vitest'
import { handshake, openWss } from '../frames.ts'
import { codeOf, exchange, get, get2, labForFile, open, request } from '../raw.ts'
import type { Answer } from '../raw.ts'

const target = labForFile({ retentionEvents: 5, linesPerAddress: 1000 })
let E: string
beforeAll(async () => {
  const { feed } = target.lab
  E = feed.epoch
  for (let number = 1; number <= 8; number++) await feed.publish({ type: 'tick', data: number }) // 4–8 are held
})

/** Where a cursor can be handed in. `raw` is what stands on the wire, percent-encoded where the door is a query. */
const queryDoors: Record<string, (raw: string, name?: string) => Promise<Answer>> = {
  polling: (raw, name = 'after') => get(target, `/feed/polling?${name}=${raw}`),
  'long-polling': (raw, name = 'after') => get(target, `/feed/long-polling?${name}=${raw}`),
  sse: (raw, name = 'after') => get(target, `/feed/sse?${name}=${raw}`),
  wss: (raw, name = 'after') => exchange(target, handshake(target, {}, `/feed/wss?${name}=${raw}`), { closes: true }),
  'wss question without upgrade': (raw, name = 'after') => get(target, `/feed/wss?${name}=${raw}`),
  'polling h2': (raw, name = 'after') => get2(target, { ':path': `/feed/polling?${name}=${raw}` }),
  'long-polling h2': (raw, name = 'after') => get2(target, { ':path': `/feed/long-polling?${name}=${raw}` }),
  'sse h2': (raw, name = 'after') => get2(target, { ':path': `/feed/sse?${name}=${raw}` }),
  'wss h2': (raw, name = 'after') => get2(target, connect2(`/feed/wss?${name}=${raw}`)),
}
const header = (raw: string) => get(target, '/feed/sse', [`Last-Event-ID: ${raw}`])
const header2 = (raw: string) => get2(target, { ':path': '/feed/sse', 'last-event-id': raw })
const connect2 = (path: string) => ({
  ':method': 'CONNECT',
  ':protocol': 'websocket',
  ':path': path,
  'sec-websocket-version': '13',
  'sec-websocket-protocol': 'wirelab.v1',
})

/** `E` stands for the epoch of the running feed, so that only the named fault is wrong. */
const badCursors: [name: string, value: string][] = [
  ['nothing', ''],
  ['.', '.'],
  ['E', 'E'],
  ['E.', 'E.'],
  ['.5', '.5'],
  ['E.-1', 'E.-1'],
  ['E.+1', 'E.+1'],
  ['E.01', 'E.01'],
  ['E.1.0', 'E.1.0'],
  ['E.1e3', 'E.1e3'],
  ['E.0x10', 'E.0x10'],
  ['E upper case', 'UPPER.1'],
  ['E cut by 1', 'CUT.1'],
  ['E lengthened to 17', 'LONG.1'],
  ['E.2^53', 'E.9007199254740992'],
  ['E.20 digits', 'E.99999999999999999999'],
  ['NaN', 'NaN'],
  ['E.NaN', 'E.NaN'],
  ['Infinity', 'Infinity'],
  ['null', 'null'],
  ['[object Object]', '[object Object]'],
  ['41 bytes', 'a'.repeat(41)],
  ['10 kB', `E.${'1'.repeat(10_000)}`],
  ['full-width digit', 'E.\uff11'],
  ['right-to-left mark', 'E.1\u200f'],
  ['emoji', 'E.😀'],
  ['now with a capital', 'Now'],
  ['two cursors', 'E.1,E.2'],
]
/** What only a query can say: in a header these are plain text, are trimmed, or are no HTTP (see H6). */
const badInQuery: [name: string, raw: string][] = [
  ['space after', 'E.1%20'],
  ['plus after', 'E.1+'],
  ['space before', '%20E.1'],
  ['NUL', 'E.1%00'],
  ['CR LF', 'E.1%0d%0aSet-Cookie:%20x=1'],
  ['LF', 'E.1%0a'],
  ['%zz', 'E.%zz'],
  ['lone %', 'E.%'],
  ['invalid UTF-8 %ff', 'E.%ff'],
  ['overlong digit', 'E.%c0%b1'],
]
const badInHeader: [name: string, raw: string][] = [
  ['a word: now', 'now'],
  ['a word: earliest', 'earliest'],
  ['percent-encoded', 'E%2E1'],
  ['quoted', '"E.1"'],
]
const epochs: Record<string, () => string> = {
  E: () => E,
  UPPER: () => `Z${E.slice(1).toUpperCase()}`,
  CUT: () => E.slice(1),
  LONG: () => E.padEnd(17, 'x'),
}
const cursor = (value: string) => value.replaceAll(/\b(E|UPPER|CUT|LONG)\b/g, (name) => epochs[name]!())

describe('C2 malformed cursors', () => {
  for (const [door, ask] of Object.entries(queryDoors)) {
    for (const [name, value] of badCursors)
      test(`C2 after=${name} → 400 bad_cursor (${door})`, async () => {
        expect(codeOf(await ask(encodeURIComponent(cursor(value))))).toBe('400 bad_cursor')
      })
    for (const [name, raw] of badInQuery)
      test(`C2 after=${name} → 400 bad_cursor (${door})`, async () => {
        const answer = await ask(cursor(raw))
        expect(codeOf(answer)).toBe('400 bad_cursor')
        expect(answer.headers).not.toHaveProperty('set-cookie') // H14
      })
  }
  for (const [name, value] of [...badCursors, ...badInHeader])
    test(`C2 Last-Event-ID: ${name} → 400 bad_cursor (sse header)`, async () => {
      expect(codeOf(await header(cursor(value)))).toBe('400 bad_cursor')
    })
  for (const [name, value] of [...badCursors, ...badInHeader].filter(([, each]) => /^[\x20-\x7e]+$/.test(each)))
    test(`C2 last-event-id: ${name} → 400 bad_cursor (sse header h2)`, async () => {
      expect(codeOf(await header2(cursor(value)))).toBe('400 bad_cursor')
    })
  test('C2 no NaN in the metrics after all of it', async () => {
    expect((await get(target, '/metrics')).body).not.toContain('NaN')
  })
})

describe('C1 where reading starts', () => {
  const { polling, 'long-polling': longPolling } = queryDoors
  test('C1 after absent → now (polling)', async () => {
    expect(JSON.parse((await get(target, '/feed/polling')).body)).toEqual({ cursor: `${E}.8`, events: [] })
  })
  test('C1 after absent → now (long-polling)', async () => {
    const { status, body } = await get(target, '/feed/long-polling?wait=0')
    expect([status, JSON.parse(body)]).toEqual([200, { cursor: `${E}.8`, events: [] }])
  })
  for (const [after, first] of [
    [undefined, '8'],
    ['now', '8'],
    ['earliest', '3'],
  ] as const) {
    const query = after === undefined ? '' : `?after=${after}`
    test(`C1 ${query || 'after absent'} → hello at ${first} (sse)`, async () => {
      expect((await stream(`/feed/sse${query}`, /event:hello\n.*\n.*\n\n/)).hello).toBe(`${E}.${first}`)
    })
    test(`C1 ${query || 'after absent'} → hello at ${first} (wss)`, async () => {
      const socket = await openWss(target, { path: `/feed/wss${query}` })
      expect(await socket.message()).toMatchObject({ hello: { cursor: `${E}.${first}` } })
      socket.line.end()
    })
  }
  for (const [name, ask] of Object.entries({ polling, longPolling }))
    test(`C1 earliest → what is held (${name})`, async () => {
      const { events, gap } = JSON.parse((await ask!('earliest')).body) as { events: { id: string }[]; gap?: object }
      expect([events.map(({ id }) => id), gap]).toEqual([[4, 5, 6, 7, 8].map((offset) => `${E}.${offset}`), undefined])
    })
})

describe('C3 more than one cursor', () => {
  const cases: [query: string, code: string][] = [
    ['after=E.4&after=E.5', 'bad_cursor'],
    ['after=now&after=now', 'bad_cursor'],
    ['after[]=E.4', 'bad_parameter'],
    ['after%5B%5D=E.4', 'bad_parameter'],
    ['after[__proto__]=1', 'bad_parameter'],
    ['__proto__=1', 'bad_parameter'],
    ['constructor=1', 'bad_parameter'],
    ['After=E.4', 'bad_parameter'],
    ['after=E.4;after=E.5', 'bad_cursor'],
  ]
  for (const [query, code] of cases)
    for (const door of ['polling', 'long-polling', 'sse', 'wss'] as const)
      test(`C3 ${query} → 400 ${code} (${door})`, async () => {
        const [name = '', value = ''] = query.split(/=(.*)/s)
        expect(codeOf(await queryDoors[door]!(cursor(value), name))).toBe(`400 ${code}`)
      })
  test('C3 header and query disagree → the header wins (sse)', async () => {
    const { text } = await stream(`/feed/sse?after=${E}.4`, /id:\S+\.8\ndata/, [`Last-Event-ID: ${E}.6`])
    expect([...text.matchAll(/"id":"\w+\.(\d+)"/g)].map((match) => match[1])).toEqual(['7', '8'])
  })
  test('C3 a good header does not excuse a bad query → 400 bad_cursor (sse)', async () => {
    expect(codeOf(await get(target, '/feed/sse?after=E', [`Last-Event-ID: ${E}.6`]))).toBe('400 bad_cursor')
  })
})

describe('C4 positions that cannot be continued: 200 and a gap first', () => {
  const cases: [name: string, after: () => string, reason: string][] = [
    ['offset ahead of the tail', () => `${E}.9`, 'ahead'],
    ['offset 2^53-1', () => `${E}.9007199254740991`, 'ahead'],
    ['another epoch', () => `${E.replace(/^./, E.startsWith('a') ? 'b' : 'a')}.5`, 'epoch'],
    ['epoch cut to another valid one', () => `${E}x.5`, 'epoch'],
    ['older than what is held', () => `${E}.2`, 'retention'],
    ['E.0 when 1 is gone', () => `${E}.0`, 'retention'],
  ]
  for (const [name, after, reason] of cases) {
    const gap = () => ({ reason, from: after(), to: `${E}.3` })
    for (const door of ['polling', 'long-polling', 'polling h2', 'long-polling h2'] as const)
      test(`C4 ${name} → 200, gap ${reason}, then the oldest (${door})`, async () => {
        const { status, body } = await queryDoors[door]!(after())
        const page = JSON.parse(body) as { gap: object; events: { id: string }[] }
        expect([status, page.gap, page.events[0]!.id]).toEqual([200, gap(), `${E}.4`])
      })
    for (const [door, path, headers] of [
      ['sse query', (id: string) => `/feed/sse?after=${id}`, () => []],
      ['sse header', () => '/feed/sse', (id: string) => [`Last-Event-ID: ${id}`]],
    ] as [string, (id: string) => string, (id: string) => string[]][])
      test(`C4 ${name} → 200, gap ${reason}, then the oldest (${door})`, async () => {
        const { text } = await stream(path(after()), /data:\{"id"/, headers(after()))
        const found = /event:gap\nid:(\S+)\ndata:(.*)\n\nid:(\S+)\n/.exec(text)!
        expect([found[1], JSON.parse(found[2]!), found[3]]).toEqual([`${E}.3`, gap(), `${E}.4`])
      })
    test(`C4 ${name} → 101, gap ${reason}, then the oldest (wss)`, async () => {
      const socket = await openWss(target, { path: `/feed/wss?after=${after()}` })
      const [hello, first, second] = [await socket.message(), await socket.message(), await socket.message()]
      expect([Object.keys(hello), first, second.id]).toEqual([['hello'], { gap: gap() }, `${E}.4`])
      socket.line.end()
    })
  }
  for (const after of ['3', '8'])
    test(`C4 E.${after} is held → no gap (polling)`, async () => {
      expect(JSON.parse((await queryDoors.polling!(`${E}.${after}`)).body)).not.toHaveProperty('gap')
    })
})

describe('C5–C7 limit, wait and unknown parameters', () => {
  const numbers = [
    '-1',
    '-0',
    '1e9',
    '1.5',
    '1e2',
    '010',
    '',
    'a',
    '0x10',
    '+5',
    '%205',
    '5%20',
    '٣',
    'NaN',
    'Infinity',
  ]
  const cases: [id: string, query: string, code: string][] = [
    ...[...numbers, '0', '1001', '1000000000', '9'.repeat(30)].map((value) => bad('C5', 'limit', value)),
    ...[...numbers, '26', '1000000000', '2147483648', '0.5'].map((value) => bad('C6', 'wait', value)),
    ['C5', 'limit=5&limit=6', 'bad_limit'],
    ['C6', 'wait=5&wait=5', 'bad_wait'],
    ['C7', 'afterr=now', 'bad_parameter'],
    ['C7', 'lane=../x', 'bad_lane'],
    ['C7', 'lane=%3Cscript%3E', 'bad_lane'],
    ['C7', Array.from({ length: 2000 }, (_, index) => `p${index}=`).join('&'), 'bad_parameter'],
    ['C7', `x=${'y'.repeat(15_000)}`, 'bad_parameter'],
  ]
  for (const [id, query, code] of cases)
    for (const door of ['polling', 'long-polling', 'sse', 'wss', 'polling h2', 'sse h2', 'wss h2'] as const)
      test(`${id} ${query.slice(0, 40)} → 400 ${code} (${door})`, async () => {
        const [name = '', value = ''] = query.split(/=(.*)/s)
        expect(codeOf(await queryDoors[door]!(encode8bit(value), name))).toBe(`400 ${code}`)
      })
  for (const [query, events] of [
    ['limit=1', 1],
    ['limit=1000', 5],
  ] as const)
    test(`C5 ${query} → ${events} events`, async () => {
      const { body } = await get(target, `/feed/polling?after=earliest&${query}`)
      expect((JSON.parse(body) as { events: object[] }).events).toHaveLength(events)
    })

  function bad(id: string, name: string, value: string): [string, string, string] {
    return [id, `${name}=${value}`, `bad_${name}`]
  }
  function encode8bit(value: string) {
    return value.replaceAll(/[^\x20-\x7e]/g, encodeURIComponent)
  }
})

/** Reads an SSE stream until `pattern` has come. */
async function stream(path: string, pattern: RegExp, headers: string[] = []) {
  const line = await open(target)
  line.write(request(target, `GET ${path}`, headers))
  const { status } = await line.answer({ body: false })
  expect(status).toBe(200)
  const text = await line.until((bytes) => (pattern.test(bytes.toString()) ? bytes.toString() : undefined))
  line.end()
  return { text, hello: /data:\{"cursor":"(\S+?)"/.exec(text)?.[1] }
}
