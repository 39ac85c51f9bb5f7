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
  /**
   * Called with the token of a link for a new password (`#/account?token=…`), of one that was followed before this call too. It is out of
   * the address at once, which is again what it was: it is good for one password, and whoever is shown the screen could read it.
   */
  onToken(listener: (token: string) => void): void
}

export function place(): Place {
  let { path, values } = parse('')
  const listeners = new Set<() => void>()
  let token: string | undefined
  let tell: (found: string) => void = (found) => (token = found)

  function show() {
    const query = values.toString().replaceAll('%2C', ',') // a list that people can read
    history.replaceState(null, '', `#${path}${query && `?${query}`}`)
  }

  /** @returns whether the page is elsewhere now. */
  function read(): boolean {
    const next = parse(location.hash)
    const found = next.path === '/account' ? next.values.get('token') : null
    if (found === null) ({ path, values } = next)
    else {
      show()
      tell(found)
    }
    return found === null
  }
  read()
  addEventListener('hashchange', () => {
    if (!read()) return
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
      show()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onToken(listener) {
      tell = listener
      if (token !== undefined) listener(token)
      token = undefined
    },
  }
}

function parse(hash: string) {
  const [path = '', query] = hash.replace(/^#/, '').split('?', 2)
  return { path: path || '/', values: new URLSearchParams(query) }
}
