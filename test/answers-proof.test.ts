// What the experiment about ways to say who one is answers, by made-up handshakes: as expected, empty, the other way round; and the lines
// of the log that it writes.
import { describe, expect, test } from 'vitest'
import * as proof from '../public/learn/wss-authentication/answer.ts'
import { stolenSaid } from '../public/learn/wss-authentication/details.ts'
import { isLogged, logLine, metBy, placeOf } from '../public/learn/wss-authentication/handshake.ts'
import type { Lane, Tried } from '../public/learn/wss-authentication/handshake.ts'
import { answers } from './answers.ts'

const ADDRESS = '127.0.0.1'
const BASIC = btoa('ann:correct horse')
const fields: Record<Lane, string> = {
  token: '',
  userinfo: '',
  ticket: 'Sec-WebSocket-Protocol: wirelab.v1, wirelab.ticket.T2\r\n',
  cookie: 'Cookie: __Host-other=**; __Host-wirelab-1-account=C1\r\n',
  'access-token': '',
  basic: `Authorization: Basic ${BASIC}\r\n`,
}
const secrets: Record<Lane, string> = {
  token: 'T1',
  userinfo: BASIC,
  ticket: 'T2',
  cookie: 'C1',
  'access-token': 'T1',
  basic: BASIC,
}

function tried(
  lane: Lane,
  statuses: [first: number, again: number, afterLogout: number],
  changes: Partial<Tried> = {},
): Tried {
  const query = { token: '&token=T1', 'access-token': '&access_token=T1' }[lane as string] ?? ''
  const [first, again, afterLogout] = statuses
  return {
    ...{ lane, secret: secrets[lane], at: Date.UTC(2026, 10, 22, 9, 5, 7), again, afterLogout, elsewhere: 403 },
    request: `GET /feed/wss?after=now&lane=${lane}${query} HTTP/1.1\r\nHost: localhost:1\r\n${fields[lane]}User-Agent: Browser/1\r\n\r\n`,
    answer:
      first === 101
        ? 'HTTP/1.1 101 Switching Protocols\r\n\r\n'
        : `HTTP/1.1 ${first} No\r\nContent-Length: 42\r\n\r\n{}`,
    ...changes,
  }
}
const [token, userinfo, ticket, cookie, beside, basic] = [
  tried('token', [401, 401, 401]),
  tried('userinfo', [401, 401, 401]),
  tried('ticket', [101, 401, 401]),
  tried('cookie', [101, 101, 401]),
  tried('access-token', [400, 400, 401]),
  tried('basic', [101, 101, 101]),
]
const usual: proof.Data = {
  tries: [token, userinfo, ticket, cookie, beside, basic],
  ...{ address: ADDRESS, ticketMs: 30_000, sessionIdleMs: 7_200_000, sessionMs: 43_200_000 },
  ...{ setCookie: '__Host-wirelab-1-account=C1; HttpOnly', isReadable: false, isOffered: false },
  ...{ second: { status: 401, closeCode: 1006 }, stolen: 101, closedWith: 4401 },
}
const but = (changes: Partial<proof.Data>): proof.Data => ({ ...usual, ...changes })
function lacking(name: 'stolen'): proof.Data {
  const { [name]: _, ...rest } = usual
  return rest
}
const withTried = (changed: Tried) =>
  but({ tries: usual.tries.map((each) => (each.lane === changed.lane ? changed : each)) })

describe('how a WebSocket proves who it is', () => {
  answers<proof.Data>(proof, [
    {
      name: 'as expected',
      data: usual,
      choice: 1,
      says: [
        /^5 handshakes came with 4 secrets\. Whoever reads the access log has 1 of them \(\?token= in the URL and \?access_token= beside the cookie\)\./,
        /sends them again, is let in with 2 of 5 handshakes \(the cookie and Basic by a script\)/,
        /sent it by itself, to another port.*; no script of this page can read it\. After logout .* answered 401, .* closed with 4401/,
        /tried it a second time; the server answered 401, and the page saw only close code 1006\. .* good for 30 s/,
        /this browser sent none \(the server does not ask .* browser\); the answer was 401/,
        /A script sends Authorization itself: 101, again 101, and after logout 101/,
        /\(\?token= in the URL 401 and \?access_token= beside the cookie 400\)\. .* read out of the log line .* answered 101/,
        /^\?token= in the URL: ✕ turned away; its secret is in the log\.$/m,
        /^a ticket: ✓ let in, but not again; no secret in the log\.$/m,
        /^the cookie: ✓ let in, and again; no secret in the log\.$/m,
        /^wss:\/\/name:password@ in a page: ✕ turned away\.$/m,
        /Origin of another site 0 of 5 were let in/,
      ],
    },
    {
      name: 'nothing came',
      data: but({ tries: [] }),
      choice: undefined,
      says: [/nothing to tell/],
      isOdd: false,
    },
    {
      name: 'a browser that answers with what is in the URL',
      data: {
        ...withTried(tried('userinfo', [101, 101, 101], { request: `GET /feed HTTP/1.1\r\n${fields.basic}\r\n` })),
        isOffered: true,
      },
      choice: 1,
      says: [
        /^6 handshakes came with 4 secrets\./,
        /sent them in Authorization when the server had asked for Basic \(401\); the answer was 101/,
      ],
    },
    {
      name: 'a browser that takes no such URL',
      data: but({ tries: [token, ticket, cookie, basic], thrown: 'bad URL' }),
      choice: 1,
      says: [/takes no URL with name and password for a WebSocket \(bad URL\)/],
    },
    {
      name: 'no token in a URL was sent',
      data: but({ tries: [ticket, cookie, basic] }),
      choice: undefined,
      says: [/has 0 of them \(none\)/],
    },
    {
      name: 'a token in a URL that was not answered yet, so that no log has it',
      data: but({
        tries: [token, ticket, cookie, basic].map((each) => ({ ...each, ...(each === token && { answer: '' }) })),
      }),
      choice: 0,
      says: [/has 0 of them \(none\)/],
    },
    {
      name: 'no WebSocket of the page came, and what the lab itself sends did',
      data: but({
        tries: usual.tries.map(({ lane, secret }) => (lane === 'basic' ? basic : { lane, secret })),
      }),
      choice: undefined,
      says: [/^No handshake of this page .* nothing to tell/],
    },
    {
      name: 'tokens in URLs alone settle nothing',
      data: but({ tries: [token, beside] }),
      choice: undefined,
      says: [/^2 handshakes came with 1 secret\. .* has 1 of them/],
      isOdd: true,
    },
    {
      name: 'the cookie was not sent',
      data: withTried(tried('cookie', [401, 401, 401], { request: 'GET /feed HTTP/1.1\r\n\r\n' })),
      choice: 1,
      says: [/the browser did not send it/, /A good secret did not open a WebSocket \(cookie\)/],
      isOdd: true,
    },
    {
      name: 'a ticket twice',
      data: withTried(tried('ticket', [101, 101, 101])),
      choice: 1,
      says: [/that must not be/],
      isOdd: true,
    },
    {
      name: 'a token in a URL was taken',
      data: withTried(tried('token', [101, 101, 101])),
      choice: 1,
      says: [/that must not be/, /The URL: the lab let in who had one in it/],
      never: /looks at no secret/,
      isOdd: true,
    },
    {
      name: 'a cookie after logout',
      data: withTried(tried('cookie', [101, 101, 101])),
      choice: 1,
      says: [/that must not be/],
      isOdd: true,
    },
    {
      name: 'another site was let in',
      data: withTried(tried('cookie', [101, 101, 401], { elsewhere: 101 })),
      choice: 1,
      says: [/1 of 5 were let in/, /that must not be/],
      isOdd: true,
    },
    {
      name: 'nothing was answered to the thief',
      data: but({ stolen: null }),
      choice: 1,
      says: [/Read out of the log line .* it was answered with nothing/],
      never: /a good ticket all the same/,
    },
    {
      name: 'not sent again yet',
      data: but({ tries: [tried('ticket', [101, 401, 401], { again: null }), cookie, basic] }),
      choice: undefined,
      says: [/2 of 3/],
    },
    {
      name: 'the page can read the cookie',
      data: but({ isReadable: true }),
      choice: 1,
      says: [/; this page can read it/],
    },
  ])

  test('the reason says of the ticket in the URL what the run showed', () => {
    const said = (changes: Partial<proof.Data>) => stolenSaid(but(changes))
    expect(said({})).toMatch(/stayed good, and let in whoever/)
    expect(said({ stolen: 401 })).toMatch(/and so was whoever took it .*answered 401.* good no longer/)
    expect(said({ stolen: null })).toMatch(/answered with nothing/)
    expect(said({ tries: [tried('token', [101, 101, 101])] })).toMatch(/opened a WebSocket there, which it must not/)
    for (const nothing of [said({ tries: [] }), stolenSaid(lacking('stolen'))]) expect(nothing).toBe('')
  })

  test('the table says in words what its statuses come to, and keeps them', () => {
    const { caption, columns, rows } = proof.table(
      but({ tries: [token, ticket, cookie, { lane: 'basic', secret: BASIC }] }),
    )
    expect(caption).toMatch(/101: let in\..*401.*400.*403/)
    expect(rows.map((row) => [row[columns.indexOf('answered')], row[columns.indexOf('in short')]])).toEqual([
      ['401', '✕ turned away'],
      ['101', '✓ let in, but not again'],
      ['101', '✓ let in, and again'],
      [undefined, '– it did not come'],
    ])
    expect(metBy(null)).toEqual({ isIn: false, words: '✕ no answer' })
  })

  test('a log has the request line and the name of Basic, and no field that is a secret', () => {
    const lines = [token, cookie, basic].map((each) => logLine(each, ADDRESS))
    expect(lines).toEqual([
      '127.0.0.1 - - [22/Nov/2026:09:05:07 +0000] "GET /feed/wss?after=now&lane=token&token=T1 HTTP/1.1" 401 42 "-" "Browser/1"',
      '127.0.0.1 - - [22/Nov/2026:09:05:07 +0000] "GET /feed/wss?after=now&lane=cookie HTTP/1.1" 101 - "-" "Browser/1"',
      '127.0.0.1 - ann [22/Nov/2026:09:05:07 +0000] "GET /feed/wss?after=now&lane=basic HTTP/1.1" 101 - "-" "Browser/1"',
    ])
    expect([token, userinfo, cookie, basic].map((each) => isLogged(each, ADDRESS))).toEqual([
      true,
      undefined,
      false,
      false,
    ])
  })

  test('without an answer there is no line, and a secret that was not sent stands nowhere', () => {
    expect(
      logLine({ lane: 'cookie', secret: 'C1', request: 'GET / HTTP/1.1\r\n\r\n', answer: '' }, ADDRESS),
    ).toBeUndefined()
    expect(placeOf({ lane: 'cookie', secret: 'C1' })).toBeUndefined()
    expect(placeOf({ lane: 'cookie', secret: '', request: 'GET / HTTP/1.1\r\n\r\n' })).toBeUndefined()
  })
})
