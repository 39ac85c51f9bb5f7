// The switches of the range: each defence, and how the target is built without it. The server's own code has no switch: it is blindfolded.
import { hostOf } from '../server/shape.ts'
import type { Defence } from './attack.ts'
import { socketDefences } from './sockets.ts'

/** In this order they are put on: what `cors` lets in must be read before `origin` hides it. */
export const defences: readonly Defence[] = [
  {
    name: 'cors',
    title: 'No CORS headers',
    does: 'No answer names another origin that may read it, so a browser gives it to no other page.',
    off: {
      blind({ incoming: { headers }, outgoing }) {
        if (headers.origin === undefined) return
        outgoing.setHeader('access-control-allow-origin', headers.origin) // whoever asks: the usual mistake
        outgoing.setHeader('access-control-allow-credentials', 'true')
      },
    },
  },
  {
    name: 'origin',
    title: 'Origin check',
    does: 'A request or handshake whose Origin or Sec-Fetch-Site is not the lab’s own page is 403.',
    off: {
      blind({ incoming }) {
        const { headers } = incoming
        if (headers.origin !== undefined) headers.origin = `https://${hostOf(incoming)}`
        delete headers['sec-fetch-site']
      },
    },
  },
  {
    name: 'same-site',
    title: 'SameSite=Strict',
    does: 'The session cookie is not sent with what a page of another site asks for.',
    off: {
      answer({ headers }) {
        const cookie = headers.get('set-cookie')
        if (cookie !== null) headers.set('set-cookie', cookie.replace('SameSite=Strict', 'SameSite=None'))
      },
    },
  },
  {
    name: 'schema',
    title: 'JSON, and said so',
    does: 'What is published has Content-Type application/json, which a form cannot send and a page of others may not.',
    off: {
      blind({ incoming: { method, headers } }) {
        if (method === 'POST') headers['content-type'] = 'application/json'
      },
    },
  },
  {
    name: 'encoding',
    title: 'One encoding',
    does: 'An event goes into a stream as JSON on one line; no line break of anybody’s gets there.',
    off: {}, // then the victim’s page reads the naive stream (naive.ts)
  },
  {
    name: 'text',
    title: 'Output as text',
    does: 'What others wrote becomes text of the page, never an element, an attribute or a link.',
    off: {}, // then the victim’s page has it parsed as HTML (pages/naive.ts)
  },
  {
    name: 'policy',
    title: 'Content-Security-Policy',
    does: 'Only scripts of the lab’s own files run, and they may talk to the lab only.',
    off: {
      answer({ headers }, { outgoing }) {
        headers.delete('content-security-policy')
        outgoing.removeHeader('content-security-policy')
      },
    },
  },
  {
    name: 'hsts',
    title: 'HSTS',
    does: 'A browser that was here once comes with TLS only, whatever a link or a hand says.',
    off: { limits: { hstsSeconds: 0 } }, // max-age=0: the browser is to forget it (RFC 6797 §6.1.1)
  },
  ...socketDefences,
]
