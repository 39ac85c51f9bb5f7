// What a server says to a ClientHello that was made by hand: the OpenSSL of this side would not say most of these words.
import { connect as connectTcp } from 'node:net'
import type { Target } from '../raw.ts'

export { clientHello, vector } from '../../src/range/hello.ts'
export type { Extension } from '../../src/range/hello.ts'

/** What the server says to these bytes, before any TLS: `hello`, `alert N`, `end`. */
export async function hello(target: Target, bytes: Buffer): Promise<string> {
  const [type, , , , , , description] = await answer(target, bytes)
  if (type === undefined) return 'end'
  return type === 0x15 ? `alert ${description}` : type === 0x16 ? 'hello' : 'no TLS'
}

export interface ServerHello {
  version: number
  random: Buffer
  suite: number
  compression: number
  /** Their types. */
  extensions: number[]
}

/** RFC 5246 §7.4.1.3. @throws when the server says something else. */
export async function serverHello(target: Target, bytes: Buffer): Promise<ServerHello> {
  const said = await answer(target, bytes)
  if (said[0] !== 0x16 || said[5] !== 2) throw new Error(`no ServerHello but ${said.subarray(0, 7).toString('hex')}`)
  const at = 9 // behind the head of the record, and of the message
  const afterId = at + 35 + said[at + 34]!
  const extensions: number[] = []
  const end = Math.min(said.length, 9 + said.readUIntBE(6, 3))
  for (let next = afterId + 5; next + 4 <= end; next += 4 + said.readUInt16BE(next + 2))
    extensions.push(said.readUInt16BE(next))
  return {
    version: said.readUInt16BE(at),
    random: said.subarray(at + 2, at + 34),
    suite: said.readUInt16BE(afterId),
    compression: said[afterId + 2]!,
    extensions,
  }
}

/** The first that comes; empty when the connection ends. */
async function answer({ lab }: Target, bytes: Buffer): Promise<Buffer> {
  const socket = connectTcp(lab.port, '127.0.0.1')
  try {
    return await new Promise((resolve) => {
      const ended = () => resolve(Buffer.alloc(0))
      socket.on('error', ended).on('close', ended)
      socket.once('data', resolve)
      socket.write(bytes)
    })
  } finally {
    socket.destroy()
  }
}
