// What the experiments of sessions 3 and 4, about SSE and WebSocket, must find: bounds that follow from the theory, with their reason.
import { expect } from 'vitest'
import { LATE_MS, eventsIn, number, within } from './expected.ts'
import type { Expected } from './expected.ts'

export const streamExpectations: Record<string, Expected> = {
  'sse-reconnect': {
    choice: 0,
    said: /ERR_CONNECTION_RESET/,
    numbers(rows, sentence, result) {
      expect(sentence).toContain('lost nothing')
      expect(result).toContain('so the newer number came in Last-Event-ID')
      within(rows.length, ...eventsIn(8, 6))
      expect(rows.filter((row) => row['EventSource had it at, ms'] === 'never')).toEqual([])
      // Away for a second and a new connection, six events a second.
      within(rows.filter((row) => row['fetch had it at, ms'] === 'never').length, ...eventsIn(1, 6))
    },
  },
  'buffering-proxy': {
    choice: 2,
    // A question that comes while the proxy is going away may be answered 502 by it, and that has no CORS header.
    said: /ERR_FAILED|blocked by CORS policy|Cross-Origin Request Blocked|502|ERR_CONNECTION/,
    numbers(rows) {
      const [free, behind, careful, longPolling, wss] = rows
      expect(number(behind, 'events while the proxy was there')).toBe(0)
      // Not before the proxy is taken away, at 6.5 s; the server behind it is away for 2 s then.
      within(number(behind, 'first word, ms'), 6500, 6500 + 2000 + LATE_MS)
      // The first event was due within half a second of the beginning, and waited for the end of it.
      within(number(behind, 'worst latency, ms'), 6500 - 500 - LATE_MS, 6500 + 2000 + LATE_MS)
      const [low, high] = eventsIn(6.5, 4)
      for (const row of [free, longPolling, wss]) {
        within(number(row, 'events while the proxy was there'), low, high)
        within(number(row, 'median latency of those, ms'), 0, 125) // as they come: less than half the distance of two
      }
      // Late, and by the same cursor: it has them all.
      within(number(careful, 'events while the proxy was there'), low, high)
      for (const row of rows) {
        expect(number(row, 'lost')).toBe(0)
        // All that was due while the proxy was there, and what came in the 3 s after it, less the time to come back.
        within(number(row, 'events in all'), low, eventsIn(9.5, 4)[1])
      }
    },
  },
  'websocket-handshake': {
    choice: 1,
    said: /WebSocket connection to .* failed|Firefox can’t establish a connection/,
    numbers(rows) {
      const of = (what: string) => rows.filter((row) => row.what === what).map((row) => row.value)
      expect(of('accept computed')[0]).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=') // RFC 6455 §1.3
      expect(of('accept on the wire')[0]).toBe(of('accept computed').at(-1))
      expect(of('chosen subprotocol')).toEqual(['wirelab.v1'])
      expect(of('close code for the wrong subprotocol')).toEqual(['1006'])
    },
  },
  'slow-consumer': {
    choice: 2,
    numbers(rows) {
      const of = (what: string) => rows.find((row) => row.what === what)?.value
      const ms = (what: string) => Number(of(what))
      expect([of('lost'), of('repeated'), of('gaps told')]).toEqual(['0', '0', '0'])
      expect(of('close code')).toMatch(/^(1006|4008)$/)
      // 1 MiB of queue at 1.58 MB/s, behind the kernels' buffers, which 9 s of it must fill. The fast reader shows whether the server was
      // held up so long that more than 64 KiB was due at once: that is read from the log, there is no queue, and it is 10 s in which nothing
      // was taken.
      const took = ms('server let go of the line, ms') - ms('the feed grew, ms')
      const wasHeldUp = ms('the same while the line was slow, ms') > 65_536 / 1_600
      within(took, (1_048_576 / 1_580_000) * 1000, 9000 + (wasHeldUp ? 10_000 : 0) + LATE_MS)
      // At least what the queue holds, 65 events of 16 kB; at most all of a hundred a second, until the feed is small again a second later.
      within(ms('most events behind'), 65, ((took + 1000 + 2 * LATE_MS) / 1000) * 100)
      // A hundred large events a second are no work for a reader on the same machine, while the other one's wait in the queue.
      expect(ms('worst latency of the fast reader, ms')).toBeLessThan(1000 + LATE_MS)
      // It was at the beginning of the queue; without one, among what was due when for 10 s nothing was taken.
      expect(ms('worst latency of the slow reader, ms')).toBeGreaterThan(wasHeldUp ? Math.min(took, 10_000) : took)
      // To the end of the log both; two a second then, and the newest may be on its way.
      within(ms('events read by the slow reader') - ms('events read by the fast reader'), -2, 1)
      expect(ms('caught up, ms')).toBeGreaterThan(ms('line well again, ms'))
    },
  },
}
