// The WebSocket handshake as values: the accept of a key, computed; and the heads of a real one, from the wire of a door.
import type { Capture } from '../../wire/capture.ts'

/** RFC 6455 §1.3: every server appends this, so that an answer to something else cannot pass for one. */
export const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** RFC 6455 §4.2.2: base64(SHA-1(key + GUID)). */
export async function acceptOf(key: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(key + GUID))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
}

/** RFC 6455 §4.1: 16 bytes, chosen at random for each connection. */
export const newKey = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))))

export interface Head {
  /** Request line or status line. */
  start: string
  /** In the order of the wire. */
  fields: (readonly [name: string, value: string])[]
  bytes: number
}

export interface Heads {
  up?: Head
  down?: Head
}

/** The first heads on each connection of a capture, oldest connection first. */
export function headsOf({ connections, records }: Capture): Heads[] {
  return connections
    .toSorted((a, b) => a.openedAt - b.openedAt)
    .map(({ id }) => {
      const plainOf = (up: boolean) =>
        records
          .filter((each) => each.connection === id && each.up === up && each.type === 'data' && each.plain !== null)
          .sort((a, b) => a.n - b.n)
          .map((each) => atob(each.plain!))
          .join('')
      const [up, down] = [headIn(plainOf(true)), headIn(plainOf(false))]
      return { ...(up && { up }), ...(down && { down }) }
    })
}

function headIn(plain: string): Head | undefined {
  const end = plain.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [start = '', ...lines] = plain.slice(0, end).split('\r\n')
  const fields = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const
  })
  return { start, fields, bytes: end + 4 }
}

export const valueOf = (head: Head | undefined, name: string) =>
  head?.fields.find(([each]) => each.toLowerCase() === name)?.[1]
