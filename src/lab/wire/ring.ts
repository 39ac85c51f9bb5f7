// The last records of a capture, over all its connections: so many, and so many bytes of plaintext, and no more.

export interface Ring<Entry> {
  push(entry: Entry): void
  /** Those with a greater `n`, oldest first. */
  after(n: number): Entry[]
}

export interface RingOptions<Entry> {
  records: number
  plainBytes: number
  /** It had to make room. */
  gone(entry: Entry): void
}

export function ring<Entry extends { n: number; plain: Buffer | null }>(options: RingOptions<Entry>): Ring<Entry> {
  const { records, plainBytes, gone } = options
  const kept: Entry[] = []
  let plainKept = 0
  return {
    push(entry) {
      kept.push(entry)
      plainKept += entry.plain?.length ?? 0
      while (kept.length > records || plainKept > plainBytes) {
        const oldest = kept.shift()!
        plainKept -= oldest.plain?.length ?? 0
        gone(oldest)
      }
    },
    after(n) {
      const from = kept.findIndex((entry) => entry.n > n)
      return from < 0 ? [] : kept.slice(from)
    },
  }
}
