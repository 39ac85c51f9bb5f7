// The word by which both ends of a WebSocket know that they speak the same protocol (SPEC §4).

export const SUBPROTOCOL = 'wirelab.v1'
