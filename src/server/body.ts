// Reading a request body: refused before the first byte when it says it is too large, stopped while reading when it turns out to be.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../../transports/request.ts'

/** @returns the body as text. @throws {Refusal} 415 unless it is plain UTF-8 JSON, 413 above `maxBytes`, 400 when it is cut short. */
export async function readJson(incoming: IncomingMessage, outgoing: ServerResponse, maxBytes: number): Promise<string> {
  const { headers } = incoming
  const [type, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charsets = parameters.map((each) => each.trim()).filter((each) => each.startsWith('charset='))
  if (type!.trim() !== 'application/json' || !charsets.every((each) => /^charset="?utf-8"?$/.test(each)))
    throw unsupported('Content-Type must be application/json, in UTF-8')
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw unsupported('send the body as it is, without Content-Encoding')
  const tooLarge = () => new Refusal(413, 'too_large', `a body is at most ${maxBytes} bytes`, closing(incoming))
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  if (headers.expect !== undefined) outgoing.writeContinue()

  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge()
      chunks.push(chunk)
    }
    // A byte order mark stays in the text and so is not JSON: the same answer as over WSS (RFC 8259 §8.1: must not be added).
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    throw Object.assign(new Refusal(400, 'bad_body', 'the body is not UTF-8, or ended early'), { cause })
  }
}

const unsupported = (message: string) => new Refusal(415, 'unsupported_media_type', message)

/** HTTP/2 has no such header (RFC 9113 §8.2.2). */
const closing = ({ httpVersionMajor }: IncomingMessage): Record<string, string> =>
  httpVersionMajor === 2 ? {} : { connection: 'close' }
