// Requests like anybody's, to a target: what an attack needs beside the bytes that are wrong in it, and what it measures with.
import { nodePlatform } from '../../transports/platform.ts'
import type { Target } from './attack.ts'

export interface Asker {
  /** @throws Error when there is no answer, or not in time. */
  ask(method: string, path: string, asked?: { headers?: Record<string, string>; json?: unknown }): Promise<Answered>
  close(): Promise<void>
}
export interface Answered {
  status: number
  headers: Headers
  text: string
  /** Of a refusal, e.g. `too_many_tries`. */
  code: string | undefined
}

const PATIENCE_MS = 8000

/** Keeps its connections until `close`. */
export function asker({ origin, ca }: Pick<Target, 'origin' | 'ca'>, signal: AbortSignal): Asker {
  const platform = nodePlatform({ ca })
  return {
    async ask(method, path, { headers = {}, json } = {}) {
      const response = await platform.fetch(`${origin}${path}`, {
        ...{ method, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) },
        headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
        ...(json !== undefined && { body: JSON.stringify(json) }),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, code: /"code":"([a-z_]+)"/.exec(text)?.[1] }
    },
    close: () => platform.close(),
  }
}

/** HTTP Basic (RFC 7617). */
export const basic = ({ name, password }: Target['victim']) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`

/** What a target says of itself at /metrics: what an attack costs is measured there, not guessed here. */
export interface Reading {
  /** Objects: what there is many of. */
  heapBytes: number
  /** Bytes that were read and are kept, outside the heap. */
  bufferBytes: number
  /** Of a processor, since it was started. */
  processorSeconds: number
}

export async function readingOf(target: Target, signal: AbortSignal): Promise<Reading> {
  const { ask, close } = asker(target, signal)
  try {
    const { text } = await ask('GET', '/metrics')
    const valueOf = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
    return {
      heapBytes: valueOf('nodejs_heap_size_used_bytes'),
      bufferBytes: valueOf('nodejs_external_memory_bytes'),
      processorSeconds: valueOf('process_cpu_seconds_total'),
    }
  } finally {
    await close()
  }
}

export const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
