// Why a line is not open, in plain words: what a browser calls it ("Failed to fetch", an Event without a reason) tells a person nothing.

const NOBODY = 'Nobody answers at the lab’s end of this line.'
const BROKE = 'The line broke; the browser does not say why.'

/** @returns a sentence; empty when there was no cause. */
export function causeOf(cause: unknown): string {
  if (cause === undefined) return ''
  // [Fetch standard, fetch()] whatever went wrong in the network is a TypeError, and does not say what.
  if (cause instanceof TypeError) return NOBODY
  if (cause instanceof Error) return cause.cause instanceof TypeError ? NOBODY : `${cause.message}.`
  return BROKE // [WHATWG HTML] an EventSource does not say why
}
