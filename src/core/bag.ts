// Members that come and go by the thousand a second, in no order: an array in which each member knows its place.

export interface Member {
  /** Where it is in its bag; -1: nowhere. */
  place: number
}

/** A member is in one bag at a time, once. */
export interface Bag<M extends Member> {
  readonly size: number
  add(member: M): void
  /** @returns whether it was in it. */
  delete(member: M): boolean
  /** Out of it goes the one that came last, or none. */
  take(): M | undefined
  /** As they are now. */
  all(): M[]
}

/**
 * Not a `Set`: V8 makes it a new table after as many deletions as it has places, and the dead table holds what was in it until
 * the next full collection. `bench --transports long-polling --clients 1000 --rate 15`: 44 µs an answer with a `Set`, 37 with this.
 */
export function bag<M extends Member>(): Bag<M> {
  const members: M[] = []
  return {
    get size() {
      return members.length
    },
    add(member) {
      member.place = members.push(member) - 1
    },
    delete(member) {
      const { place } = member
      if (members[place] !== member) return false
      const last = members.pop()!
      if (last !== member) {
        members[place] = last
        last.place = place
      }
      member.place = -1
      return true
    },
    take() {
      const member = members.pop()
      if (member) member.place = -1
      return member
    },
    all: () => [...members],
  }
}
