// Experiment: what TLS adds in bytes and round trips: to a full and a resumed handshake, and to events, on TLS 1.3 and 1.2.
import { html } from '/vendor/lit-html.js'
import type { Bench } from '../bench.ts'
import type { WireConnection, WireRecord } from '../wire/capture.ts'
import { about, LabError } from '../lab.ts'
import { duration, size } from '../words.ts'
import { barList } from './bars.ts'
import { experiment } from './experiment.ts'
import { feedOf } from './feed.ts'
import { follow } from './follow.ts'
import { lesson, rfc } from './links.ts'
import { drawn } from './picture.ts'
import { bytesOf, recordsOf } from './records.ts'
import { Trouble } from './run.ts'
import type { Run } from './run.ts'

type Version = '1.3' | '1.2'
interface Handshake {
  version: Version
  /** As the lab saw it: no certificate was sent. */
  isResumed: boolean
  up: number
  down: number
  /** From the client’s first record to its first request, at the server. */
  tookMs: number
}
interface Stream {
  version: Version
  eventBytes: number
  events: number
  records: number
  /** Of those records: all their bytes less what was in them. */
  overhead: number
  plain: number
  cipher: string
}
interface Data {
  handshakes: Handshake[]
  streams: Stream[]
}

const VERSIONS: readonly Version[] = ['1.3', '1.2']
const LARGE = 16_000
/** There and back on the network of the handshakes. */
const TRIP_MS = 70

async function run(run: Run<Data>): Promise<Data> {
  const bench = await run.bench()
  const feed = await feedOf(run, bench, 2)
  await feed({ perSecond: 0, payloadBytes: 0 }) // nothing is to answer the question that is held
  const data: Data = { handshakes: [], streams: [] }
  try {
    for (const tls of VERSIONS) {
      run.step(`handshakes of TLS ${tls}`)
      // Another version is another server, which knows no ticket of the last one.
      if (tls === '1.3') await bench.set('polling', { tls: '1.2', http: '1.1' })
      await bench.set('polling', { tls, http: '1.1', profile: '4g' })
      for (const thenHeld of [true, false]) {
        data.handshakes.push(await shakeHands(run, bench, tls, thenHeld))
        run.show(data)
      }
      await bench.set('wss', { tls, http: '1.1' })
      for (const eventBytes of [0, LARGE]) {
        run.step(`events over TLS ${tls}`)
        await feed({ perSecond: eventBytes === 0 ? 40 : 10, payloadBytes: eventBytes })
        data.streams.push(await stream(run, bench, tls, eventBytes))
        run.show(data)
      }
      await feed({ perSecond: 0, payloadBytes: 0 })
    }
  } catch (error) {
    if (error instanceof LabError && error.status === 404) throw new Trouble(NO_WIRE)
    throw error
  }
  return data
}

const NO_WIRE = 'This lab does not show the records that pass its doors, so there is nothing to count.'

/** A question on a new connection; with `thenHeld` it is kept busy then, so that the next question needs another one. */
async function shakeHands(run: Run<Data>, bench: Bench, version: Version, thenHeld: boolean): Promise<Handshake> {
  const last = (await bench.wire('polling', 0)).records.at(-1)?.n ?? 0
  const { origin } = bench.door('polling')
  const ask = (question: string, signal: AbortSignal) =>
    fetch(`${origin}/feed/${question}`, { cache: 'no-store', signal })
  await (await ask('polling?after=now', run.signal)).text()
  if (thenHeld) ask('long-polling?after=now&wait=5', run.signal).catch(() => undefined) // given up with the run
  await run.sleep(300) // tickets may follow the answer
  const { connections, records } = await bench.wire('polling', last)
  // A browser may open one more than it uses: the one with the request counts.
  const isNew = (id: number) => records.some((each) => each.connection === id && each.up && each.type === 'handshake')
  const asked = records.find(
    ({ up, type, plain, connection }) => up && type === 'data' && plain !== null && isNew(connection),
  )
  const connection = connections.find(({ id }) => id === asked?.connection)
  if (!asked || !connection) throw new Trouble('The lab’s capture did not hold the handshake. Run it again.')
  const mine = records.filter((each) => each.connection === connection.id)
  const bytes = (up: boolean) => mine.filter((each) => each.up === up && each.type !== 'data').reduce(sumOf, 0)
  return {
    ...{ version, isResumed: connection.resumed === true, up: bytes(true), down: bytes(false) },
    tookMs: asked.at - mine[0]!.at,
  }
}
const sumOf = (sum: number, { cipherBytes }: WireRecord) => sum + cipherBytes

async function stream(run: Run<Data>, bench: Bench, version: Version, eventBytes: number): Promise<Stream> {
  const { tail } = await about()
  const line = run.keep(follow({ bench, transport: 'wss', after: tail, startedAt: performance.now() }))
  await run.until(() => line.isOpen && line.events.length > 0, 3000)
  const wireNow = () => bench.wire('wss', 0)
  const last = (await wireNow()).records.at(-1)?.n ?? 0
  await run.sleep(1500)
  const { connections, records } = await bench.wire('wss', last)
  line.close()
  const down = recordsOf({ connections, records }, { up: false, type: 'data' }).filter(({ plain }) => plain !== null)
  const text = down.map(bytesOf)
  const plain = text.reduce((sum, { length }) => sum + length, 0)
  const connection: WireConnection | undefined = connections.find(({ id }) => id === down[0]?.connection)
  return {
    ...{ version, eventBytes, plain, records: down.length, cipher: connection?.cipher ?? '' },
    events: text.join('').split('{"id":').length - 1,
    overhead: down.reduce(sumOf, 0) - plain,
  }
}

const perEvent = ({ overhead, events }: Stream) => overhead / events
const shareOf = ({ overhead, plain }: Stream) => overhead / (overhead + plain)
const total = ({ up, down }: Handshake) => up + down
const nameOf = ({ version, isResumed }: Handshake) => `TLS ${version}, ${isResumed ? 'resumed' : 'full'}`
const streamName = ({ version, eventBytes }: Stream) =>
  `TLS ${version}, ${eventBytes === 0 ? 'small events' : `events of ${size(eventBytes)}`}`
const laneOf = (version: Version) => (version === '1.3' ? 'sse' : 'polling')
/** Of a stream without an event there is neither a share nor an overhead. */
const percent = (share: number) =>
  Number.isFinite(share) ? `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %` : 'unknown'
const addedTo = (stream: Stream) => {
  const added = perEvent(stream)
  return Number.isFinite(added) ? `${added.toFixed(1)} bytes` : 'no event seen'
}
/** Round trips of a handshake before the request can leave: by the standard, and where the client does not wait (RFC 7918). */
const tripsOf = ({ version, isResumed }: Handshake) => (version === '1.2' && !isResumed ? [1, 2] : [1])

function picture({ handshakes, streams }: Data) {
  const most = Math.max(1, ...handshakes.map(total))
  const longest = Math.max(1, ...handshakes.map(({ tookMs }) => tookMs))
  const heaviest = Math.max(0.01, ...streams.map(perEvent).filter(Number.isFinite))
  return html`${barList(
    'Bytes of a handshake, up and down',
    handshakes.map((each) => ({
      ...{ name: nameOf(each), share: total(each) / most, words: size(total(each)), lane: laneOf(each.version) },
    })),
  )}
  ${barList(
    `From hello to request, ${TRIP_MS} ms there and back`,
    handshakes.map((each) => ({
      ...{ name: nameOf(each), share: each.tookMs / longest, words: duration(each.tookMs), lane: laneOf(each.version) },
    })),
  )}
  ${barList(
    'Bytes that TLS adds to an event',
    streams.map((each) => ({
      ...{ name: streamName(each), lane: laneOf(each.version), share: (perEvent(each) || 0) / heaviest },
      words: Number.isFinite(perEvent(each)) ? `${perEvent(each).toFixed(1)} B` : '–',
    })),
  )}`
}

const MATH = `22 = 5 + 1 + 16 (TLS 1.3)
29 = 5 + 8 + 16 (TLS 1.2, AES-GCM)
share of TLS = 22 / (22 + n)
time before the request = round trips · t`

export const screen = experiment<Data>({
  about: html`The page asks one question on a new connection and one more on another, over TLS 1.3 and 1.2, on a network
  with ${TRIP_MS} ms there and back. Then small and large events come down an open WebSocket. The lab reads from outside
  what passed.`,
  question: 'An event of some 85 bytes goes down an open WebSocket. How many bytes does TLS 1.3 add to it?',
  choices: [
    'None: encrypted is as long as plain',
    'Twenty-odd',
    'About as many again',
    'Over a thousand: keys and certificate',
  ],
  seconds: 14,
  run,
  picture: drawn(picture),
  answer({ handshakes, streams }) {
    const small = streams.find(({ version, eventBytes }) => version === '1.3' && eventBytes === 0)!
    const large = streams.find(({ version, eventBytes }) => version === '1.3' && eventBytes > 0)!
    const old = streams.find(({ version, eventBytes }) => version === '1.2' && eventBytes === 0)!
    const full = handshakes.find(({ version, isResumed }) => version === '1.3' && !isResumed)
    const resumed = handshakes.find(({ version, isResumed }) => version === '1.3' && isResumed)
    const [fullOld, resumedOld] = [false, true].map((is) =>
      handshakes.find(({ version, isResumed }) => version === '1.2' && isResumed === is),
    )
    const added = perEvent(small)
    const average = small.plain / small.events
    const isKnown = Number.isFinite(added)
    return {
      sentence: isKnown
        ? `TLS 1.3 added ${added.toFixed(1)} bytes to an event of ${Math.round(average)} on the wire. ` +
          (full && resumed
            ? `Opening a connection took ${size(total(full))} with a full handshake and ${size(total(resumed))} with a resumed one.`
            : full
              ? `A full handshake took ${size(total(full))}; none was resumed.`
              : 'No full handshake was seen.')
        : 'No event was seen on the wire in this run.',
      details: [
        `Small events: ${percent(shareOf(small))} of the bytes were TLS’s (TLS 1.2: ${addedTo(old)}, ${percent(shareOf(old))}). Events of ${size(LARGE)}: ${addedTo(large)}, ${percent(shareOf(large))}.`,
        ...handshakes.map(
          (each) =>
            `${nameOf(each)}: ${size(each.up)} up, ${size(each.down)} down; the request came ${duration(each.tookMs)} after the hello, ${(each.tookMs / TRIP_MS).toFixed(1)} times there and back.`,
        ),
        ...VERSIONS.filter((each) => !handshakes.some(({ version, isResumed }) => version === each && isResumed)).map(
          (each) =>
            `Over TLS ${each} this browser did not resume: it made a full handshake again. Why, it does not tell.`,
        ),
        ...(full && isKnown
          ? [`A full handshake weighs as much as the overhead of ${Math.round(total(full) / added)} events.`]
          : []),
      ],
      choice: !isKnown ? undefined : added < 8 ? 0 : added < 45 ? 1 : added < 500 ? 2 : 3,
      ...(isKnown &&
        (!full || !fullOld || (!resumed && !resumedOld)) && {
          surprise:
            'Each version should show a full handshake and a resumed one. The browser may have dropped its ticket, or kept one from before; run it again.',
        }),
    }
  },
  reason: html`<p>
      Everything in TLS goes in records. In TLS 1.3 one has a header of 5 bytes, 1 byte that says what it really is, and
      a tag of 16 that nobody can forge (${rfc(8446, '5.2')}): 22 bytes, whatever is in it, up to 16 384 bytes. TLS 1.2
      with AES-GCM sends 8 bytes of nonce with each record besides (${rfc(5288, '3')}), but no type inside: 29.
    </p>
    <p>
      So TLS is a tax on each write, not on each byte: a fifth of a small event, a thousandth of a large one; several
      events in one write share it (${lesson('batching', 'batching')}).
    </p>
    <p>
      The handshake is dear and comes once. A full one carries keys, the certificate chain and a signature
      (${rfc(8446, '2')}); a resumed one proves with a ticket that both met before and leaves the certificate out
      (${rfc(8446, '2.2')}; in TLS 1.2 ${rfc(5077, '3.1')}). TLS 1.3 needs one round trip before the first request. TLS
      1.2 needs two, or one when resumed (${rfc(5246, '7.3')}); browsers that do not wait for the server’s last word
      save one (False Start, ${rfc(7918, '3')}), so over TLS 1.2 too the request may have come after about one. A
      transport that opens a connection for each question pays it each time; one that stays pays once: that is why
      ${lesson('keep-alive', 'keep-alive')} matters more with TLS.
    </p>`,
  formula({ handshakes, streams }) {
    return html`<p class="math">${MATH}</p>
      <p>For a record with <code>n</code> bytes in it, and <code>t</code> there and back.</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Formula and measurement">
        <table class="raw">
          <thead>
            <tr>
              ${['stream', 'n', 'formula', 'measured'].map((each) => html`<th scope="col">${each}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${streams.map((each) => {
              const record = each.version === '1.3' ? 22 : each.cipher.includes('CHACHA') ? 21 : 29
              return html`<tr>
                <th scope="row">${streamName(each)}</th>
                <td class="number">${each.records > 0 ? size(each.plain / each.records) : '–'}</td>
                <td class="number">${percent(record / (record + each.plain / each.records))}</td>
                <td class="number">${percent(shareOf(each))}</td>
              </tr>`
            })}
          </tbody>
        </table>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Round trips">
        <table class="raw">
          <thead>
            <tr>
              ${['handshake', 'round trips', 'formula', 'measured'].map((each) => html`<th scope="col">${each}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${handshakes.map(
              (each) =>
                html`<tr>
                  <th scope="row">${nameOf(each)}</th>
                  <td class="number">${tripsOf(each).join(' or ')}</td>
                  <td class="number">
                    ${tripsOf(each)
                      .map((n) => duration(n * TRIP_MS))
                      .join(' or ')}
                  </td>
                  <td class="number">${duration(each.tookMs)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
  },
  table: ({ handshakes, streams }) => ({
    caption: 'Handshakes and streams',
    columns: [
      ...['what', 'bytes up', 'bytes down', 'to the request, ms', 'events', 'records', 'plain bytes', 'bytes added'],
      ...['added per event', 'cipher'],
    ],
    rows: [
      ...handshakes.map((each) => [
        ...[nameOf(each), each.up, each.down, each.tookMs],
        ...[undefined, undefined, undefined, undefined, undefined, undefined],
      ]),
      ...streams.map((each) => [
        ...[streamName(each), undefined, undefined, undefined],
        ...[each.events, each.records, each.plain, each.overhead, perEvent(each), each.cipher],
      ]),
    ],
  }),
  measured: html`The lab reads the TLS records that pass its doors and opens them with the secrets of its own server, so
  both lengths are exact: the record’s, and that of what was in it. A handshake counts all records that carry no request
  and no answer, with the tickets that follow. The second connection is needed because the first one is held by a long
  poll; a door that changes its version is another server, whose tickets are new, so the first handshake is a full one.
  The network of the handshakes is the profile 4g, ${TRIP_MS} ms there and back and up to 16 ms of jitter each way; the
  streams have none. The certificate here is small (ECDSA, one authority): on the Web a full handshake is often 3 to 5
  kB.`,
})
