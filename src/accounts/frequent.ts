// The passwords that most people have: a list of some thousand opens a good part of all accounts, so that nobody gets one of them here.
import { dictionary } from '@zxcvbn-ts/language-common'
import { Refusal } from '../../transports/request.ts'

/** From leaks, the most frequent first (by zxcvbn-ts, MIT). Those that are too short for ours are in no table. */
export const FREQUENT = new Set(dictionary['passwords-common'].filter(({ length }) => length >= 8))

/** Capitals help little: who guesses tries them too. @throws {Refusal} 400 */
export function refuseFrequent(password: string) {
  if (FREQUENT.has(password.normalize('NFC').toLowerCase()))
    throw new Refusal(400, 'weak_password', 'this password is one of those that are guessed first; choose another')
}
