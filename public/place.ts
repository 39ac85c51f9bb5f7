// Where the page is, kept in the hash of its address: which screen, and every knob. Whoever opens the same address sees the same.

export interface Place {
  /** `/` is the lab, `/learn/<slug>` an experiment. */
  readonly path: string
  read(name: string): string | undefined
  /** All that the address says beside the path. */
  entries(): [name: string, value: string][]
  /** Undefined takes it out. The address changes in place: turning a knob is no step of the browser's history. */
  write(values: Record<string, string | number | undefined>): void
  /** Called when the address was changed from outside: a link, the back button, a hand. @returns what ends that. */
  subscribe(listener: () => void): () => void
}

export function place(): Place {
  let { path, values } = parse(location.hash)
  const listeners = new Set<() => void>()
  addEventListener('hashchange', () => {
    ;({ path, values } = parse(location.hash))
    // No copy: a listener that ends another, as leaving a screen does, ends it before its turn.
    for (const listener of listeners) listener()
  })

  return {
    get path() {
      return path
    },
    read: (name) => values.get(name) ?? undefined,
    entries: () => [...values],
    write(changes) {
      for (const [name, value] of Object.entries(changes))
        if (value === undefined) values.delete(name)
        else values.set(name, String(value))
      const query = values.toString().replaceAll('%2C', ',') // a list that people can read
      history.replaceState(null, '', `#${path}${query && `?${query}`}`)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function parse(hash: string) {
  const [path = '', query] = hash.replace(/^#/, '').split('?', 2)
  return { path: path || '/', values: new URLSearchParams(query) }
}
