// What the experiments about listening to TLS answer, by made-up measurements: as expected, empty, the other way round; and what their
// listener makes of made-up records.
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import type { Got } from '../public/learn/follow.ts'
import * as eavesdropper from '../public/learn/eavesdropper/answer.ts'
import { counted, namedRight } from '../public/learn/eavesdropper/listener.ts'
import * as tampering from '../public/learn/tampering/answer.ts'
import * as tlsHandshake from '../public/learn/tls-handshake/answer.ts'
import type { Step } from '../public/learn/tls-handshake/steps.ts'
import { TRIP_MS } from '../public/learn/trip.ts'
import { profiles } from '../bench/network/profiles.ts'
import { answers } from './answers.ts'

describe('the eavesdropper', () => {
  const votes = [true, false, true, true, false, false, true, false, true, true]
  const line = (changes: Partial<eavesdropper.Line> = {}): eavesdropper.Line => ({
    ...{ transport: 'sse', pattern: 'one question, then a stream', counted: 10, right: 10, read: 10, hasKey: true },
    ...changes,
  })
  const clear = { version: '1.3', suite: 0x1302, serverName: 'localhost', offered: ['http/1.1'] } as const
  const old = { ...clear, version: '1.2', suite: 0xc02c, chosen: 'http/1.1', certificate: ['localhost'] } as const
  const padded = { tls: '1.3', isPadded: true, votes, lines: [line({ right: 0 })] } as const
  const round = (tls: '1.3' | '1.2', changes: Partial<eavesdropper.Line> = {}): eavesdropper.Round => ({
    ...{ tls, isPadded: false, votes, lines: [line(changes)] },
    clear:
      tls === '1.3' ? { ...clear, offered: [...clear.offered] } : { ...old, offered: [], certificate: ['localhost'] },
  })
  const of = (...rounds: eavesdropper.Round[]): eavesdropper.Data => ({ rounds, seen: [], lastMs: 0 })
  const last: eavesdropper.Round = { ...padded, lines: [...padded.lines] }
  answers<eavesdropper.Data>(eavesdropper, [
    {
      name: 'as expected',
      data: of(round('1.3'), round('1.2'), last),
      choice: 2,
      says: [
        /named 20 of 20 votes right/,
        /it read 30 of 30, word by word, and the key/,
        /TLS 1.3, padded: of 10 votes 10 were seen to pass and 0 named/,
        /over TLS 1.3: the name localhost \(SNI\).*the choice is sealed, suite TLS_AES_256_GCM_SHA384, no certificate/,
        /over TLS 1.2: .*ALPN\), chosen http\/1.1.*the certificate, for localhost/,
        /3 of 3 lines were told rightly/,
        /as by polling and long polling, .* how many are yes, not which\./,
      ],
    },
    { name: 'nothing was overheard', data: of(), choice: undefined, says: [/Nothing was overheard/] },
    {
      name: 'half of them, as by a coin',
      data: of(round('1.3', { right: 5 })),
      choice: 1,
      says: [/named 5 of 10 votes right/, /TLS hides no length/],
      isOdd: true,
    },
    { name: 'none', data: of(round('1.3', { right: 0 })), choice: 0, says: [/named 0 of 10/], isOdd: true },
    {
      name: 'four in five settle nothing',
      data: of(round('1.3', { right: 8 })),
      choice: undefined,
      says: [/8 of 10/],
      isOdd: true,
    },
    {
      name: 'padded ones were named too',
      data: of(round('1.3'), { ...last, lines: [line({ right: 6 })] }),
      choice: 2,
      says: [/something else about them differs/],
      isOdd: true,
    },
    {
      name: 'a plain line was not read, and no key',
      data: of(round('1.3', { read: 7, hasKey: false })),
      choice: 2,
      says: [/it read 7 of 10/],
      never: /and the key/,
      isOdd: true,
    },
    {
      name: 'a poll that was taken for a stream; a host that is an address',
      data: of({ ...round('1.3', { transport: 'polling' }), clear: { version: '1.3', suite: 0x1301, offered: [] } }),
      choice: 2,
      says: [/0 of 1 lines were told rightly/, /no name, for the host is an address, offered protocols none/],
    },
  ])

  test('votes in one answer have no order, and what was not seen is not named', () => {
    const of = (yes: number, no: number, either = 0) => ({ yes, no, either })
    expect(namedRight([of(1, 0), of(1, 1), of(0, 1)], [true, false, true, false])).toBe(4)
    expect(namedRight([of(0, 1), of(2, 0)], [true, false, true])).toBe(1)
    expect(namedRight([of(0, 0, 4)], [true, false, true, true])).toBe(0)
    expect(namedRight([], [true])).toBe(0)
    fc.assert(
      fc.property(
        fc.array(fc.boolean()),
        fc.array(fc.record({ yes: fc.nat(3), no: fc.nat(3), either: fc.nat(3) })),
        (votes, guessed) => {
          const right = namedRight(guessed, votes)
          expect(right).toBeGreaterThanOrEqual(0)
          expect(right).toBeLessThanOrEqual(Math.min(votes.length, counted(guessed)))
        },
      ),
    )
  })
})

describe('tampering', () => {
  const client = (isSealed: boolean, changes: Partial<tampering.Client> = {}): tampering.Client => ({
    ...{ transport: 'wss', isSealed, isAltered: true, sent: 100 },
    ...(isSealed ? { got: undefined, ended: 'ERR_SSL_BAD', alerts: ['bad_record_mac'] } : { got: 900, alerts: [] }),
    ...changes,
  })
  const line = (changes: Partial<tampering.Line> = {}): tampering.Line => ({
    ...{ transport: 'sse', version: '1.3', events: [] as Got[], wrong: 0, compared: 20, lost: 0, repeated: 0 },
    states: [
      { at: 100, state: 'open' },
      { at: 900, state: 'waiting' },
      { at: 1900, state: 'connecting' },
      { at: 1910, state: 'open' },
    ],
    ...{ flippedAt: 800, alert: { name: 'bad_record_mac', outer: 'application_data', bytes: 24 } },
    ...changes,
  })
  const of = (clients: tampering.Client[], ...lines: tampering.Line[]): tampering.Data => ({ clients, lines })
  const [plain, sealed] = [client(false), client(true)]
  const open = [{ at: 100, state: 'open' }]
  answers<tampering.Data>(tampering, [
    {
      name: 'as expected',
      data: of([plain, sealed], line(), line({ version: '1.2' })),
      choice: 1,
      says: [
        /^One bit was flipped on 4 of 4 lines\. On the plain sockets 1 of 1 clients took the altered event for true \(100 became 900\); over TLS 3 of 3 connections ended, and not one altered event/,
        /were told ERR_SSL_BAD/,
        /the alert bad_record_mac, a record of 24 bytes that to a reader on the path is application_data. Back after 1.01 s; 0 of 20 events wrong/,
      ],
    },
    {
      name: 'nothing was flipped',
      data: of([client(false, { isAltered: false })], line({ flippedAt: undefined })),
      choice: undefined,
      says: [/No bit was flipped/],
    },
    { name: 'nothing at all', data: of([]), choice: undefined, says: [/No bit was flipped/] },
    {
      name: 'an altered event came through TLS',
      data: of([plain, sealed], line({ wrong: 1, states: open })),
      choice: 2,
      says: [/1 altered event came through/, /That must not be/, /its connection did not end/],
      isOdd: true,
    },
    {
      name: 'a client over TLS was deceived',
      data: of([plain, client(true, { got: 900, ended: undefined, alerts: [] })]),
      choice: 2,
      says: [/were told nothing/],
      isOdd: true,
    },
    {
      name: 'a connection went on',
      data: of([plain, sealed], line({ states: open, alert: undefined })),
      choice: undefined,
      says: [/over TLS 1 of 2 connections ended/, /Perhaps no record passed/],
      isOdd: true,
    },
    {
      name: 'it arrived as it was sent on the plain socket too',
      data: of([client(false, { got: 100 }), sealed], line()),
      choice: 0,
      says: [/0 of 1 clients took/],
      isOdd: true,
    },
    {
      name: 'some lines were left as they were',
      data: of([plain, sealed, client(true, { isAltered: false })], line({ flippedAt: undefined }), line()),
      choice: 1,
      says: [/^One bit was flipped on 3 of 5 lines/],
    },
    {
      name: 'no alert was seen',
      data: of([plain, sealed], line({ alert: undefined })),
      choice: 1,
      says: [/no alert of it was seen/],
    },
    {
      name: 'an event was lost',
      data: of([plain, sealed], line({ lost: 1 })),
      choice: 1,
      says: [/1 lost/],
      isOdd: true,
    },
    {
      name: 'not back yet',
      data: of([plain, sealed], line({ states: [...open, { at: 900, state: 'waiting' }] })),
      choice: 1,
      says: [/its connection ended/],
      never: /Back after/,
    },
  ])
})

describe('the TLS handshake', () => {
  test('says of its network what the network is', () => expect(2 * profiles['4g'].conditions.delayMs).toBe(TRIP_MS))

  const step = (name: string, up: boolean, isSealed: boolean, changes: Partial<Step> = {}): Step => ({
    ...{ name, up, isSealed, at: up ? 75 : 1, layer: 'handshake', bytes: 100, recordBytes: isSealed ? 122 : 105 },
    ...{ outer: isSealed ? 'application_data' : 'handshake' },
    ...changes,
  })
  const data = step('first application data', true, true, { layer: 'application_data' })
  const new3: tlsHandshake.Handshake = {
    ...{ version: '1.3', isResumed: false, client: [], server: [], chain: ['localhost, signed by a CA'] },
    steps: [
      step('client_hello', true, false, { at: 0 }),
      step('server_hello', false, false),
      step('change_cipher_spec', false, false, { layer: 'change_cipher_spec', outer: 'change_cipher_spec' }),
      step('certificate', false, true),
      step('finished', false, true),
      step('finished', true, true),
      data,
      step('new_session_ticket', false, true),
    ],
  }
  test('tickets and settings that come before the request are not waited for', () => {
    const [ticket, settings] = [step('new_session_ticket', false, true), { ...data, up: false }]
    const steps = [...new3.steps.slice(0, 6), ticket, settings, ...new3.steps.slice(6)]
    expect(tlsHandshake.tripsOf({ ...new3, steps })).toBe(1)
  })
  const old2: tlsHandshake.Handshake = {
    ...{ ...new3, version: '1.2' },
    steps: [
      step('client_hello', true, false, { at: 0 }),
      step('server_hello', false, false),
      step('certificate', false, false),
      step('client_key_exchange', true, false),
      step('finished', true, true, { outer: 'handshake' }),
      step('finished', false, true, { outer: 'handshake' }),
      { ...data, at: 150 },
    ],
  }
  const early: tlsHandshake.Handshake = { ...old2, steps: [...old2.steps.slice(0, 5), data, old2.steps[5]!] }
  const but = (...steps: Step[]): tlsHandshake.Data => ({ handshakes: [{ ...new3, steps }, old2] })
  answers<tlsHandshake.Data>(tlsHandshake, [
    {
      name: 'as expected',
      data: { handshakes: [new3, old2] },
      choice: 1,
      says: [
        /Over TLS 1.3 2 of 6 messages .* \(client_hello and server_hello\). Over TLS 1.2 4 of 6 messages/,
        /TLS 1.3: the first application data of the browser came 75 ms after its ClientHello, after 1 round trip; 227 B had gone up and 454 B down/,
        /TLS 1.2: .* came 150 ms after its ClientHello, after 2 round trips;/,
        /as the server sent them: localhost, signed by a CA/,
      ],
      never: /False Start/,
    },
    {
      name: 'a browser that does not wait',
      data: { handshakes: [new3, early] },
      choice: 1,
      says: [/after 1 round trip: it did not wait .* \(False Start\)/],
    },
    {
      name: 'nothing was seen',
      data: { handshakes: [] },
      choice: undefined,
      says: [/No handshake of TLS 1.3 was seen/],
    },
    { name: 'no TLS 1.2', data: { handshakes: [new3] }, choice: 1, says: [/may not speak it any more/], isOdd: true },
    {
      name: 'the certificate could be read',
      data: but(...new3.steps.slice(0, 2), step('certificate', false, false), step('finished', true, true)),
      choice: 2,
      says: [/no application data was seen/],
      isOdd: true,
    },
    {
      name: 'all could be read',
      data: but(step('client_hello', true, false), step('certificate', false, false), step('finished', true, false)),
      choice: 3,
      says: [/3 of 3/],
      isOdd: true,
    },
    {
      name: 'none could be read',
      data: but(step('client_hello', true, true)),
      choice: 0,
      says: [/0 of 1 message .*\(none\)/],
      isOdd: true,
    },
    {
      name: 'a retry is a hello too',
      data: {
        handshakes: [
          { ...new3, steps: [new3.steps[0]!, step('hello_retry_request', false, false), ...new3.steps] },
          old2,
        ],
      },
      choice: 1,
      says: [/hello_retry_request/, /after 2 round trips/],
    },
    {
      name: 'resumed',
      data: { handshakes: [{ ...new3, isResumed: true, chain: [] }, old2] },
      choice: 1,
      says: [/it has no certificate/],
      isOdd: true,
    },
  ])
})
