// What people read of a run: terminal, page, Markdown, CSV, README. Complete where there is something, silent or in words where there is not.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { backCurves, kneeCurves } from '../bench/report/charts/series.ts'
import { csv } from '../bench/report/csv.ts'
import { withTables } from '../bench/report/course.ts'
import { readResults } from '../bench/report/files.ts'
import { command, markdown } from '../bench/report/markdown.ts'
import { text as number } from '../bench/report/numbers.ts'
import { page } from '../bench/report/page.ts'
import { REFERENCE, readmeTable, withTable } from '../bench/report/readme.ts'
import { rivals } from '../bench/report/rivals.ts'
import { failedGates } from '../bench/report/gates.ts'
import { heading } from '../bench/report/heading.ts'
import { summarise } from '../bench/report/summary.ts'
import { tables } from '../bench/report/table.ts'
import { isBusy } from '../bench/busy.ts'
import { delayNote, notes } from '../bench/notes.ts'
import { RowSchema, SCHEMA, checkResults, failedRow } from '../bench/results.ts'
import type { Results, Row } from '../bench/results.ts'
import { latencyOf } from '../bench/latency.ts'
import { contestants } from '../bench/contestants.ts'
import { seeded } from '../src/core/random.ts'
import { conclusions } from '../bench/report/conclusions.ts'
import { transportNames } from '../transports/clients.ts'
import { scenarios } from '../bench/scenarios.ts'
import { kinds, madeUpResults } from './results.ts'

const row = (transport: string, repeat: number, p50: number | null): Row => {
  const { why: _, ...rest } = failedRow({ scenario: 'steady', transport, repeat, clients: 1, rate: 1, seconds: 1 }, '')
  return { ...rest, valid: true, latencyMs: { ...rest.latencyMs, p50 } }
}
const results = (trials: Row[]): Results => ({
  ...{ schema: SCHEMA, startedAt: '', machine: {}, versions: {}, commit: null, seed: 1 },
  scenarios: [{ ...scenarios.steady, transports: [...contestants], http: '1.1' }],
  ...{ predictions: [], notes: ['<script>'], trials },
})
const failed = failedRow({ scenario: 'steady', transport: 'wss', repeat: 1, clients: 1, rate: 1, seconds: 1 }, '<b>&')
const everything = madeUpResults({ seed: 1 })
const RUNS = 40

describe('the tables', () => {
  test('medians with their interval, and how many repeats were valid', () => {
    const text = tables(results([row('sse', 1, 5), row('sse', 2, 900), row('sse', 3, 4)]))
    expect(text).toMatch(/sse +│ +3\/3 │ +– │ 5\.00 \(4\.00–900\.00\) │/)
  })
  test('×floor is the median of the ratios within a repeat, not the ratio of the medians', () => {
    const sse = [2, 40, 6].map((p50, i) => row('sse', i + 1, p50))
    const floor = [1, 10, 4].map((p50, i) => row('floor', i + 1, p50)) // 2, 4, 1.5; of the medians 6/4 = 1.5
    const [summary] = summarise(results([...sse, ...floor]))
    expect(summary!.times(({ latencyMs }) => latencyMs.p50, 'floor')).toEqual({ median: 2, low: 1.5, high: 4, n: 3 })
    expect(tables(results([...sse, ...floor]))).toMatch(/sse +│.*\) │ +2\.00 │/)
  })
  test('what stands in brackets: below five repeats their range, and called so', () => {
    const of = (n: number) => results(Array.from({ length: n }, (_, i) => row('sse', i + 1, i + 1)))
    for (const form of [tables, page, markdown]) {
      expect(form(of(2))).toMatch(/in brackets: the range of 2 repeats/)
      expect(form(of(2))).toContain('1.50 (1.00–2.00)')
      expect(form(of(2))).not.toMatch(/in brackets: the 95/)
      expect(form(of(5))).toMatch(/in brackets: the 95 % bootstrap interval/)
    }
    expect(tables(results([...of(5).trials, row('wss', 1, 1)]))).toMatch(/fewer than five valid ones their range/)
  })
  test('the maximum is that of all repeats, no median of maxima', () => {
    const of = (repeat: number, max: number) => {
      const made = row('sse', repeat, 1)
      return { ...made, latencyMs: { ...made.latencyMs, max } }
    }
    expect(tables(results([of(1, 7), of(2, 91.5), of(3, 8)]))).toMatch(/max │[^]*of all │[^]* 91\.5 │/)
  })
  test('what failed is named with its reason, and gives no number', () => {
    const text = tables(results([failed]))
    expect(text).toContain('INVALID steady wss repeat 1: <b>&')
    expect(text).toContain('0/1')
    expect(text).not.toMatch(/NaN|undefined/)
  })
  test('delivered, and the events behind it, are of the valid repeats alone', () => {
    const counted = { ...row('sse', 1, 5), clients: 2, expected: 80, delivered: 80 }
    const late = { ...row('sse', 2, 5), clients: 2, expected: 80, delivered: 33, valid: false, why: 'late' }
    const text = tables(results([counted, late, failed]))
    expect(text).toMatch(/sse +│ +1\/2 │ +all 80 │/)
    expect(text).toMatch(/wss +│ +0\/1 │ +– │/)
    expect(text).toContain('40 distinct events measured a trial')
    expect(tables(results([{ ...counted, delivered: 79 }]))).toContain('79/80')
  })
  test('a percentile with too few samples is a dash, in the table and for a target', () => {
    const some = results([row('sse', 1, 5)])
    some.scenarios[0]!.targetP99Ms = 9
    expect(tables(some)).toMatch(/5\.00 │ +– │\n/)
    expect(tables(some)).toContain('target p99 < 9 ms over sse: not shown: too few samples')
    expect(page(some)).not.toMatch(/null ms|NaN/)
  })
  test('a median or bytes more than 10 % from the predicted are marked, with a line that says so', () => {
    const measured = (p50: number) => ({
      ...results([row('polling', 1, p50)]),
      predictions: [{ scenario: 'steady', transport: 'polling', repeat: 1, p50Ms: 100 }],
    })
    for (const near of [91, 109]) expect(tables(measured(near)) + page(measured(near))).not.toContain('≠')
    expect(tables(measured(115))).toMatch(/\+15 % ≠/)
    expect(tables(measured(115))).toContain('≠ polling: the measured p50 is 15 % above the predicted')
    expect(page(measured(85))).toContain('the measured p50 is 15 % below')
    expect(tables(everything)).toContain('≠ long-polling: the measured bytes per event are')
  })
  test('a p50 on loopback that is far from the model in per cent alone is not marked; what that means stands at the model', () => {
    const run = (p50: number) => ({
      ...results([row('sse', 1, p50)]),
      predictions: [{ scenario: 'steady', transport: 'sse', repeat: 1, p50Ms: 1 }],
    })
    expect(tables(run(1.4))).toMatch(/\+40 % /)
    for (const text of [tables(run(1.4)), page(run(1.4)), markdown(run(1.4))]) {
      expect(text).not.toMatch(/% ≠|≠ sse|model or the program is wrong/)
      expect(text).toContain('not how long this machine takes to wake a process')
      expect(text).toContain('The measured numbers do not depend on the model')
    }
    expect(tables(run(1.6))).toMatch(/\+60 % ≠/)
    const words = page(run(1.6)).split('<h2>steady</h2>')[1]!
    expect(words.indexOf('≠ sse')).toBeGreaterThan(words.indexOf('60 % ≠'))
    expect(words).not.toContain('class="off"')
  })
  test('a prediction belongs to its point and to a valid repeat', () => {
    const at = (rate: number, p50: number) => ({ ...row('polling', 1, p50), point: { rate } })
    const prediction = { scenario: 'steady', transport: 'polling', repeat: 1, p50Ms: 100 }
    const run = { ...results([at(1, 100), at(2, 300)]), predictions: [{ ...prediction, point: { rate: 1 } }] }
    expect(summarise(run).map(({ predicted }) => predicted.p50?.median)).toEqual([100, undefined])
    expect(tables({ ...run, predictions: [{ ...prediction, repeat: 2, point: { rate: 1 } }] })).not.toContain(
      'predicted',
    )
  })
  test('every scenario, a line for each point, and no line of a table is wider than 120', () => {
    const text = tables(everything)
    for (const name of Object.keys(kinds)) expect(text).toContain(`${name}: `)
    expect(text).toMatch(/polling, 5\/s, every 250 ms +│ +5\/5/)
    for (const line of text.split('\n').filter((each) => /[│─]/.test(each)))
      expect(line.length).toBeLessThanOrEqual(120)
    expect(text).not.toMatch(/NaN|undefined|null │/)
  })
  test('what the numbers include is said in results.json and under the table', () => {
    expect(tables(everything)).toContain('of long polling it is what an answer costs that need not wait')
    for (const what of [/limits raised/, /source of the events/, /floor ends when TLS is up/])
      expect(notes.some((note) => what.test(note))).toBe(true)
    expect(tables({ ...results([failed]), notes })).toContain(notes.at(-1))
  })
})

describe('the heading says what was done', () => {
  type Changes = Partial<Results['scenarios'][number]>
  const of = (scenario: Changes, each: Partial<Row> = {}) => {
    const name = scenario.name ?? 'steady'
    const run = results([
      { ...row('polling', 1, 5), clients: 4, expected: 1200, ...each, scenario: name },
      { ...row('sse', 1, 5), clients: 4, expected: 1200, ...each, scenario: name },
    ])
    run.scenarios = [{ ...run.scenarios[0]!, clients: 4, ...scenario, name }]
    return heading(name, run)
  }
  const { up, burst, storm, recover, connect, capacity, idle, ladder, fanout, protocols } = scenarios
  test.for<[string, Changes, string]>([
    ['a window', {}, 'steady: 4 clients each, 50 events/s for 2.5 s, 200 B an event, polling every 500 ms, HTTP/1.1, 300 distinct events measured a trial, seed 1'],
    ['up: a rate of each, and every event is received once', { ...up }, 'up: 4 senders, 50 events/s from each for 6 s, 200 B an event, HTTP/1.1, 1200 distinct events measured a trial, seed 1'],
    ['a burst has no rate', { ...burst, clients: 4 }, 'burst: 4 clients each, all events at once, 200 B an event, polling every 500 ms, HTTP/1.1, 300 distinct events measured a trial, seed 1'],
    ['a storm has no length, and measures no events', { ...storm, clients: 4 }, 'storm: 4 clients each, dropped at once while there are 5 events/s, 200 B an event, polling every 500 ms, HTTP/1.1, seed 1'],
    ['recover is a cut', { ...recover, clients: 4 }, 'recover: 4 clients each, cut off once, 50 events/s for 8 s, 200 B an event, polling every 500 ms, HTTP/1.1, behind the network lan, seed 1'],
    ['connecting is one after the other', { ...connect }, 'connect: 30 connections in full and 30 resumed each, one after the other, HTTP/1.1, seed 1'],
    ['capacity is a closed loop', { ...capacity, clients: 4 }, 'capacity: 4 clients each, asking again as soon as there is an answer, for 3 s, 200 B an event, HTTP/1.1, seed 1'],
    ['silence has no event', { ...idle, clients: 4 }, 'idle: 4 clients each, silence for 60 s, polling every 1000 ms, HTTP/1.1, seed 1'],
    ['a ladder begins somewhere', { ...ladder, clients: 4 }, 'ladder: 4 clients each, from 80 events/s on, 1.5 s a step, 200 B an event, polling every 500 ms, HTTP/1.1, 300 distinct events measured a trial, seed 1'],
    ['together is one server', { ...fanout, clients: 4 }, 'fanout: 4 clients each, 50 events/s for 10 s, 200 B an event, all of one server process, polling every 500 ms, HTTP/1.1, 300 distinct events measured a trial, seed 1'],
    ['what the points set is in the rows', { ...protocols, clients: 4 }, 'protocols: 4 clients each, 50 events/s for 2.5 s, 200 B an event, polling every 500 ms, 300 distinct events measured a trial, seed 1'],
  ])('%s', ([, scenario, said]) => expect(of(scenario)).toBe(said)) // prettier-ignore
  test('its rates, its intervals and its version of TLS too', () => {
    expect(of({ ...scenarios['break-even'], clients: 4 })).toMatch(/^break-even: 4 clients each, 5\.5 s, 200 B an event, HTTP\/1\.1, /) // prettier-ignore
    expect(of({ tls: '1.2' })).toContain(', HTTP/1.1 over TLS 1.2, ')
    expect(of({}, { expected: 0 })).not.toContain('distinct')
  })
  test('without pollers no interval', () => {
    const run = results([row('sse', 1, 5)])
    expect(heading('steady', run)).not.toContain('polling')
  })
})

describe('the conclusions', () => {
  const of = (transport: string, p50s: number[]) => p50s.map((p50, i) => row(transport, i + 1, p50))
  const both = (wss: number[], sse: number[]) => results([...of('wss', wss), ...of('sse', sse)])
  test('of pairs that are apart how much the one takes of the other, in every form; of others that nobody can tell', () => {
    const even = both([1, 2, 3, 4, 5], [1.1, 1.9, 3.3, 4, 5])
    const apart = both([3, 3.1, 2.9, 3, 3.2], [6, 6.3, 5.7, 6, 6.6])
    for (const form of [tables, page, markdown]) {
      expect(form(even)).toContain('Latency, p50: wss and sse cannot be told apart here.')
      expect(form(apart)).toContain('Latency, p50: sse takes 2.00× (1.97–2.06) the latency of wss.')
      expect(form(apart)).toContain('Everything ran on loopback: no network between.')
    }
  })
  test('what is clear and not worth a word is called small: 10 %, of bytes 2 %', () => {
    const sized = (each: Row): Row => ({
      ...each,
      bytesPerEvent: { ...each.bytesPerEvent, total: each.transport === 'sse' ? 105 : 100 },
    })
    const near = both([3, 3.001, 2.999, 3, 3.002], [3.24, 3.241, 3.239, 3.24, 3.242])
    expect(tables(near)).toContain('Latency, p50: wss and sse differ by less than 10 %.')
    near.trials = near.trials.map(sized)
    expect(tables(near)).toContain('Bytes per event: sse takes 1.05× the bytes of wss.')
  })
  test(`${RUNS} runs of four that are alike: hardly one names a pair, though each has six`, () => {
    const random = seeded(5)
    const alike = () => Array.from({ length: 5 }, () => 2 * Math.exp(0.5 * (random() + random() - 1)))
    const named = Array.from({ length: RUNS }, () => {
      const run = results(transportNames.flatMap((name) => of(name, alike())))
      return / takes \d| differ by/.test(conclusions(summarise(run), run).join())
    })
    // By whether five ratios include 1, it would be a quarter of them.
    expect(named.filter(Boolean).length).toBeLessThanOrEqual(RUNS / 10)
  })
  test('transports of one server process share its time: nothing is said of whose it is', () => {
    const withTime = (each: Row): Row => ({ ...each, server: { ...each.server, cpuUsPerDelivery: 5 } })
    const run = both([1, 2, 3, 4, 5], [2, 4, 6, 8, 15])
    run.trials = run.trials.map(withTime)
    expect(tables(run)).toContain('- Server time per delivery:')
    run.scenarios[0]!.together = true
    expect(tables(run)).not.toContain('- Server time per delivery:')
  })
  test('with fewer than five repeats nothing is concluded; behind a network it says so; no line for what was not measured', () => {
    const few = both([1, 2], [5, 6])
    expect(tables(few)).toContain('Latency, p50: not enough repeats to tell (2; it takes 5).')
    few.scenarios[0]!.profile = 'lan'
    expect(tables(few)).toContain('behind a made network: lan')
    expect(tables(few)).not.toMatch(/loopback: no network|Bytes per event:/)
  })
})

describe('against the floor and against peers', () => {
  const measured = (transport: string, repeat: number, p99: number, cpu: number, beside?: string): Row => {
    const made = row(transport, repeat, 1)
    const { latencyMs, server } = made
    return {
      ...{ ...made, ...(beside && { beside }), latencyMs: { ...latencyMs, p99 } },
      server: { ...server, cpuUsPerDelivery: cpu },
    }
  }
  const rounds = [1, 2, 3].flatMap((repeat) => [
    measured('wss', repeat, 6 * repeat, 10),
    measured('floor', repeat, 4 * repeat, 20),
    measured('nchan-wss', repeat, [3, 24, 18][repeat - 1]!, 40, 'wss'), // of the medians 12/18; of the rounds 2, 0.5, 1
    measured('hono-sse', repeat, 1, 1, 'sse'),
  ])
  const run = results(rounds)

  test('a line for each of ours against the floor and each rival; medians of the ratios of the same round', () => {
    expect(rivals(run)).toEqual([
      {
        scenario: 'steady',
        table: [
          ['ours ÷ theirs', 'rounds', 'p50', 'p99', 'server µs\nper delivery'],
          ['wss ÷ floor', '3', '1.00', '1.50', '0.50'],
          ['wss ÷ nchan-wss', '3', '1.00', '1.00 (0.50–2.00)', '0.25'],
        ],
      },
    ])
  })
  test('a round in which one of both is not valid does not count, and the line says how many do', () => {
    const broken = results(rounds.map((each, i) => (i === 2 ? { ...each, valid: false, why: 'late' } : each)))
    expect(rivals(broken)[0]!.table[2]).toEqual(['wss ÷ nchan-wss', '2', '1.00', '0.75 (0.50–1.00)', '0.25'])
    const blind = results(
      rounds.map((each, i) => (i === 2 ? { ...each, server: { ...each.server, cpuUsPerDelivery: null } } : each)),
    )
    expect(rivals(blind)[0]!.table[2]!.at(-1)).toBe('0.25, 2 rounds')
  })
  test('points are compared with themselves', () => {
    const at = (batchMs: number, cpu: number) => (each: Row) => ({
      ...{ ...each, point: { batchMs }, server: { ...each.server, cpuUsPerDelivery: cpu * each.repeat } },
    })
    const [wss, , nchan] = rounds as [Row, Row, Row]
    const two = results([at(0, 4)(wss), at(20, 2)(wss), at(0, 2)(nchan), at(20, 8)(nchan)])
    expect(
      rivals(two)[0]!
        .table.slice(1)
        .map(([name, , , , cpu]) => [name, cpu]),
    ).toEqual([
      ['wss ÷ nchan-wss, window 0 ms', '2.00'],
      ['wss ÷ nchan-wss, window 20 ms', '0.25'],
    ])
  })
  test('what a ladder measured at a rate of its own is set against nothing; its knee, memory and connecting are', () => {
    const knee = (each: Row, kneeRate: number): Row => ({
      ...{ ...each, scenario: 'ladder', rate: kneeRate, figures: { kneeRate, kneeLimitedBy: 0 } },
      ...{ connectMs: { full: 5, resumed: null }, server: { ...each.server, rssKbPerConnection: 40 } },
    })
    const run = results(rounds.map((each) => knee(each, each.transport === 'wss' ? 800 : 400)))
    run.scenarios[0]!.name = 'ladder'
    expect(rivals(run)).toEqual([
      {
        scenario: 'ladder',
        table: [
          ['ours ÷ theirs', 'rounds', 'KiB per\nconnection', 'connect', 'highest rate\n(more is better)'],
          ['wss ÷ floor', '3', '1.00', '1.00', '2.00'],
          ['wss ÷ nchan-wss', '3', '1.00', '1.00', '2.00'],
        ],
      },
    ])
    const [, latency] = tables(run).split(/latency, ms/)
    expect(latency!.split('what this scenario measures')[0]).not.toContain('×floor')
    expect(tables(run)).toMatch(/KiB\/con- │ +×floor/)
  })
  test('a knee that no server ended is at least there, and the ratio says so or is not there', () => {
    const limited = (wss: number, others: number) => {
      const knee = (each: Row): Row => ({
        ...{ ...each, scenario: 'ladder' },
        // In one round of three.
        figures: { kneeRate: 400, kneeLimitedBy: each.repeat === 2 ? (each.transport === 'wss' ? wss : others) : 0 },
      })
      const run = results(rounds.map(knee))
      run.scenarios[0]!.name = 'ladder'
      return rivals(run)[0]?.table[1]?.at(-1)
    }
    expect([limited(0, 0), limited(1, 0), limited(0, 2), limited(2, 1)]).toEqual([
      '1.00',
      '≥ 1.00',
      '≤ 1.00',
      undefined,
    ])
  })
  test('two repeats of a ladder that were ended by different ends: both are named', () => {
    const ended = (repeat: number): Row => ({
      ...{ ...row('wss', repeat, 1), scenario: 'ladder', figures: { kneeRate: 400, kneeLimitedBy: repeat - 1 } },
    })
    const run = results([ended(1), ended(2)])
    run.scenarios[0]!.name = 'ladder'
    expect(tables(run)).toContain('server / generator')
  })
  test('where only the floor stands beside ours: what no other table says of both', () => {
    const back = (each: Row): Row => ({
      ...{ ...each, scenario: 'storm', connectMs: { full: 5, resumed: null } },
      figures: { backP99Ms: each.transport === 'floor' ? 100 : 150 },
    })
    const storm = results(rounds.filter(({ beside }) => !beside).map(back))
    storm.scenarios[0]!.name = 'storm'
    expect(rivals(storm)).toEqual([
      {
        scenario: 'storm',
        table: [
          ['ours ÷ theirs', 'rounds', 'back after\na storm, p99'],
          ['wss ÷ floor', '3', '1.50'],
        ],
      },
    ])
    for (const text of [tables(storm), page(storm), markdown(storm)]) expect(text).toContain('wss ÷ floor')
  })
  test('in every form, with how to read it; without peers in none', () => {
    for (const text of [tables(run), page(run), markdown(run)]) {
      expect(text).toMatch(/Against the floor and against peers[^]*wss ÷ nchan-wss[^]*1\.00 \(0\.50–2\.00\)/)
      expect(text).toContain('ours as a multiple of theirs in the same round')
      expect(text).not.toMatch(/goal/i)
    }
    const alone = results(rounds.filter(({ beside }) => !beside))
    for (const text of [tables(alone), page(alone), markdown(alone)]) expect(text).not.toContain('against peers')
  })
  test('peers stand after ours, those of one transport together', () => {
    const names = summarise(everything).filter(({ scenario }) => scenario === 'steady').map(({ transport }) => transport) // prettier-ignore
    expect(names.slice(-4)).toEqual(['hono-sse', 'nchan-sse', 'nchan-wss', 'socket.io-wss'])
  })
})

describe('report.html', () => {
  const html = page(everything)
  const section = (name: string) => html.split(`id="scenario-${name}"`)[1]!.split('</section>')[0]!

  test('is HTML on its own; what comes from outside is text in it', () => {
    const small = page(results([failed, row('sse', 1, 5)]))
    expect(small).toContain('&lt;b&gt;&amp;')
    for (const each of [small, html])
      expect(each.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
        /<script|<b>|https?:|src=|@import|url\((?!#)/,
      )
  })
  test.for([
    ['steady', 'Latency against cost'],
    ['steady', 'Latency against cost, with peers'],
    ['steady', 'Latency over the percentiles'],
    ['steady', 'Latency over the percentiles, wss and its peers'],
    ['steady', 'Latency, run by run'],
    ['steady', 'Bytes of an event, by layer'],
    ['steady', 'Fan-out skew'],
    ['steady', 'Model against measurement'],
    ['ladder', 'Where the knee is'],
    ['ladder', 'How busy the server is on the way to the knee'],
    ['idle', 'Bytes of a silent minute'],
    ['connect', 'Times of this scenario'],
    ['storm', 'After the cut'],
    ['recover', 'After the cut'],
    ['payload', 'p50, ms by payload, B'],
    ['burst', 'Times of this scenario'],
    ['break-even', 'Break-even in bytes'],
    ['break-even', 'Break-even in server time'],
    ['network', 'p99, ms by network'],
    ['up', 'Latency, run by run'],
    ['protocols', 'bytes by HTTP version and TLS version'],
    ['batch', 'server µs by batching window, ms'],
    ['capacity', 'requestsPerSecond'],
    ['fanout', 'Latency over the percentiles'],
  ])('%s has: %s', ([name, title]) => expect(section(name!)).toContain(title))
  test('every chart has a question, a drawing for wide and for narrow, a sentence for who cannot see it, and its numbers', () => {
    const figures = html
      .split('<figure>')
      .slice(1)
      .map((each) => each.split('</figure>')[0]!)
    expect(figures.length).toBeGreaterThan(40)
    for (const figure of figures) {
      expect(figure).toMatch(/<h3>[^<]+<\/h3><p>[^<]+[?.]<\/p><p class="read">[^<]+<\/p>/)
      expect(figure).toMatch(
        /<svg role="img" class="wide" aria-label="[^"]+" aria-describedby="([^"]+)"[^]*class="narrow"[^]*<p class="read" id="\1">[^<]+\./,
      )
      expect(figure).toMatch(/<details>[^]*<td>[^]*<\/details>/)
      expect(figure).not.toMatch(/NaN|undefined|Infinity/)
    }
  })
  test('the percentile curve goes through the median and the p99 of all repeats together', () => {
    const one = madeUpResults({ seed: 7, scenarios: ['fanout'], repeats: 1 })
    const { p50, p99 } = one.trials[0]!.latencyMs
    expect(page(one)).toContain(`sse ${number(p50!)} ms at 50 %, ${number(p99!)} ms at 99 %`)
  })
  test('the percentile curve ends where there are no events for more, however many received them', () => {
    const { histogram } = latencyOf(Array.from({ length: 100 }, () => Float32Array.of(...Array<number>(2000).fill(5))))
    const of = (repeats: number) =>
      results(Array.from({ length: repeats }, (_, i) => ({ ...row('sse', i + 1, 5), histogram, clients: 2000, expected: 200_000 }))) // prettier-ignore
    const numbers = (run: Results) =>
      /Latency over the percentiles[^]*?<t.[^>]*>sse<\/t.>(.*?)<\/tr>/.exec(page(run))![1]!.replaceAll(/<[^>]+>/g, ' ')
    const [one, ten] = [numbers(of(1)), numbers(of(10))]
    expect(one).toMatch(/^ *5\.00 +5\.00 +5\.00 +– *$/)
    expect(ten).toMatch(/^ *5\.00 +5\.00 +5\.00 +5\.00 *$/)
  })
  test('the words of the percentile curve give no percentile that the events cannot carry', () => {
    const { histogram } = latencyOf(Array.from({ length: 60 }, () => Float32Array.of(...Array<number>(100).fill(5))))
    const few = page(results([{ ...row('sse', 1, 5), histogram, clients: 100, expected: 6000 }]))
    expect(few).toContain('sse 5.00 ms at 50 %.')
    expect(few).not.toContain('ms at 99 %')
    expect(few).toContain('Pooled over all repeats, so one bad repeat shows here')
  })
  test('the knee: numbers at the rates that were met; only the drawing puts near ones together', () => {
    const met = (repeat: number, p99: [number, number][]): Row => ({
      ...{ ...row('sse', repeat, 5), scenario: 'ladder', figures: { kneeRate: 436, kneeLimitedBy: 0 } },
      series: { p99 },
    })
    const run = results([met(1, [[400, 10], [436, 20]]), met(2, [[400, 30], [436, 40], [442, 50]])]) // prettier-ignore
    run.scenarios[0]!.name = 'ladder'
    const [chart] = kneeCurves(summarise(run), run)
    expect(chart!.numbers).toEqual([['', 'events/s', 'p99 ms'], ['sse', '400', '20.0'], ['sse', '436', '30.0'], ['sse', '442', '50.0']]) // prettier-ignore
    expect(JSON.stringify(chart!.option(800))).toContain('[[400,20],[440,40]]')
  })
  test('after the cut: for each share of the clients the median of when it was back', () => {
    const back = (repeat: number, ms: number): Row => ({
      ...{ ...row('sse', repeat, null), scenario: 'storm' },
      series: { back: [[ms, 0.5], [3 * ms, 1]] }, // prettier-ignore
    })
    const run = results([back(1, 101), back(2, 103), back(3, 109)])
    run.scenarios[0]!.name = 'storm'
    expect(backCurves(summarise(run), run)[0]!.numbers.slice(1)).toEqual([['sse', '103', '0.50'], ['sse', '309', '1.00']]) // prettier-ignore
  })
  test('a peer has one shape, and no two of a transport have the same', () => {
    const legend = /Latency against cost, with peers[^]*?<ul class="legend">([^]*?)<\/ul>/.exec(section('steady'))![1]!
    const looks = [...legend.matchAll(/--mark:var\(--([a-z-]+)\)">(.)<\/i> ([^<]+)</g)].map(([, color, look, name]) => ({ color, look, name })) // prettier-ignore
    const peers = looks.filter(({ look }) => look !== '●')
    expect(peers.map(({ name }) => name)).toEqual(['hono-sse', 'nchan-sse', 'nchan-wss', 'socket.io-wss'])
    expect(peers[1]!.look).toBe(peers[2]!.look)
    expect(new Set(peers.map(({ color, look }) => `${color}${look}`)).size).toBe(peers.length)
  })
  test('silence: the bytes of a client and a minute, in the chart and in the table', () => {
    const silent = (each: Row): Row => ({
      ...each,
      bytesPerEvent: row('sse', 1, 1).bytesPerEvent,
      layers: each.layers!,
    })
    const idle = madeUpResults({ seed: 1, scenarios: ['idle'], repeats: 1, histograms: false, change: silent })
    expect(page(idle)).toMatch(/floor: 222 bytes/)
    expect(tables(idle)).toMatch(/bytes per client and minute[^]*floor +│ +200 │[^]* 222 /)
  })
  test('no chart of bytes where their layers are not known', () => {
    const unsplit = (each: Row): Row => {
      const { layers: _, ...rest } = each
      return { ...rest, bytesPerEvent: { ...row('sse', 1, 1).bytesPerEvent, up: 600, down: 96, total: 696 } }
    }
    const up = madeUpResults({ seed: 1, scenarios: ['up'], repeats: 1, histograms: false, change: unsplit })
    expect(page(up)).toContain('Latency, run by run')
    expect(page(up)).not.toContain('Bytes of an event')
  })
  test('rows stand in the order of their scenario, not in that of the run', () => {
    const at = (batchMs: number) => ({ ...row('sse', 1, 5), point: { batchMs } })
    const run = results([at(20), row('wss', 1, 5), at(0), at(5)])
    run.scenarios[0]!.points = [0, 5, 20].map((batchMs) => ({ batchMs }))
    expect(summarise(run).map(({ transport, where }) => `${transport} ${where}`)).toEqual(
      ['sse window 0 ms', 'sse window 5 ms', 'sse window 20 ms', 'wss '], // prettier-ignore
    )
  })
  test('each chart says on what it was measured', () => {
    const from = '2026-01-02, Made-up CPU, 2 cores, linux x64 6.1, Node 24.1.0'
    expect(html.split(from)).toHaveLength(html.split('<figure>').length + 1) // and the head of the page
  })
  test('the raw data is in it', () => {
    const [, packed] = /href="data:application\/gzip;base64,([^"]+)"/.exec(html)!
    expect(JSON.parse(gunzipSync(Buffer.from(packed!, 'base64')).toString())).toEqual(everything)
  })
  test('a scenario without a row says so; one with only invalid rows has no chart', () => {
    expect(page(results([]))).toContain('<h2>steady</h2><p>Nothing was measured.</p>')
    expect(page(results([failed]))).not.toContain('<figure>')
  })
})

describe('report.md and results.csv', () => {
  test('the command that repeats it has the network that was put in, where it was', () => {
    const delayed = { ...everything, notes: [...notes, delayNote('wss', 5), delayNote('floor', 2.5)] }
    expect(command('steady', delayed)).toContain(' --delay wss=5 --delay floor=2.5')
    expect(command('fanout', delayed)).toMatch(/ --delay wss=5$/)
    expect(command('capacity', delayed)).not.toContain('--delay')
    expect(command('steady', everything)).not.toContain('--delay')
    expect(tables(delayed)).toContain('but the delay that was ordered')
  })
  test('Markdown: a table and the command that repeats it for each scenario; text stays text', () => {
    const text = markdown(everything)
    for (const name of Object.keys(kinds))
      expect(text).toContain(`npm run bench -- --scenario ${name} --repeats 5 --seed 1`)
    expect(markdown(results([{ ...failed, why: 'a | b <img>' }]))).toContain('a \\| b \\<img\\>')
    const pipes = (line: string) => line.replaceAll('\\|', '').split('|').length
    for (const block of text.split('\n\n').filter((each) => each.startsWith('|')))
      expect(new Set(block.split('\n').map(pipes)).size).toBe(1)
  })
  test('CSV: one line a row, empty for what was not measured', () => {
    const lines = csv(everything).split('\r\n')
    expect(lines).toHaveLength(everything.trials.length + 2)
    expect(lines[1]).toMatch(/^steady,polling,/)
    const text = csv(results([{ ...failed, why: 'said "no",\nand went' }]))
    expect(text).toContain(',"said ""no"",\nand went",')
    expect(text).toMatch(/,false,[^]*,,,,,/)
    expect(text).not.toMatch(/null|undefined|NaN/)
  })
  test('CSV: every value that a row can have, under its own name, but histograms and curves', () => {
    const full = { ...(filled(RowSchema) as Row), point: { payload: 1.5, clients: 2.5 }, figures: { kneeRate: 3.5 } }
    const [head, line] = csv(results([full]))
      .split('\r\n')
      .map((each) => each.split(','))
    const told = Object.fromEntries(head!.map((name, i) => [name, line![i]]))
    const expected = Object.fromEntries(leaves({ ...full, histogram: undefined, series: undefined }))
    expect(told).toMatchObject(expected)
    expect(Object.values(told).filter(Boolean)).toHaveLength(Object.keys(expected).length)
    // Who reads the file reads it by these names.
    const names = ['remark', 'corrupt', 'layers.down.tcpip', 'skewMs.last.p99', 'generator.loopDelayMaxMs', 'generator.answerMs', 'browser.longTasks.totalMs'] // prettier-ignore
    expect(head).toEqual(expect.arrayContaining(names))
  })
})

/** A value of each kind that a schema takes, each number another one. */
function filled(schema: unknown, count = { n: 0 }): unknown {
  const { type, entries, wrapped } = schema as { type: string; entries?: Record<string, unknown>; wrapped?: unknown }
  if (wrapped) return filled(wrapped, count)
  if (entries) return Object.fromEntries(Object.entries(entries).map(([key, each]) => [key, filled(each, count)]))
  count.n++
  return type === 'number' ? count.n : type === 'boolean' ? true : type === 'string' ? `text ${count.n}` : undefined
}

/** By its path, as text. */
function leaves(value: object, path: string[] = []): [string, string][] {
  return Object.entries(value).flatMap(([key, each]: [string, unknown]): [string, string][] => {
    const here = [...path, key]
    if (each === undefined) return []
    return typeof each === 'object' && each !== null ? leaves(each, here) : [[here.join('.'), `${each as string | number | boolean}`]] // prettier-ignore
  })
}

describe('gates', () => {
  test('a gate holds at its number, fails above it, and fails without a number', () => {
    const gate = (bound: number) => [{ transport: 'sse', metric: 'p50', bound }]
    const summaries = summarise(results([row('sse', 1, 5), failed]))
    expect(failedGates(summaries, gate(5))).toEqual([])
    expect(failedGates(summaries, gate(4.9))).toEqual(['gate sse.p50=4.9: steady has 5'])
    expect(failedGates(summaries, [{ transport: 'wss', metric: 'p99', bound: 9 }])).toHaveLength(1)
  })
  test('a figure that only some scenarios have; of what is better when there is more, at least so much', () => {
    const figures = { backAllMs: 900, requestsPerSecond: 5000 }
    const summaries = summarise(results([{ ...row('sse', 1, 5), figures }, row('wss', 1, 5)]))
    const failing = (metric: string, bound: number, transport = 'sse') =>
      failedGates(summaries, [{ transport, metric, bound }])
    expect([failing('backAllMs', 900), failing('requestsPerSecond', 5000)]).toEqual([[], []])
    expect(failing('backAllMs', 899)).toEqual(['gate sse.backAllMs=899: steady has 900'])
    expect(failing('requestsPerSecond', 5001)).toEqual(['gate sse.requestsPerSecond=5001: steady has 5000'])
    expect(failing('requestsPerSecond', 1, 'wss')).toEqual(['gate wss.requestsPerSecond=1: steady has no valid number'])
  })
  test('a scenario that has no latency for anybody is not asked for one, unless nobody else has it either', () => {
    const silent = { ...row('sse', 1, null), scenario: 'idle' }
    const gate = [{ transport: 'sse', metric: 'p99', bound: 9 }]
    const run = (trials: Row[]) => {
      const one = results(trials)
      return { ...one, scenarios: [...one.scenarios, { ...one.scenarios[0]!, name: 'idle' }] }
    }
    const loud = { ...row('sse', 1, 5), latencyMs: { ...row('sse', 1, 5).latencyMs, p99: 8 } }
    expect(failedGates(summarise(run([loud, silent])), gate)).toEqual([])
    expect(failedGates(summarise(run([silent])), gate)).toEqual(['gate sse.p99=9: idle has no valid number'])
  })
})

test('results that are not as the contract says are not written', () => {
  const wrong = { ...row('sse', 1, 5), lost: 0.5 }
  expect(() => checkResults(results([wrong]))).toThrow(/trials\.0\.lost/)
})

describe('the table in README', () => {
  const root = join(import.meta.dirname, '..')
  test('is what the command makes of the reference run; without one there is no table', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8')
    if (!existsSync(join(root, REFERENCE)))
      return expect(readme).toContain('<!-- measured: begin -->\n<!-- measured: end -->')
    const run = await readResults(join(root, REFERENCE))
    // A table of such a run stays until one of a quiet machine takes its place.
    if (isBusy(run.machine)) return expect(() => withTable(readme, run)).toThrow(/busy/)
    const made = withTable(readme, run)
    expect(readme, `make it anew: npm run bench -- --readme ${REFERENCE}`).toBe(made)
  })
  test('changes the block between its comments and nothing else, and twice is once', () => {
    const once = withTable('a\n<!-- measured: begin -->old<!-- measured: end -->\nz', everything)
    expect(once).toBe(`a\n<!-- measured: begin -->\n\n${readmeTable(everything)}\n\n<!-- measured: end -->\nz`)
    expect(withTable(once, everything)).toBe(once)
    expect(once).toMatch(/\| sse \| \d/)
    expect(once).not.toContain('nchan')
  })
  test('a run of a busy machine, and one with a network put in, are not quoted', () => {
    const of = (loadBefore: number, more: Partial<Results> = {}) => {
      const run = madeUpResults({ seed: 1, scenarios: ['steady'], repeats: 1, histograms: false })
      return { ...run, ...more, machine: { ...run.machine, loadBefore } }
    }
    expect(() => readmeTable(of(1.01))).toThrow(/^the machine was busy when the run began \(load 1\.0 on 2 cores\): .*; measure again/) // prettier-ignore
    expect(() => readmeTable(of(0.3, { notes: [delayNote('sse', 5)] }))).toThrow(/stood before sse \(--delay\)/)
    expect(readmeTable(of(1))).toContain(', seed 1, load 1.0 before it. All of it')
    const course = '<!-- measured: steady cost -->\n<!-- measured: end -->'
    expect(() => withTables(course, of(6), 'a.json')).toThrow(/busy/)
    expect(withTables(course, of(0.3), 'a.json')).toContain(', load 0.3 before it: `a.json`')
  })
  test('every form says what the machine had to do before', () => {
    const run = madeUpResults({ seed: 1, scenarios: ['steady'], repeats: 1, histograms: false })
    const loaded = { ...run, machine: { ...run.machine, loadBefore: 6.39 } }
    for (const text of [page(loaded), markdown(loaded)]) expect(text).toContain(', load 6.4 before it: a busy machine')
    const { loadBefore: _, ...unknown } = run.machine
    for (const machine of [unknown, { ...run.machine, system: 'win32 x64 10' }])
      expect(markdown({ ...run, machine })).not.toContain('before it')
  })
  test('what stands in its brackets is called what it is', () => {
    const of = (repeats: number) =>
      readmeTable(madeUpResults({ seed: 1, scenarios: ['steady'], repeats, histograms: false }))
    expect(of(3)).toContain('medians of 3 repeats, in brackets their range. ')
    expect(of(5)).toContain('in brackets their range (of five it covers the true median in 93.75 % of cases). ')
    expect(of(7)).toContain('in brackets the 95 % bootstrap interval over them. ')
  })
  test('the null transport asks nobody: no number, and no zero', () => {
    const asked = (each: Row): Row => ({ ...each, requestsPerEvent: each.transport === 'polling' ? 0.04 : 0 })
    const run = results([row('polling', 1, 5), row('sse', 1, 5), row('null', 1, 1)].map(asked))
    const cells = readmeTable(run)
      .split('\n')
      .flatMap((line) => (line.startsWith('| ') ? [line.split(' | ')] : []))
    expect(cells.map((each) => [each[0], each[4]]).slice(-3)).toEqual([['| polling', '0.04'], ['| sse', '0.00'], ['| null', '–']]) // prettier-ignore
  })
  test('a README without the block, and a run without steady, are said in words', () => {
    expect(() => withTable('a', everything)).toThrow(/expected <!-- measured: begin -->/)
    expect(() => readmeTable(madeUpResults({ seed: 1, scenarios: ['idle'] }))).toThrow(/steady/)
  })
})
