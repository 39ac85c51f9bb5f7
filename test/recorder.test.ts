// The history checker is itself checked: each seeded fault is reported under its name, and a clean history is clean.
import { describe, expect, test } from 'vitest'
import { encodeEvent, formatCursor } from '../src/core/event.ts'
import type { FeedEvent, Gap } from '../src/core/event.ts'
import { recorder } from '../src/core/recorder.ts'
import type { RecorderOptions, Verdict } from '../src/core/recorder.ts'

const EPOCH = 'abcd1234'
const cursor = (offset: number, epoch = EPOCH) => formatCursor({ epoch, offset })
const event = (offset: number, epoch = EPOCH): FeedEvent => ({
  id: cursor(offset, epoch),
  at: 1000 + offset,
  type: 'tick',
  data: { n: offset },
})
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => event(first + i))
const gap = (reason: Gap['reason'], from: string, to: number): Gap => ({ reason, from, to: cursor(to) })
const published = new Map(range(1, 1000).map((each) => [each.id, encodeEvent(each)]))
const log = { epoch: EPOCH, first: 1, last: 10, bytes: (id: string) => published.get(id as never) }

function judge(history: (FeedEvent | Gap)[], options: RecorderOptions = {}, given: object = {}): Verdict {
  const judged = recorder({ after: cursor(0), keep: true, ...options })
  for (const item of history)
    if ('reason' in item) judged.gap(item)
    else judged.observe(item)
  return judged.verdict({ ...log, ...given })
}

const none = {
  ...{ expected: 10, received: 10, lost: 0, duplicated: 0, reordered: 0, nonMonotonic: 0, corrupt: 0 },
  ...{ undeclaredGaps: 0, falseGaps: 0, declared: 0, clean: true },
}
const faulty = (faults: Partial<Verdict>): Verdict => ({ ...none, clean: false, ...faults })
const without = (...offsets: number[]) => range(1, 10).filter((_, i) => !offsets.includes(i + 1))

describe('a history without fault is clean', () => {
  test('all events, in order', () => expect(judge(range(1, 10))).toEqual(none))
  test('events outside the log asked about do not count', () =>
    expect(judge(range(1, 20), {}, { first: 5, last: 14 })).toEqual(none))
  test('a client that started at the first event, cursor unknown', () => {
    const judged = recorder()
    range(1, 10).forEach((event) => judged.observe(event))
    expect(judged.verdict({ epoch: EPOCH, first: 1, last: 10 })).toEqual(none)
  })
  test('an empty log, an empty history', () =>
    expect(judge([], {}, { last: 0 })).toEqual({ ...none, expected: 0, received: 0 }))
  test('a retention gap in the middle', () =>
    expect(judge([...range(1, 3), gap('retention', cursor(3), 7), ...range(8, 10)])).toEqual({
      ...none,
      ...{ received: 6, declared: 4 },
    }))
  test('a retention gap at the start', () =>
    expect(judge([gap('retention', cursor(0), 4), ...range(5, 10)])).toEqual({ ...none, received: 6, declared: 4 }))
  test('a retention gap at the start, cursor unknown', () =>
    expect(judge([gap('retention', cursor(0), 4), ...range(5, 10)], { after: undefined as never })).toEqual({
      ...none,
      ...{ received: 6, declared: 4 },
    }))
  test('an epoch gap', () =>
    expect(
      judge([gap('epoch', cursor(77, 'otherone'), 0), ...range(1, 10)], { after: cursor(77, 'otherone') }),
    ).toEqual(none))
  test('a gap because the cursor was ahead of the log', () =>
    expect(judge([gap('ahead', cursor(500), 0), ...range(1, 10)], { after: cursor(500) })).toEqual(none))
})

describe('each seeded fault is reported', () => {
  test('drop', () => expect(judge(without(4))).toEqual(faulty({ received: 9, lost: 1, undeclaredGaps: 1 })))
  test('drop of the first and the last', () =>
    expect(judge(without(1, 10))).toEqual(faulty({ received: 8, lost: 2, undeclaredGaps: 2 })))
  test('nothing came at all', () => expect(judge([])).toEqual(faulty({ received: 0, lost: 10, undeclaredGaps: 1 })))
  test('a client that came late, cursor unknown', () => {
    const judged = recorder()
    range(3, 10).forEach((event) => judged.observe(event))
    expect(judged.verdict({ epoch: EPOCH, first: 1, last: 10 })).toEqual(
      faulty({ received: 8, lost: 2, undeclaredGaps: 1 }),
    )
  })
  test('duplicate', () =>
    expect(judge([...range(1, 10), event(10)])).toEqual(faulty({ duplicated: 1, nonMonotonic: 1 })))
  test('swap', () =>
    expect(judge([event(1), event(3), event(2), ...range(4, 10)])).toEqual(faulty({ reordered: 1, nonMonotonic: 1 })))
  test('swap of the first two, cursor unknown', () =>
    expect(judge([event(2), event(1), ...range(3, 10)], { after: undefined as never })).toEqual(
      faulty({ reordered: 1, nonMonotonic: 1 }),
    ))
  test('corrupt', () =>
    expect(judge([...range(1, 9), { ...event(10), data: { n: 11 } }])).toEqual(faulty({ corrupt: 1 })))
  test('an event that nobody published', () => expect(judge([...range(1, 10), event(1001)]).corrupt).toBe(1))
  test('undeclared gap of several events', () =>
    expect(judge(without(4, 5, 6))).toEqual(faulty({ received: 7, lost: 3, undeclaredGaps: 1 })))
  test('a gap that is told too late does not excuse', () =>
    expect(judge([...range(1, 3), event(6), gap('retention', cursor(3), 5), ...range(7, 10)]).lost).toBe(2))
  test('a gap that covers only a part', () =>
    expect(judge([...range(1, 3), gap('retention', cursor(3), 5), ...range(7, 10)])).toEqual(
      faulty({ received: 7, declared: 2, lost: 1, undeclaredGaps: 1 }),
    ))
  test('another epoch without a word', () =>
    expect(judge([...range(1, 10), event(1, 'otherone')], { keep: false }, { bytes: undefined }).undeclaredGaps).toBe(
      1,
    ))
  test('false gap: it skips nothing', () =>
    expect(judge([...range(1, 3), gap('retention', cursor(3), 3), ...range(4, 10)])).toEqual(faulty({ falseGaps: 1 })))
  test('false gap: the events were held', () =>
    expect(judge([...range(1, 3), gap('slow', cursor(3), 5), ...range(6, 10)], {}, { held: () => true })).toEqual(
      faulty({ received: 8, declared: 2, falseGaps: 1 }),
    ))
  test('false gap: not ahead at all', () =>
    expect(judge([gap('ahead', cursor(5), 0), ...range(1, 10)], { after: cursor(5) }).falseGaps).toBe(1))
  test('false gap: the epoch is the same', () =>
    expect(judge([gap('epoch', cursor(0), 0), ...range(1, 10)]).falseGaps).toBe(1))
  test('going back to an old position', () =>
    expect(judge([...range(1, 5), ...range(3, 10)])).toEqual(faulty({ duplicated: 3, nonMonotonic: 1 })))
})

test('comparing bytes without having kept any is refused, not answered with "clean"', () =>
  expect(() => recorder().verdict(log)).toThrow('keep'))
