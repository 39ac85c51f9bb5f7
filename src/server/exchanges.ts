// Every exchange that is under way: a request and its answer, a stream, a WebSocket. Who must know of its end is told once.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Env } from '../../transports/contract.ts'
import { bag } from '../core/bag.ts'
import type { Member } from '../core/bag.ts'

/** What a request comes with. */
export type Connection = Pick<Env['Bindings'], 'incoming' | 'outgoing' | 'upgrade' | 'over'>

class Exchange implements Member {
  place = -1
  line: ServerResponse | Socket
  over = new Array<() => void>()
  /** Given a time limit already. */
  limited = false
  constructor(line: ServerResponse) {
    this.line = line
  }
}

export interface Exchanges {
  /** @returns whom to tell when the answer is out or the client is gone. */
  begin(outgoing: ServerResponse): (() => void)[]
  /** The connection goes on without its response: what waits for the end of the exchange waits for that of the connection. */
  outlive(socket: Socket): void
  readonly open: number
  /** Looks no more for readers that take nothing. */
  end(): void
}

/** An answer that is complete, and of which the reader takes nothing for `stallMs`, is given up. */
export function watchExchanges(stallMs: number): Exchanges {
  const open = bag<Exchange>()
  const last = new WeakMap<Socket, Exchange>()

  function until(line: Exchange['line'], exchange: Exchange) {
    exchange.line = line
    line.once('close', () => {
      if (exchange.line !== line || !open.delete(exchange)) return
      for (const each of exchange.over) each()
    })
  }

  // Looked at now and then: a timer for each answer would cost more than most answers do.
  const look = setInterval(
    () => {
      for (const exchange of open.all()) {
        const { line, limited } = exchange
        if (limited || !('req' in line) || !line.writableEnded || line.writableFinished) continue
        exchange.limited = true
        line.setTimeout(stallMs, () => void line.destroy())
        line.prependOnceListener('finish', () => line.setTimeout(0)) // before Node sets its own, for the idle connection
      }
    },
    Math.min(1000, stallMs / 2),
  ).unref()

  return {
    begin(outgoing) {
      const exchange = new Exchange(outgoing)
      open.add(exchange)
      until(outgoing, exchange)
      if (!('stream' in outgoing)) last.set(outgoing.req.socket, exchange)
      return exchange.over
    },
    outlive(socket) {
      const exchange = last.get(socket)
      if (exchange) until(socket, exchange)
    },
    get open() {
      return open.size
    },
    end: () => clearInterval(look),
  }
}
