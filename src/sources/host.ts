// Real data to look at: load, memory and network counters of this machine, once a second.
import { readFile } from 'node:fs/promises'
import { freemem, loadavg, totalmem } from 'node:os'
import type { Json } from '../core/event.ts'
import type { Feed } from '../core/feed.ts'

export function startHost(feed: Feed, everyMs: number, failed: (error: unknown) => void): { stop(): void } {
  const timer = setInterval(() => {
    sample()
      .then((data) => feed.publish({ type: 'host', data }))
      .catch(failed)
  }, everyMs)
  return { stop: () => clearInterval(timer) }
}

async function sample(): Promise<Json> {
  const [load1, load5, load15] = loadavg()
  return {
    load: [load1!, load5!, load15!],
    memory: { usedBytes: totalmem() - freemem(), totalBytes: totalmem() },
    ...(await network()),
  }
}

/** Received and sent bytes of all interfaces since boot. Only Linux shows them as a file; elsewhere they are left out. */
async function network(): Promise<{ network?: { bytesIn: number; bytesOut: number } }> {
  let text: string
  try {
    text = await readFile('/proc/net/dev', 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  let [bytesIn, bytesOut] = [0, 0]
  for (const line of text.split('\n').slice(2)) {
    const fields = line.split(':')[1]?.trim().split(/\s+/)
    bytesIn += Number(fields?.[0] ?? 0)
    bytesOut += Number(fields?.[8] ?? 0)
  }
  return { network: { bytesIn, bytesOut } }
}
