// Which protocol a lane really speaks: as the server's side of its door saw it in the TLS handshake of the latest connection.
import type { Bench } from './bench.ts'

const names: Record<string, string> = { h2: 'HTTP/2', 'http/1.1': 'HTTP/1.1', TLSv1_2: 'TLS 1.2', TLSv1_3: 'TLS 1.3' }
const worded = (name: string) => names[name] ?? names[name.replace('.', '_')] ?? name
/** The handshake is told as it ends, and the line is open a moment later; the rest is for the record. */
const LOOK_MS = 400
/** After the last record that there will ever be: only the connections are wanted. */
const NO_RECORDS = Number.MAX_SAFE_INTEGER

export function protocols(bench: Bench) {
  const seen = new Map<string, string>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  async function read(name: string) {
    if (bench.why) return
    const { connections } = await bench.wire(name, NO_RECORDS)
    const latest = connections.toSorted((a, b) => a.openedAt - b.openedAt).at(-1)
    if (latest?.alpn && latest.tls) seen.set(name, `${worded(latest.alpn)} · ${worded(latest.tls)}`)
  }

  return {
    /** Empty when nobody told. */
    of: (name: string) => seen.get(name) ?? '',
    look(name: string) {
      clearTimeout(timers.get(name))
      // A lab without a wire view does not say; then the page does not either.
      timers.set(
        name,
        setTimeout(() => void read(name).catch(() => seen.delete(name)), LOOK_MS),
      )
    },
    close() {
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
