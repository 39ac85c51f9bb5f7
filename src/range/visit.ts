// What the target can tell of a request that a page of another origin had made: who asked, with which cookie, and what it was answered.
import type { Connection } from '../server/exchanges.ts'
import { hostOf, portOf } from '../server/shape.ts'

/** Read before anything is hidden. @returns undefined for the target's own pages; else what makes a line of the answer's status. */
export function visitOf({ incoming, upgrade }: Connection): ((status: number) => string) | undefined {
  const { method, url = '', headers } = incoming
  const { origin, cookie } = headers
  if (origin === undefined || origin === `https://${hostOf(incoming)}`) return undefined
  const isLogin = cookie?.includes(`wirelab${portOf(incoming).replace(':', '-')}-account=`)
  const site = headers['sec-fetch-site'] === undefined ? '' : `, Sec-Fetch-Site: ${String(headers['sec-fetch-site'])}`
  const asked = `${method} ${url.split('?', 1)[0]} from Origin ${origin}${site}, ${isLogin ? 'with' : 'without'} the cookie`
  return (status) => `${asked} → ${upgrade && status === 200 ? 101 : status}`
}
