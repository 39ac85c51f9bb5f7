// The opening handshake of WSS, checked before `ws` sees it: `ws` takes any subprotocol, version 8, and a body on the upgrade.
import type { IncomingMessage } from 'node:http'
import { SUBPROTOCOL } from '../src/core/subprotocol.ts'
import { Refusal } from './request.ts'

const KEY = /^[+/0-9A-Za-z]{22}==$/
/** RFC 9110 §5.6.2, and no longer than a name may be. Checked here: `ws` would refuse the rest in its own words. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
const MAX_SUBPROTOCOLS = 50

/** RFC 6455 §4.2.1 and, over HTTP/2, RFC 8441 §5. @throws {Refusal} 400, or 426 when nobody asked for an upgrade. */
export function checkHandshake(incoming: IncomingMessage, isUpgrade: boolean): void {
  const { headers } = incoming
  const overHttp2 = incoming.httpVersionMajor === 2
  const asks = overHttp2 ? isUpgrade : headers.upgrade?.toLowerCase() === 'websocket'
  if (!isUpgrade)
    throw new Refusal(426, 'upgrade_required', 'this is a WebSocket: connect with wss:// and a WebSocket client', {
      ...(!overHttp2 && { upgrade: 'websocket', connection: 'upgrade' }),
    })
  if (incoming.method !== 'GET')
    throw new Refusal(405, 'method_not_allowed', 'a WebSocket opens with GET', { allow: 'GET, HEAD' })
  if (!asks) throw bad('Upgrade must be websocket')
  if (headers['sec-websocket-version'] !== '13')
    throw bad('Sec-WebSocket-Version must be 13', { 'sec-websocket-version': '13' })
  if (!overHttp2 && !KEY.test(headers['sec-websocket-key'] ?? ''))
    throw bad('Sec-WebSocket-Key must be 16 bytes in base64')
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
    throw bad('a handshake has no body: send no Content-Length and no Transfer-Encoding')

  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
  const repeated = new Set(offered).size < offered.length
  const wellFormed = offered.length <= MAX_SUBPROTOCOLS && !repeated && offered.every((name) => NAME.test(name))
  if (!wellFormed || !offered.includes(SUBPROTOCOL))
    throw new Refusal(400, 'bad_subprotocol', `Sec-WebSocket-Protocol must offer ${SUBPROTOCOL}, each name once`)
}

function bad(message: string, headers?: Record<string, string>): Refusal {
  return new Refusal(400, 'bad_handshake', message, headers)
}
