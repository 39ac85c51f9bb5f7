// nchan, the publish/subscribe module of nginx: WebSocket, event stream and long poll on one channel, published to over HTTP.
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { decodeEvent } from '../../src/core/event.ts'
import type { TransportName } from '../../transports/clients.ts'
import type { Wire } from '../wires/contract.ts'
import { field } from '../wires/http1.ts'
import { eventStream } from '../wires/sse.ts'
import { webSocket } from '../wires/websocket.ts'
import { answers } from './answers.ts'
import type { Peer, PeerOptions, Serving } from './contract.ts'
import { ask, find, freePort, rootName, run } from './daemon.ts'

const MODULES = [
  '/usr/lib/nginx/modules',
  '/usr/lib64/nginx/modules',
  '/usr/share/nginx/modules',
  '/usr/local/libexec/nginx',
]
const modulePath = () => MODULES.map((each) => join(each, 'ngx_nchan_module.so')).find((path) => existsSync(path))

/** As in https://nchan.io "The Basics". Raised: what would end a connection or lose what a slow client has not read yet. */
const configuration = (directory: string, port: number) => `
daemon off;
${rootName() ? `user ${rootName()};` : ''}
worker_processes 1;
pid ${directory}/nginx.pid;
load_module ${modulePath()};
error_log stderr notice;
events { worker_connections 16384; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
  nchan_message_buffer_length 10000;
  server {
    listen 127.0.0.1:${port} ssl backlog=4096;
    ssl_certificate ${directory}/cert.pem;
    ssl_certificate_key ${directory}/key.pem;
    ssl_protocols TLSv1.2 TLSv1.3;
    keepalive_requests 1000000000;
    location = /ready { return 200; }
    location = /sub {
      nchan_subscriber;
      nchan_channel_id feed;
      nchan_subscriber_first_message newest;
      nchan_longpoll_multipart_response raw;
    }
  }
  server {
    listen unix:${directory}/publish;
    keepalive_requests 1000000000;
    keepalive_timeout 1d;
    location = /pub { nchan_publisher; nchan_channel_id feed; }
  }
}
`

async function serve({ tls, directory }: PeerOptions): Promise<Serving> {
  const port = await freePort()
  const file = join(directory, 'nginx.conf')
  await writeFile(join(directory, 'cert.pem'), tls.cert, { mode: 0o600 })
  await writeFile(join(directory, 'key.pem'), tls.key, { mode: 0o600 })
  await writeFile(file, configuration(directory, port))
  const { said, close } = await run(
    'nginx',
    ['-e', 'stderr', '-p', directory, '-c', file],
    /start worker process (\d+)\n/,
  )

  const publisher = connect(join(directory, 'publish'))
  let refused: string | undefined
  publisher.on('error', ({ message }) => (refused = message))
  publisher.on('data', (bytes) => (refused ??= /HTTP\/1\.1 (?!20[12] )[^\r]*/.exec(bytes.toString('latin1'))?.[0]))
  await once(publisher, 'connect').catch((error: unknown) => close().then(() => Promise.reject(error as Error)))
  return {
    port,
    pids: [Number(said[1])],
    publish({ bytes }) {
      if (refused !== undefined) throw new Error(`expected nchan to take the event, got ${refused}`)
      const head = `POST /pub HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`
      publisher.write(Buffer.concat([Buffer.from(head), bytes]))
    },
    async close() {
      publisher.destroy()
      await close()
    },
  }
}

/** One event a line; the cursor is what the answer says of itself: https://nchan.io "Long-Polling". */
const lines = answers((body, head) => ({
  events: body.toString().split('\n').filter(Boolean).map(decodeEvent),
  cursor: `If-Modified-Since: ${field(head, 'last-modified')}\r\nIf-None-Match: ${field(head, 'etag')}\r\n`,
}))

const longPolling: Wire = ({ authority, path }) => {
  const get = (at: string, fields = '') => `GET ${at} HTTP/1.1\r\nHost: ${authority}\r\n${fields}\r\n`
  // A first poll is answered by the next event, and nothing tells when it is held. So before it goes a question that is answered.
  return lines(get('/ready') + get(path), ({ events, cursor }) =>
    events.length === 0 ? { events, open: true } : { events, reply: get(path, cursor) },
  )
}

function peer(beside: TransportName, wire: Wire): Peer {
  return {
    name: `nchan-${beside}`,
    beside,
    about:
      'nchan in nginx with one worker, https://nchan.io "The Basics"; each event is a POST to its publisher location, a hop that is part of its way; a long poll gets all that it missed (multipart raw)',
    missing: () =>
      find('nginx') && modulePath() ? undefined : 'nchan is not installed: apt-get install libnginx-mod-nchan',
    version() {
      const nchan = /\d+\.\d+\.\d+/.exec(ask('dpkg-query', '-W', '-f=${Version}', 'libnginx-mod-nchan'))?.[0]
      return `nchan ${nchan ?? 'of unknown version'}, ${ask('nginx', '-v').trim().split(' ').at(-1)}`
    },
    path: '/sub',
    wire,
    serve,
  }
}

export const nchanWss = peer(
  'wss',
  webSocket({ message: (payload) => ({ events: [decodeEvent(payload.toString())] }), opensWithHead: true }),
)
export const nchanSse = peer(
  'sse',
  eventStream({ message: (_, data) => ({ events: [decodeEvent(data)] }), opensWithHead: true }),
)
export const nchanLongPolling = peer('long-polling', longPolling)
