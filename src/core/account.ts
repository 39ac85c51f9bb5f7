// An account, as a request shows it: who it is, and what it may do. A guest has none.

/** A `reader` may not publish; a `moderator` may say who is one, and publish what is for moderators. */
export const roles = ['reader', 'user', 'moderator'] as const
export type Role = (typeof roles)[number]

export interface Account {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** The session it came by, as it is stored; undefined with HTTP Basic. */
  readonly session?: string
}

/** Events of this type are for moderators, where the lab has accounts. */
export const MODERATED = 'notice'
