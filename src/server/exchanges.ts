// Every exchange that is under way: a request and its answer, a stream, a WebSocket. Who must know of its end is told once.
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

export interface Exchanges {
  /** Of an answer, or of the connection that an upgrade took over. @returns whom to tell when it is out or the client is gone. */
  begin(line: ServerResponse | Duplex): (() => void)[]
  readonly open: number
  /** Looks no more for readers that take nothing. */
  end(): void
}

/** An answer that is complete, and of which the reader takes nothing for `stallMs`, is given up. */
export function watchExchanges(stallMs: number): Exchanges {
  const lines = new Set<ServerResponse | Duplex>()
  /** Given a time limit already. */
  const limited = new WeakSet<ServerResponse | Duplex>()

  // Looked at now and then: a timer for each answer would cost more than most answers do.
  const look = setInterval(
    () => {
      for (const line of lines) {
        if (!('req' in line) || !line.writableEnded || line.writableFinished || limited.has(line)) continue
        limited.add(line)
        line.setTimeout(stallMs, () => void line.destroy())
        line.prependOnceListener('finish', () => line.setTimeout(0)) // before Node sets its own, for the idle connection
      }
    },
    Math.min(1000, stallMs / 2),
  ).unref()

  return {
    begin(line) {
      const over: (() => void)[] = []
      lines.add(line)
      line.once('close', tell(line, over))
      return over
    },
    get open() {
      return lines.size
    },
    end: () => clearInterval(look),
  }

  /** A scope of its own: a closure made where a request is known would keep it as long as the line. */
  function tell(line: ServerResponse | Duplex, over: (() => void)[]) {
    return () => {
      lines.delete(line)
      for (const each of over) each()
    }
  }
}
