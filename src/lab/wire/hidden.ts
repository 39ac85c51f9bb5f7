// What a wire view must not show: a session that scripts cannot read (HttpOnly) shall not be read from its own bytes, or off a wall.
import { FIELDS, hidePacked } from './packed.ts'

/** Gives the next bytes of one direction: as many, with asterisks for the values of header fields that prove who asks. */
export type Hide = (plain: Buffer) => Buffer

/** From the first byte of a direction on: where the network has cut a head does not matter. @param alpn what both speak. */
export function hideSecrets(alpn: string | undefined, up: boolean): Hide {
  return alpn === 'h2' ? hidePacked(up) : hideLines()
}

const [TAB, LF, CR, SPACE, ASTERISK, COLON] = [9, 10, 13, 32, 42, 58]
const names = new Set<string>(FIELDS.map(({ name }) => name))
const LONGEST = Math.max(...FIELDS.map(({ name }) => name.length))

/** HTTP/1.1 (RFC 9112 §5): each line that begins like such a field, in a body too: rather too much is hidden than too little. */
function hideLines(): Hide {
  let part: 'name' | 'blank' | 'value' | 'rest' = 'name'
  let name = ''
  let wasSecret = false // the line before: it may go on in this one (obs-fold, RFC 9112 §5.2)
  return (plain) => {
    const shown = Buffer.from(plain)
    for (let at = 0; at < shown.length; at++) {
      if (part === 'rest') at = shown.indexOf(LF, at)
      if (at < 0) break
      const byte = shown[at]!
      if (byte === LF) {
        wasSecret = part === 'blank' || part === 'value'
        ;[part, name] = ['name', '']
      } else if (part === 'name') {
        if (wasSecret && name === '' && (byte === SPACE || byte === TAB)) part = 'blank'
        else if (byte === COLON) part = names.has(name.toLowerCase()) ? 'blank' : 'rest'
        else if (name.length === LONGEST) part = 'rest'
        else name += String.fromCharCode(byte)
      } else if (byte !== CR && (part === 'value' || byte !== SPACE)) {
        part = 'value'
        shown[at] = ASTERISK
      }
    }
    return shown
  }
}
