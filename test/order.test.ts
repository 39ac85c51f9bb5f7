// What `wirelab bench` is ordered to do: a flag that would change nothing, or something else than it says, is refused, and the line says why.
import { describe, expect, test } from 'vitest'
import { peerNames } from '../bench/contestants.ts'
import { scenarioNames } from '../bench/scenarios.ts'
import { runOptions } from '../src/cli/order.ts'
import type { Flags } from '../src/cli/order.ts'

const order = (flags: Partial<Flags>) => runOptions({ out: 'bench/out', seed: 1, ...flags })

describe('--delay', () => {
  test('before one transport that is run, on loopback', () => {
    expect(order({ delay: { sse: 5, floor: 2 } }).delaysMs).toEqual({ sse: 5, floor: 2 })
    expect(order({ scenario: ['up'], delay: { wss: 5 } }).delaysMs).toEqual({ wss: 5 })
    // Where its transport has no trial it stands before none.
    expect(order({ scenario: ['steady', 'fanout'], delay: { floor: 5 } }).delaysMs).toEqual({ floor: 5 })
  })
  test.for<[Partial<Flags>, RegExp]>([
    [{ transports: ['sse'], delay: { sse: 1, wss: 5 } }, /^bench: --delay names wss, which is not run$/],
    [
      { scenario: ['fanout'], delay: { wss: 5 } },
      /--delay means nothing to fanout, whose transports are on one server/,
    ],
    [
      { scenario: ['network'], delay: { wss: 5 } },
      /--delay means nothing to network, which has a network of its own \(/,
    ],
    [{ scenario: ['recover'], delay: { sse: 5 } }, /means nothing to recover, which has a network of its own \(lan\)/],
    [{ scenario: scenarioNames, delay: { sse: 5 } }, /--delay means nothing to/],
  ])('refused: %j', ([flags, why]) => expect(() => order(flags)).toThrow(why))
})

describe('--peers', () => {
  const [first] = peerNames as [string]
  test.for<[Partial<Flags>, RegExp]>([
    [
      { scenario: ['fanout', 'connect'] },
      /--peers means nothing to fanout, connect; what takes them is steady, thousand, /,
    ],
    [{ http: '2' }, /--peers are read over HTTP\/1\.1: expected no --http 2/],
  ])('refused: %j', ([flags, why]) => {
    expect(() => order({ ...flags, peers: [first] })).toThrow(why)
    expect(() => order({ ...flags, peers: true })).toThrow(why)
  })
  test('where one scenario takes them they stand in that one', () => {
    const { peers, scenarios } = order({ scenario: ['storm', 'connect'], peers: ['ws-wss'] })
    expect([peers, scenarios.map((each) => each.peers)]).toEqual([['ws-wss'], [true, false]])
  })
})
