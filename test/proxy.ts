// A TCP proxy that breaks real sockets: cuts after so many bytes, goes silent, slices. It sees only ciphertext, as a network does.
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface Proxy {
  port: number
  /** How many lines it broke so far. */
  readonly cuts: number
  /** Connections accepted so far. */
  readonly accepted: number
  /** Resets every open line once `bytes` more went down to the client; counted over all lines, so 0 means now. */
  cutAfter(bytes: number): void
  /** Nothing passes in either direction, and nobody is told; `false` heals new lines, old ones stay dead. */
  blackhole(on: boolean): void
  /** Downstream bytes leave in slices of this size. */
  slice(bytes: number): void
  /** Lets so many bytes a second down, over all lines. */
  throttle(bytesPerSecond: number): void
  /** Refuses or accepts new lines. */
  refuse(on: boolean): void
  close(): Promise<void>
}

export async function startProxy(targetPort: () => number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const lines = new Set<{ down: Socket; up: Socket; dead: boolean }>()
  let [cuts, accepted, left, silent, refusing, sliceBytes, perSecond] = [
    0,
    0,
    Infinity,
    false,
    false,
    Infinity,
    Infinity,
  ]

  const cutAll = () => {
    left = Infinity
    for (const { down, up } of lines) {
      cuts++
      down.resetAndDestroy()
      up.resetAndDestroy()
    }
    lines.clear()
  }

  const server: Server = createServer({ noDelay: true }, (down) => {
    if (refusing) return void down.resetAndDestroy()
    accepted++
    const up = connect({ port: targetPort(), host: '127.0.0.1', noDelay: true })
    const line = { down, up, dead: silent }
    lines.add(line)
    down.on('data', (chunk) => line.dead || up.write(chunk))
    up.on('data', (chunk) => {
      if (line.dead) return
      if (perSecond < Infinity) {
        up.pause() // the kernel's buffers fill, and the server feels it
        setTimeout(() => up.resume(), (1000 * chunk.length) / perSecond)
      }
      for (let at = 0; at < chunk.length; at += sliceBytes) {
        const part = chunk.subarray(at, at + sliceBytes)
        if (part.length >= left) {
          down.write(part.subarray(0, left), () => cutAll())
          left = Infinity
          line.dead = true
          return
        }
        left -= part.length
        down.write(part)
      }
    })
    const end = () => {
      lines.delete(line)
      if (line.dead && silent) return
      down.destroy()
      up.destroy()
    }
    for (const socket of [down, up]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => undefined) // resets are what this is for; `close` follows
      socket.on('close', end)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    get accepted() {
      return accepted
    },
    cutAfter(bytes) {
      left = bytes
      if (bytes === 0) cutAll()
    },
    blackhole(on) {
      silent = on
      if (on) for (const line of lines) line.dead = true
    },
    slice(bytes) {
      sliceBytes = bytes
    },
    throttle(bytesPerSecond) {
      perSecond = bytesPerSecond
    },
    refuse(on) {
      refusing = on
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
