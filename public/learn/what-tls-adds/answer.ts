// The answer of “What TLS adds”: bytes of full and resumed handshakes, and what a record adds to an event. Pure.
import { duration, percent, size } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'
import { TRIP_MS } from '../trip.ts'

export type Version = '1.3' | '1.2'
export interface Handshake {
  version: Version
  /** As the lab saw it: no certificate was sent. */
  isResumed: boolean
  up: number
  down: number
  /** From the client’s first record to its first request, at the server. */
  tookMs: number
}
export interface Stream {
  version: Version
  eventBytes: number
  events: number
  records: number
  /** Of those records: all their bytes less what was in them. */
  overhead: number
  plain: number
  cipher: string
}
export interface Data {
  handshakes: Handshake[]
  streams: Stream[]
}

export const VERSIONS: readonly Version[] = ['1.3', '1.2']
export const LARGE = 16_000

/** NaN of a stream without an event, as the next one. */
export const perEvent = ({ overhead, events }: Stream) => (events > 0 ? overhead / events : NaN)
export const shareOf = ({ overhead, plain }: Stream) => overhead / (overhead + plain)
export const total = ({ up, down }: Handshake) => up + down
export const nameOf = ({ version, isResumed }: Handshake) => `TLS ${version}, ${isResumed ? 'resumed' : 'full'}`
export const streamName = ({ version, eventBytes }: Stream) =>
  `TLS ${version}, ${eventBytes === 0 ? 'small events' : `events of ${size(eventBytes)}`}`
/** Of large events it is a fraction of a percent. */
export const shareWords = (share: number) => percent(share, share < 0.1 ? 1 : 0)

function addedTo(stream: Stream | undefined): string {
  if (!stream || !Number.isFinite(perEvent(stream))) return 'no event seen'
  return `${perEvent(stream).toFixed(1)} bytes, ${shareWords(shareOf(stream))} of all`
}

export function answer({ handshakes, streams }: Data): Answer {
  const streamOf = (version: Version, isLarge: boolean) =>
    streams.find((each) => each.version === version && each.eventBytes > 0 === isLarge)
  const handshakeOf = (version: Version, isResumed: boolean) =>
    handshakes.find((each) => each.version === version && each.isResumed === isResumed)
  const [small, full, resumed] = [streamOf('1.3', false), handshakeOf('1.3', false), handshakeOf('1.3', true)]
  const added = small ? perEvent(small) : NaN
  const isKnown = Number.isFinite(added)
  const opening = full
    ? resumed
      ? `Opening a connection took ${size(total(full))} with a full handshake and ${size(total(resumed))} with a resumed one.`
      : `A full handshake took ${size(total(full))}; none was resumed.`
    : 'No full handshake was seen.'
  /** In full again, where the second one might have been resumed. */
  const again = VERSIONS.filter(
    (version) => !handshakeOf(version, true) && handshakes.filter((each) => each.version === version).length > 1,
  )
  return {
    sentence: isKnown
      ? `TLS 1.3 added ${added.toFixed(1)} bytes to an event of ${Math.round(small!.plain / small!.events)} on the wire. ${opening}`
      : `No event was seen on the wire over TLS 1.3. ${opening}`,
    details: [
      `Small events over TLS 1.3: ${addedTo(small)}; over TLS 1.2: ${addedTo(streamOf('1.2', false))}. Events of ${size(LARGE)} over TLS 1.3: ${addedTo(streamOf('1.3', true))}.`,
      ...handshakes.map(
        (each) =>
          `${nameOf(each)}: ${size(each.up)} up, ${size(each.down)} down; the request came ${duration(each.tookMs)} after the hello, ${times(each.tookMs / TRIP_MS)} there and back.`,
      ),
      ...again.map(
        (version) =>
          `Over TLS ${version} this browser did not resume: it made a full handshake again. Why, it does not tell.`,
      ),
      ...(full && added > 0
        ? [`A full handshake weighs as much as the overhead of ${Math.round(total(full) / added)} events.`]
        : []),
    ],
    choice: choiceOf(added),
    ...surpriseOf(
      isKnown && choiceOf(added) !== 1,
      VERSIONS.some((version) => !handshakeOf(version, false)) ||
        !VERSIONS.some((version) => handshakeOf(version, true)),
      VERSIONS.filter((version) => isHeavier(handshakeOf(version, true), handshakeOf(version, false))),
    ),
  }
}

const times = (trips: number) => (Number.isFinite(trips) ? `${trips.toFixed(1)} times` : 'an unknown number of times')
const isHeavier = (a: Handshake | undefined, b: Handshake | undefined) => a && b && total(a) >= total(b)
const choiceOf = (added: number) =>
  !Number.isFinite(added) ? undefined : added < 8 ? 0 : added < 45 ? 1 : added < 500 ? 2 : 3

function surpriseOf(isOdd: boolean, isMissing: boolean, heavier: readonly Version[]): { surprise?: string } {
  if (isOdd)
    return {
      surprise:
        'A record of TLS 1.3 adds 22 bytes, whatever is in it. Several events in one record share them, and an event in several records pays them often: a busy machine does the first, large events the second.',
    }
  if (isMissing)
    return {
      surprise:
        'Each version should show a full handshake and a resumed one. The browser may have dropped its ticket, or kept one from before; run it again.',
    }
  if (heavier.length > 0)
    return {
      surprise: `A resumed handshake leaves the certificate out, and still weighed no less than a full one over TLS ${heavier.join(' and ')}. Its ticket may be longer than this lab’s small certificate.`,
    }
  return {}
}

export const table = ({ handshakes, streams }: Data): Table => ({
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
})
