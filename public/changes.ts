// Who changed what the lab makes, this page or somebody else: the lab counts changes of rate and size, and this page knows its own.

/** What the lab answers to who changes what it makes: what is in force now. */
export interface FeedSet {
  perSecond: number
  payloadBytes: number
  /** How often rate or size became another, by whomever, with this. */
  changes: number
  /** How many of these were this one: none when it was so already. */
  changed: number
}

export interface ChangesByOthers {
  /** What the lab told of its count just now; the first is what the others are counted from. */
  read(changes: number | null): void
  readonly count: number
}

/** Of the whole page: a run that was left puts the rate back while another screen is there already. */
let ours = 0
let underWay = 0

/** Sets rate or size, as this page. */
export async function asOurs(change: () => Promise<FeedSet>): Promise<FeedSet> {
  underWay++
  try {
    const answer = await change()
    ours += answer.changed
    return answer
  } finally {
    underWay--
  }
}

export function changesByOthers(): ChangesByOthers {
  let first: number | undefined
  let count = 0
  return {
    read(changes) {
      if (changes === null || underWay > 0) return // a change of ours may be in it, or not yet
      first ??= changes - ours
      count = Math.max(count, changes - ours - first) // an answer that was overtaken tells less than is known
    },
    get count() {
      return count
    },
  }
}
