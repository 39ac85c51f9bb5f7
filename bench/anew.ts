// Polling at its worst: a client that keeps no connection, and has a TLS handshake before each question.
import { openSocket } from './line.ts'
import type { Ends, Line, LineBytes, Way } from './line.ts'
import type { Reader, Target, Wire } from './wires/contract.ts'

/** A line of a client that keeps no connection: for each question one, in full or resumed, and none while it pauses. */
export function openLineAnew(way: Way, wire: Wire, target: Target, ends: Ends, resumes: boolean): Line {
  const reader: Reader = wire(target)
  const past: LineBytes = { tls: { up: 0, down: 0 }, plain: { up: 0, down: 0 } }
  let current: Line | undefined
  let ticket = way.session
  let isOver = false
  ask(reader.hello())

  function ask(question: string | Buffer) {
    if (isOver) return
    let next: (() => void) | undefined
    const { socket, line } = openSocket({ ...way, ...(resumes && ticket && { session: ticket }) }, (cause) => {
      add(past, line.bytes())
      current = undefined
      if (isOver || !next) return end(cause)
      next()
    })
    current = line
    socket.once('secureConnect', () => {
      ends.onSecure?.()
      socket.write(question)
      ends.onSent()
    })
    socket.on('data', (chunk: Buffer) =>
      ends.onChunk(chunk.length, () => {
        const read = reader.read(chunk)
        const { reply, later } = read
        if (reply !== undefined) next = () => ask(reply)
        else if (later !== undefined) next = () => ends.pause(() => ask(later))
        if (next) {
          ticket = line.session
          socket.end() // and not destroyed: what the server says at the end is counted by both
        }
        return read
      }),
    )
  }
  function end(cause: Error | undefined) {
    isOver = true
    ends.onEnd(cause)
  }

  return {
    bytes() {
      const sum = structuredClone(past)
      if (current) add(sum, current.bytes())
      return sum
    },
    get session() {
      return current?.session ?? ticket
    },
    get resumed() {
      return current?.resumed ?? false
    },
    send: (data) => current?.send(data),
    destroy() {
      if (current) {
        isOver = true
        current.destroy()
      } else if (!isOver) end(undefined)
    },
  }
}

function add(sum: LineBytes, { tls, plain }: LineBytes) {
  for (const way of ['up', 'down'] as const) {
    sum.tls[way] += tls[way]
    sum.plain[way] += plain[way]
  }
}
