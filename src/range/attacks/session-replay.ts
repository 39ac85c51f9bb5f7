// The cookie of a session after its user has logged out: a copy of it is still somewhere.
import { asker } from '../asking.ts'
import type { Attack } from '../attack.ts'
import { BOUNDS } from '../raid.ts'

export const attack: Attack = {
  slug: 'session-replay',
  title: 'Replay of a session after logout',
  from: 'socket',
  defences: ['session-end'],
  about:
    'The victim logs in, is copied, and logs out. The attacker, who has the copy of the cookie (from a backup, a shared computer, a crash report), goes on with it.',
  why: [
    'Taking the cookie out of the victim’s browser ends nothing: it was a copy. Where a session is a token that speaks for itself, signed and good until it expires, the server has nothing to forget, and a logout is decoration. It is the usual form of a login by JWT.',
    'The defence: a session is a row on the server, kept by the hash of its cookie. Logging out deletes the row, and what was opened with it ends within a second: streams, WebSockets, waiting polls. The cookie is 401 from then on.',
  ],
  source: {
    name: 'OWASP ASVS 5.0, 7.4.1; CWE-613',
    url: 'https://cwe.mitre.org/data/definitions/613.html',
  },

  async run(target, signal) {
    const { ask, close } = asker(target, AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.ms)]))
    try {
      const page = { origin: target.origin }
      const { name, password } = target.victim
      const login = await ask('POST', '/sessions', { headers: page, json: { name, password } })
      const cookie = login.headers
        .getSetCookie()
        .find((each) => each.includes('-account='))
        ?.split(';')[0]
      if (login.status !== 201 || cookie === undefined)
        throw new Error(`no session but ${login.status} ${login.code ?? ''}`)
      const logout = await ask('DELETE', '/sessions/current', { headers: { ...page, cookie } })
      const me = await ask('GET', '/users/me', { headers: { cookie } })
      const feed = await ask('GET', '/feed/polling?after=earliest&limit=1', { headers: { cookie } })
      const told = ({ status, code }: typeof me) => `${status}${code === undefined ? '' : ` ${code}`}`
      const seen = [
        `the victim logged in (${login.status}) and out (${logout.status})`,
        `the copy of the cookie, at /users/me: ${told(me)}${me.status === 200 ? `, ${me.text.slice(0, 100)}` : ''}`,
        `the copy of the cookie, at the feed: ${told(feed)}`,
      ]
      return { succeeded: me.status === 200 && feed.status === 200, seen }
    } finally {
      await close()
    }
  },
}
