// mosquitto, an MQTT broker: clients subscribe over WebSocket and TLS, events are published to it over MQTT.
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { decodeEvent } from '../../src/core/event.ts'
import type { Read } from '../wires/contract.ts'
import { webSocket } from '../wires/websocket.ts'
import type { Peer } from './contract.ts'
import { ask, find, freePort, rootName, run } from './daemon.ts'

const TOPIC = 'feed'

const configuration = (directory: string, port: number, publishPort: number) => `
${rootName() ? `user ${rootName()}` : ''}
allow_anonymous true
persistence false
log_dest stderr
log_type error
log_type information
connection_messages false
listener ${publishPort} 127.0.0.1
listener ${port} 127.0.0.1
protocol websockets
certfile ${directory}/cert.pem
keyfile ${directory}/key.pem
`

/** MQTT 3.1.1 §3.1, §3.8: a clean session without a name and without keep-alive, and the one topic at QoS 0. */
const CONNECT = Buffer.from('\x10\x0c\0\x04MQTT\x04\x02\0\0\0\0', 'latin1')
const SUBSCRIBE = Buffer.from(`\x82\x09\0\x01\0\x04${TOPIC}\0`, 'latin1')

/** One packet, which is how mosquitto fills its messages. Pure. */
function packet(bytes: Buffer): Partial<Read> {
  const kind = bytes[0]! >> 4
  let [start, length] = [1, 0]
  for (let more = true, shift = 0; more && start < bytes.length; shift += 7) {
    const byte = bytes[start++]! // §2.2.3: seven bits a byte, the low ones first
    length |= (byte & 127) << shift
    more = byte > 127
  }
  if (start + length !== bytes.length)
    return { failed: `expected one packet of ${start + length} bytes, got ${bytes.length}` }
  if (kind === 3) return { events: [decodeEvent(bytes.toString('utf8', start + 2 + bytes.readUInt16BE(start)))] }
  if (kind === 9) return bytes.at(-1) === 0 ? { open: true } : { failed: 'the subscription was refused' }
  return kind === 2 && bytes[start + 1] === 0
    ? {}
    : { failed: `expected CONNACK, SUBACK or PUBLISH, got packet ${kind}` }
}

export const mosquitto: Peer = {
  name: 'mosquitto-wss',
  beside: 'wss',
  about:
    'mosquitto, mosquitto.conf(5): a listener with "protocol websockets", certfile and keyfile; each event is published to it over MQTT, QoS 0, a hop that is part of its way; slow above 4 KiB a message (eclipse-mosquitto/mosquitto#1390)',
  missing: () => (find('mosquitto') ? undefined : 'mosquitto is not installed: apt-get install mosquitto'),
  version: () => /mosquitto version [\d.]+/.exec(ask('mosquitto', '-h'))?.[0] ?? 'mosquitto of unknown version',
  path: '/mqtt',
  wire: webSocket({ protocol: 'mqtt', message: packet, greetings: [CONNECT, SUBSCRIBE] }),
  async serve({ tls, directory }) {
    const { generate } = (await import('mqtt-packet')).default
    const [port, publishPort] = [await freePort(), await freePort()]
    const file = join(directory, 'mosquitto.conf')
    await writeFile(join(directory, 'cert.pem'), tls.cert, { mode: 0o600 })
    await writeFile(join(directory, 'key.pem'), tls.key, { mode: 0o600 })
    await writeFile(file, configuration(directory, port, publishPort))
    const { pid, close } = await run('mosquitto', ['-c', file], /mosquitto version \S+ running/)

    const publisher = connect({ port: publishPort, host: '127.0.0.1', noDelay: true })
    let broken: string | undefined
    publisher.on('error', ({ message }) => (broken = message)).on('end', () => (broken = 'the end of the connection'))
    publisher.write(
      generate({
        cmd: 'connect',
        clientId: 'publisher',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 0,
      }),
    )
    // CONNACK
    await once(publisher, 'data').catch((error: unknown) => close().then(() => Promise.reject(error as Error)))
    return {
      port,
      pids: [pid],
      publish({ bytes }) {
        if (broken !== undefined) throw new Error(`expected mosquitto to take the event, got ${broken}`)
        publisher.write(
          generate({ cmd: 'publish', topic: TOPIC, payload: Buffer.from(bytes), qos: 0, retain: false, dup: false }),
        )
      },
      async close() {
        publisher.destroy()
        await close()
      },
    }
  },
}
