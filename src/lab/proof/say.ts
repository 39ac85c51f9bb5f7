// Says a request, byte by byte as it is given, on a connection of its own, and reads the answer: a script, or whoever has got hold of those bytes.
import { openSocket } from '../../../bench/line.ts'
import type { Way } from '../../../bench/line.ts'
import { answerIn } from './heads.ts'

/** A password may have to be hashed, on a busy machine. */
const PATIENCE_MS = 20_000

/** @returns the answer; empty when the connection ends before it is whole, or nothing comes. */
export function say(way: Omit<Way, 'http'>, request: string, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const { socket, line } = openSocket({ ...way, http: '1.1' }, () => done(''))
    const patience = setTimeout(() => done(''), PATIENCE_MS)
    const stop = () => done('')
    function done(answer: string) {
      clearTimeout(patience)
      signal?.removeEventListener('abort', stop)
      line.destroy()
      resolve(answer)
    }
    signal?.addEventListener('abort', stop, { once: true })
    if (signal?.aborted) return stop()
    let text = ''
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      const answer = answerIn(text)
      if (answer !== undefined) done(answer)
    })
    socket.once('secureConnect', () => line.send(Buffer.from(request, 'latin1')))
  })
}
