// What the experiments of sessions 1 and 2 must find, as data: bounds that follow from the theory, with their reason; an answer that is
// wrong lies outside. A new experiment is one entry here, or in one of the two files that this one takes in.
import { expect } from 'vitest'
import { INTERVALS, LAST_MS, PER_SECOND } from '../public/learn/polling-interval/answer.ts'
import { chanceOf } from '../public/learn/polling-interval/chance.ts'
import { LATE_MS, ONE, eventsIn, number, within } from './expected.ts'
import type { Expected, Rows } from './expected.ts'
import { laterExpectations } from './later-experiments.ts'
import { streamExpectations } from './stream-experiments.ts'

export type { Rows }

export const expectations: Record<string, Expected> = {
  'polling-interval': {
    choice: 2,
    numbers(rows) {
      expect(rows.map((row) => number(row, 'interval, ms'))).toEqual(INTERVALS)
      for (const row of rows) {
        const [i, t] = [number(row, 'interval, ms'), number(row, 'round trip, ms')]
        // For 16.3 s; what came up after the last question is not there.
        const seconds = LAST_MS / 1000
        const [least, most] = [seconds - i / 1000, seconds].map((time) => eventsIn(time, PER_SECOND))
        within(number(row, 'events'), least![0], most![1])
        // i/2 + t. Of 19 runs in 20 chance takes the median no further off; twice as far, of some ten thousand.
        const off = 2 * chanceOf({ intervalMs: i, perSecond: PER_SECOND, lastMs: LAST_MS })
        within(number(row, 'median latency, ms'), i / 2 + t - off, i / 2 + t + off + LATE_MS / 4)
        // i + 3t/2 at most; some event comes within half a second of a pause that has just begun.
        within(number(row, 'worst latency, ms'), Math.max(0.7 * i, i - 500), i + 1.5 * t + LATE_MS)
        expect(number(row, 'lost')).toBe(0)
        within(number(row, 'connections'), ...ONE)
      }
      // A question for each event against one for sixteen: h + b and h/16 + b, where heads h are five to ten events b.
      const costs = rows.map((row) => number(row, 'bytes per event'))
      expect(costs).toEqual(costs.toSorted((a, b) => b - a))
      within(costs[0]! / costs[2]!, 2.5, 9)
      // Two quarters of a second touch each pause of one, u and 1 − u of it: with u(1 − u), a quarter at most, neither has its event in it.
      // Of 64 pauses 16 at most, and 3σ. A longer pause has whole quarters in it.
      const [quick, ...slow] = rows.map((row) => number(row, 'empty answers'))
      within(quick!, 1, 26)
      expect(slow).toEqual([0, 0])
    },
    // One waited longer than theory lets it: the machine was late, and the medians may be off by that.
    isBusy: (rows) =>
      rows.some((row) => {
        const [i, t, worst] = ['interval, ms', 'round trip, ms', 'worst latency, ms'].map((name) => number(row, name))
        return worst! > i! + 1.5 * t! + LATE_MS / 5
      }),
  },
  'background-tabs': {
    choice: 1,
    numbers(rows) {
      const [timer, worker, polling, sse, wss] = rows
      const shown = (row: Rows[number] | undefined) => number(row, 'in sight, ms')
      const hidden = (row: Rows[number] | undefined) => number(row, 'hidden, ms')
      // A timer fires not before its time: 250 ms, less what a clock is coarse (1 ms in Firefox). A busy machine is late.
      for (const each of [shown(timer), shown(worker), hidden(worker)]) within(each, 248, 250 + LATE_MS)
      within(hidden(timer), 950, 1000 + LATE_MS) // once a second
      expect(hidden(timer) / hidden(worker)).toBeGreaterThan(1.5) // four times, but for that
      // A question each second: half of that on average; 64 events, a standard error of 1/16 s, three of those.
      within(hidden(polling), 500 - 190, 500 + 190 + LATE_MS / 2)
      within(shown(polling), 125 - 75, 125 + 75 + LATE_MS / 2) // some 25 events; and the round trip
      // As in sight, some milliseconds. What waits for a timer of a second has half of one, as polling has, on however busy a machine.
      for (const row of [sse, wss]) within(hidden(row), 0, hidden(polling) / 2)
    },
  },
  'long-polling': {
    choice: 1,
    numbers(rows, sentence) {
      expect(sentence).toContain('none was lost')
      const answered = rows.filter((row) => row['answered at, ms'] !== '–')
      // 6 s of one event a second, and 6 s of n = rt + e^(−rt) in an answer: 2.0 to 2.5 at 300 to 400 ms there and back.
      within(answered.length, 5 + 13, 8 + 20)
      // 300 ms at least; at most the gap between two events of two seconds, and the way.
      for (const row of answered.slice(1)) within(number(row, 'held and under way, ms'), 295, 2000 + 400 + LATE_MS)
      // 2 to 2.5 on average, so three at times; six a second for as long as a question is late.
      within(Math.max(...answered.map((row) => number(row, 'events in the answer'))), 2, 6)
    },
  },
  'keep-alive': {
    choice: 2,
    numbers(rows) {
      const of = (what: string) => rows.find((row) => row.what === what)
      const [kept, fresh] = [of('kept connection, all'), of('new connection each time, all')]
      within(number(kept, 'connections'), ...ONE)
      within(number(fresh, 'connections'), 8, 12) // one each; in reserve at times, see ONE
      expect([kept, fresh].map((row) => number(row, 'requests'))).toEqual([8, 8])
      // A hello of TLS 1.3 is 0.6 to 2 kB (key shares, a ticket), the head of a question 0.5 to 1 kB: one hello in eight against one each.
      within(number(fresh, 'bytes up') / number(kept, 'bytes up'), 1.5, 5)
      expect(number(of('silence, kept HTTP connection'), 'bytes down')).toBe(0)
      // 5 a second for 3 s, of 22 bytes of record, 2 to 4 of frame and 80 to 100 of event; a heartbeat of 50 in between.
      const [few, many] = eventsIn(3, 5)
      within(number(of('silence, WebSocket'), 'bytes down'), few * 104, many * 126 + 50)
    },
  },
  'six-connections': {
    choice: 1,
    numbers(rows) {
      expect(new Set(rows.map((row) => row.in))).toEqual(new Set(['a tab']))
      const of = (phase: string) => rows.filter((row) => row.phase === phase)
      const isOpen = (row: Rows[number]) => Number.isFinite(number(row, 'opened after, ms'))
      expect(of('HTTP/1.1').map(isOpen)).toEqual([true, true, true, true, true, true, false])
      expect(number(of('HTTP/1.1')[0], 'TCP connections')).toBe(6)
      expect(of('HTTP/2').filter(isOpen)).toHaveLength(8)
      within(number(of('HTTP/2')[0], 'TCP connections'), ...ONE)
      const followers = of('one leader, HTTP/1.1').map((row) => number(row, 'events'))
      within(number(of('one leader, HTTP/1.1')[0], 'TCP connections'), ...ONE)
      const [leader, ...others] = followers.toSorted((a, b) => a - b)
      within(leader!, 5, others[0]!) // it left half-way
      expect(others.at(-1)! - others[0]!).toBeLessThanOrEqual(4) // they join one after the other
    },
  },
  caching: {
    choice: 1,
    numbers(rows) {
      const of = (what: string) => rows.find((row) => row.what === what)
      expect(rows.filter((row) => row.statuses === '304')).toHaveLength(2)
      const [plain, hit] = [of('100 events, no condition'), of('100 events, the right ETag')]
      // 100 events of 80 to 90 bytes, heads of 0.6 to 1.5 kB, two records.
      within(number(plain, 'bytes of one exchange'), 8600, 10_600)
      // Heads alone, and at most once the leave that another origin has to ask for, which is as much again.
      within(number(hit, 'bytes of one exchange'), 500, 3000)
      expect(number(of('/public/icon.svg, cache mode force-cache'), 'transferSize')).toBe(0)
      // The body, and 300 bytes that stand for a head (W3C Resource Timing).
      within(number(of('/feed/polling, cache mode force-cache'), 'transferSize'), 8000, 9600)
    },
  },
  'one-url': {
    choice: 2,
    numbers(rows) {
      expect(rows.map((row) => row.transport)).toEqual(['polling', 'long-polling', 'sse', 'wss'])
      expect(rows.map((row) => row.status)).toEqual(['200', '200', '200', 'opened'])
      expect(rows.map((row) => row['Preference-Applied'])).toEqual(['–', 'wait=10', '–', '–'])
      const [polling, longPolling, sse, wss] = rows.map((row) => number(row, 'events'))
      expect(polling).toBe(0) // it asks from now on, and is answered now
      within(longPolling!, 1, 2) // answered with the first one; with two that come at one moment
      within(sse!, 8 - 2, eventsIn(4, 2)[1]) // two a second for 4 s, from when it is open
      expect(Math.abs(sse! - wss!)).toBeLessThanOrEqual(2) // one may be open a second before the other
    },
  },
  ...streamExpectations,
  ...laterExpectations,
}
