// How a storm is going, as plain data.
export interface StormReport {
  phase: 'opening' | 'open' | 'dropped' | 'back' | 'done' | 'failed'
  /** Clients whose line is open now, and that are back since the drop. */
  open: number
  back: number
  /** When all lines were broken, by the lab's clock: ms since epoch. */
  droppedAt: number | null
  /** Since the drop: those that failed are tried again. */
  attempts: number
  /** The same by tenths of a second. */
  attemptsPer100Ms: number[]
  /** From the drop to the open feed: the median and the longest of those that are back. */
  backMsP50: number | null
  backMsMax: number | null
  why?: string
}
export const atFirst: StormReport = {
  ...{
    phase: 'opening',
    open: 0,
    back: 0,
    droppedAt: null,
    attempts: 0,
    attemptsPer100Ms: [],
    backMsP50: null,
    backMsMax: null,
  },
}
