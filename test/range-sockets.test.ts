// Each attack of the range that is made from a socket, in both positions of its switch, against a target that was started for it.
import { afterEach, describe, expect, test } from 'vitest'
import { runApart } from '../src/range/apart.ts'
import type { Outcome, Target } from '../src/range/attack.ts'
import { raid } from '../src/range/raid.ts'
import { socketAttacks, socketDefences } from '../src/range/sockets.ts'
import { openTarget } from './targets.ts'
import type { TestTarget } from './targets.ts'

const PATIENCE = { timeout: 120_000 }
const never = new AbortController().signal

let open: TestTarget | undefined
afterEach(async () => {
  await open?.close()
  open = undefined
})

/** What is seen: with the defence by which rule of the lab it failed, and without it what the attacker got. */
const cases: Record<string, { on: RegExp; off: RegExp }> = {
  subprotocol: {
    on: /: 400 bad_subprotocol$/m,
    off: /: 101\n.*“wirelab\.v1”\nand sends messages of its own: {"hello"/,
  },
  oversize: {
    on: /: 5 × close code 1009\n/,
    off: /: 5 × taken, and more is waited for\nsent 3\d\.. MiB; .* grew by 3\d\.. MiB/,
  },
  fragments: {
    on: /: 10 × close code 1008\n/,
    off: /: 10 × all of them taken.*\nsent 4\.. MiB; .* grew by \d{2,}\.. MiB/,
  },
  pings: { on: /; 8 × close code 4029\n/, off: /^\d{4,} pings were answered.*; 8 × open to the end\n/ },
  'slow-loris': {
    on: /; 1\d\d were answered 408 and closed, \d\d? still open.*\n.* [1-9]\d* were served/,
    off: /0 were answered 408.*\n.* 0 were served$/,
  },
  guesses: {
    on: /^[5-7] guesses .* 401\nthen 429 too_many_tries; the next try may be in \d s$/,
    off: /^2[01] guesses .* 401\n“.*” was right: 201/,
  },
  'ticket-replay': { on: /: 101\n.*: 401 unauthorized$/, off: /: 101\n.*: 101\n[^]*"ack"/ },
  'session-replay': {
    on: /\(201\) and out \(204\)\n.*: 401 unauthorized\n.*: 401 unauthorized$/,
    off: /: 200, {"name":"victim".*\n.*: 200$/,
  },
  downgrade: {
    on: /TLS 1\.3: cut\n.*TLS 1\.2: cut\n.*TLS 1\.1: cut\n.*: alert 70 \(protocol_version\)\n/,
    off: /1\.3: cut\n.*1\.2: cut\n.*1\.1: cut\n.*: TLS 1\.0, .*CBC_SHA; its request was answered 200\n/,
  },
}

describe.each(socketAttacks.map((attack) => [attack.slug, attack] as const))('%s', (slug, { defences }) => {
  test('without its defence it succeeds, and leaves nothing open', PATIENCE, async () => {
    const { succeeded, seen } = await attacked(slug, defences)
    expect(seen.join('\n')).toMatch(cases[slug]!.off)
    expect(succeeded).toBe(true)
  })
  test('with it, it fails by a rule of the lab, and leaves nothing open', PATIENCE, async () => {
    const { succeeded, seen } = await attacked(slug, [])
    expect(seen.join('\n')).toMatch(cases[slug]!.on)
    expect(succeeded).toBe(false)
  })
})

test('two more defences against a downgrade have no switch: SCSV, and the random of the server', PATIENCE, async () => {
  const { seen } = await attacked('downgrade', ['tls-version'])
  expect(seen.join('\n')).toMatch(/on the way: the client found out.*\n.*SCSV\): alert 86 \(inappropriate_fallback\)$/)
})

describe('what an attack may use', () => {
  const victim: Pick<Target, 'port' | 'ca'> = { port: 1, ca: '' }
  test('no more connections than agreed, and none after its end', PATIENCE, async () => {
    open = await openTarget([])
    const refused = await raid(open.target, never, async (raid) => {
      raid.spent.connections = 199
      await raid.open()
      return raid.open().catch((error: Error) => error.message)
    })
    expect(refused).toBe('an attack has 200 connections')
    await open.left()
  })
  test('no more bytes than agreed', PATIENCE, async () => {
    open = await openTarget([])
    const refused = raid(open.target, never, async (raid) => {
      const line = await raid.open()
      raid.spent.bytes = 64 * 2 ** 20
      await line.write('x')
    })
    await expect(refused).rejects.toThrow('an attack has 67108864 bytes')
    await open.left()
  })
  test('no time after it was given up', async () => {
    await expect(raid(victim, AbortSignal.abort(), (raid) => raid.open())).rejects.toThrow(/abort/)
    await expect(runApart('pings', {} as Target, AbortSignal.abort())).rejects.toThrow(/abort/)
  })
  test('another certificate is not believed', PATIENCE, async () => {
    open = await openTarget([])
    const { port } = open.target
    await expect(raid({ port, ca: open.otherCa }, never, (raid) => raid.open())).rejects.toThrow(/certificate/)
  })
})

async function attacked(slug: string, off: readonly string[]): Promise<Outcome> {
  open = await openTarget(socketDefences.filter(({ name }) => off.includes(name)))
  const outcome = await socketAttacks.find((each) => each.slug === slug)!.run!(open.target, never)
  await open.left()
  return outcome
}
