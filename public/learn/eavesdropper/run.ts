// The run of “The eavesdropper”: the lab lets votes be overheard on plain sockets and over TLS 1.3 and 1.2, and with padding.
import { encodeEvent } from '../../../src/core/event.ts'
import type { Bench } from '../../bench.ts'
import { seenIn } from '../../tls/records.ts'
import { latin1 } from '../../wire/piece.ts'
import type { Sent, TapOrder } from '../../tap.ts'
import { overhear } from '../overhear.ts'
import type { Passing } from '../overhear.ts'
import type { Run } from '../run.ts'
import type { Data, Line, Round, Sample } from './answer.ts'
import { clearOf } from './clear.ts'
import { counted, listen, namedRight } from './listener.ts'

const ROUNDS: readonly TapOrder[] = [
  { tls: '1.3', padded: false, tamper: false },
  { tls: '1.2', padded: false, tamper: false },
  { tls: '1.3', padded: true, tamper: false },
]
/** Whose bytes are shown: the shortest line. */
const SHOWN = 'wss'
const LAST_PACKETS = 3

export async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  const data: Data = { rounds: [], seen: [], lastMs: 5000 }
  for (const order of ROUNDS) {
    run.step(`votes over TLS ${order.tls}${order.padded ? ', padded' : ''}`)
    data.rounds.push(await round(run, bench, order, data))
    run.show(data)
  }
  return data
}

async function round(run: Run<Data>, bench: Bench, order: TapOrder, data: Data): Promise<Round> {
  const { state, passed } = await overhear(run, bench, order, (passed) => {
    const startedAt = passed[0]?.at ?? 0
    data.lastMs = Math.max(4000, (passed.at(-1)?.at ?? 0) - startedAt)
    data.sample = sampleOf(passed)
    data.seen = transportsOf(passed).map((transport) => ({
      transport,
      marks: seenIn(of(passed, transport, true)).map(({ at, up, bytes }) => ({ at: at - startedAt, up, bytes })),
    }))
    run.show(data)
  })
  const [own, secret] = [state.sent.slice(0, 2), state.sent.slice(2)]
  const votes = secret.map(isYes)
  const lines = transportsOf(passed).map((transport) => lineOf(passed, transport, own, votes))
  const clear = clearOf(seenIn(of(passed, SHOWN, true)))
  return { tls: order.tls, isPadded: order.padded, votes, lines, ...(clear && { clear }) }
}

function lineOf(passed: readonly Passing[], transport: string, own: readonly Sent[], votes: readonly boolean[]): Line {
  const heard = listen(
    seenIn(of(passed, transport, true)),
    own.map((each) => ({ at: each.at, isYes: isYes(each), bytes: lengthOf(each) })),
  )
  const textOf = (isUp: boolean) =>
    of(passed, transport, false)
      .filter(({ up }) => up === isUp)
      .map(({ bytes }) => latin1(bytes))
      .join('')
  const plain = [...textOf(false).matchAll(/"vote":"(yes|no)/g)].map(([, word]) => word === 'yes').slice(own.length)
  return {
    ...{ transport, pattern: heard.pattern, counted: counted(heard.guessed) },
    right: namedRight(heard.guessed, votes),
    read: votes.filter((vote, index) => plain[index] === vote).length,
    hasKey: /^Authorization: Bearer \S+\r$/m.test(textOf(true)),
  }
}

/** As it stands in the feed. */
const lengthOf = ({ id, at, type, data }: Sent) => encodeEvent({ id, at: Math.round(at), type, data }).length
const isYes = ({ data }: Sent) => JSON.stringify(data).includes('yes')
const transportsOf = (passed: readonly Passing[]) => [...new Set(passed.map(({ transport }) => transport))]
const of = (passed: readonly Passing[], transport: string, isSealed: boolean) =>
  passed.filter((each) => each.transport === transport && each.isSealed === isSealed)

/** The first words, and the last ones, of both kinds of line. */
function sampleOf(passed: readonly Passing[]): Sample {
  const pieces = (isSealed: boolean) => {
    const all = of(passed, SHOWN, isSealed)
    return [...all.slice(0, 1), ...all.slice(1).slice(-LAST_PACKETS)]
  }
  return { transport: SHOWN, plain: pieces(false), sealed: pieces(true) }
}
