// The words by which both ends of a WebSocket know that they speak the same protocol (SPEC §4), and who one of them is.

export const SUBPROTOCOL = 'wirelab.v1'

/** Offered beside it, with what `POST /tickets` gave behind it: it opens one WebSocket for whoever has no cookie to send. */
export const TICKET = 'wirelab.ticket.'
