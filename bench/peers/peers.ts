// Every peer, in the order of the report. A library is loaded when its peer serves, not before.
import { betterSse } from './bettersse.ts'
import type { Peer } from './contract.ts'
import { honoLongPolling, honoSse } from './hono.ts'
import { mosquitto } from './mosquitto.ts'
import { nchanLongPolling, nchanSse, nchanWss } from './nchan.ts'
import { socketioPolling, socketioWss } from './socketio.ts'
import { sockjs } from './sockjs.ts'
import { ws } from './ws.ts'

export const peers: Peer[] = [
  ...[ws, socketioWss, sockjs, nchanWss, mosquitto],
  ...[betterSse, honoSse, nchanSse],
  ...[socketioPolling, honoLongPolling, nchanLongPolling],
]
