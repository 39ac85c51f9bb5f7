// What `watch` says of a line that does not come up: the reason alone, in one line, and what to do about it.
import { expect, test } from 'vitest'
import { hopeless, messageOf, reasonOf, wasAnswered } from '../src/cli/cause.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8443'), { code: 'ECONNREFUSED' })
const noTls =
  'C0:error:0A0000C6:SSL routines:tls_get_more_records:packet length too long:../deps/openssl/tls_any_meth.c:84:\n'

test.each([
  ['a fetch', new TypeError('fetch failed', { cause: refused }), refused.message],
  ['an EventSource', { message: 'TypeError: fetch failed: connect ECONNREFUSED 127.0.0.1:8443' }, refused.message],
  ['a reason of its own', new Error('polling: HTTP 503', { cause: refused }), `polling: HTTP 503: ${refused.message}`],
  ['two addresses that were tried', Object.assign(new AggregateError([new Error('no'), refused])), refused.message],
  ['a handshake', new TypeError('fetch failed', { cause: new Error(noTls) }), 'TLS: packet length too long'],
  ['nothing', {}, 'the line broke'],
])('%s: no word of how the question was asked', (_, cause, said) => {
  expect(messageOf(cause)).toBe(said)
})

test.each([
  ['ECONNREFUSED', /; is the lab running/],
  ['ENOTFOUND', /; is the name of the host right/],
  ['EPROTO', /does not speak TLS/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS .*\? npx wirelab inspect https:\/\/localhost says more$/],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /no version of TLS that is safe; npx wirelab inspect https:\/\/localhost says more$/], // prettier-ignore
  ['ECONNRESET', /hung up/],
  ['UND_ERR_CONNECT_TIMEOUT', /nobody answers/],
  ['EWHATEVER', /^polling: no$/],
])('%s: what to do about it', (code, said) => {
  const cause = Object.assign(new Error('no'), { code })
  expect(reasonOf(new Error('polling', { cause }), 'https://localhost')).toMatch(said)
})

test.each([
  ['ERR_TLS_CERT_ALTNAME_INVALID', /^https:\/\/localhost cannot be trusted: no; use a name that it has/],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /; pass --ca with/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /; pass --ca with/],
  ['CERT_HAS_EXPIRED', /; npx wirelab inspect https:\/\/localhost says what to do$/],
  ['CERT_NOT_YET_VALID', /; npx wirelab inspect/],
  ['UNSPECIFIED', /; npx wirelab inspect/],
])('%s: asking again would not help', (code, said) => {
  const cause = new Error('polling', { cause: Object.assign(new Error('no'), { code }) })
  expect(hopeless('https://localhost', cause)?.message.replace('polling: ', '')).toMatch(said)
})

test.each(['ssl/tls alert handshake failure', 'tlsv1 alert protocol version', 'tlsv1 alert insufficient security'])(
  '%s: the server’s last word, before any certificate',
  (alert) => {
    const text = `C0:error:0A000410:SSL routines:ssl3_read_bytes:${alert}:../deps/openssl/rec_layer_s3.c:916:SSL alert number 40\n`
    const cause = new Error('fetch failed', { cause: Object.assign(new Error(text), { code: 'EPROTO' }) })
    expect(hopeless('https://localhost', cause)?.message).toBe(
      `https://localhost answered, and refused the handshake: TLS: ${alert}; ${alert.endsWith('version') ? 'it has no version of TLS that is safe; ' : ''}npx wirelab inspect https://localhost says why, and what to do`,
    )
  },
)

test.each([noTls, 'read ECONNRESET'])('what may pass is no last word: %s', (text) => {
  expect(hopeless('https://localhost', new Error('polling', { cause: new Error(text) }))).toBeUndefined()
})

test('an answer, whatever it says, is one', () => {
  expect([new Error('sse: HTTP 503'), refused].map(wasAnswered)).toEqual([true, false])
})
