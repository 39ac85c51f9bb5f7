// Every exchange that is under way: a request and its answer, a stream, a WebSocket. Who must know of its end is told once.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface Exchanges {
  /** @returns whom to tell when the answer is out or the client is gone. */
  begin(outgoing: ServerResponse): (() => void)[]
  /** The connection goes on without this response: what waits for the end of the exchange waits for that of the connection. */
  outlive(outgoing: ServerResponse, socket: Socket): void
  readonly open: number
  /** Looks no more for readers that take nothing. */
  end(): void
}

/** An answer that is complete, and of which the reader takes nothing for `stallMs`, is given up. */
export function watchExchanges(stallMs: number): Exchanges {
  const exchanges = new Map<ServerResponse | Socket, (() => void)[]>()
  /** Given a time limit already. */
  const limited = new WeakSet<ServerResponse>()

  function over(this: ServerResponse | Socket) {
    const callbacks = exchanges.get(this)
    exchanges.delete(this)
    callbacks?.forEach((each) => each())
  }

  // Looked at now and then: a timer for each answer would cost more than most answers do.
  const look = setInterval(
    () => {
      for (const line of exchanges.keys()) {
        if (!('req' in line) || !line.writableEnded || line.writableFinished || limited.has(line)) continue
        limited.add(line)
        line.setTimeout(stallMs, () => void line.destroy())
        line.prependOnceListener('finish', () => line.setTimeout(0)) // before Node sets its own, for the idle connection
      }
    },
    Math.min(1000, stallMs / 2),
  ).unref()

  return {
    begin(outgoing) {
      const callbacks: (() => void)[] = []
      exchanges.set(outgoing, callbacks)
      outgoing.once('close', over)
      return callbacks
    },
    outlive(outgoing, socket) {
      const callbacks = exchanges.get(outgoing)
      if (!callbacks) return
      exchanges.delete(outgoing)
      exchanges.set(socket, callbacks)
      socket.once('close', over)
    },
    get open() {
      return exchanges.size
    },
    end: () => clearInterval(look),
  }
}
