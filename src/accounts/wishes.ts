// What may be sent, and what is said to who sends something else: the bodies of requests about accounts.
import * as v from 'valibot'
import { roles } from '../core/account.ts'

const MIN_PASSWORD = 8
const MAX_PASSWORD_BYTES = 1024
/** Words of the address, and of the log. */
const RESERVED = ['me', 'current', 'key', 'guest']

/** What was typed to be compared: any of it. */
const Any = v.string()
/** Names are public, are part of addresses, and have no colon, for HTTP Basic has one (RFC 7617). */
const Name = v.pipe(v.string(), v.toLowerCase(), v.regex(/^[a-z0-9][a-z0-9_-]{1,31}$/), v.notValues(RESERVED))
/** Eight letters as people count them; nothing is trimmed, nothing cut, and no letter has to be a digit (ASVS 5.0, 6.2). */
const Password = v.pipe(
  v.string(),
  v.check((text) => [...text].length >= MIN_PASSWORD),
  v.check((text) => Buffer.byteLength(text) <= MAX_PASSWORD_BYTES),
  v.check((text) => text.isWellFormed()),
)
/** Enough to write to it; whether somebody reads it there, only a letter can tell. */
const Email = v.pipe(
  v.string(),
  v.maxLength(254),
  v.regex(/^[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}$/),
)

export const SignUp = v.strictObject({ name: Name, password: Password, email: v.optional(Email) })
export const LogIn = v.strictObject({ name: Any, password: Any })
export const ResetOrder = v.strictObject({ name: Any })
export const NewPassword = v.union([
  v.strictObject({ current: Any, password: Password }),
  v.strictObject({ token: Any, password: Password }),
])
export const RoleOrder = v.strictObject({ role: v.picklist(roles) })

const expectedEmail = 'an e-mail address of A–Z, a–z, 0–9, . _ + and - before the @, like ann@school.example'
const expectedPassword = `a password of ${MIN_PASSWORD} characters to ${MAX_PASSWORD_BYTES} bytes`
export const expected = {
  signUp: `expected {"name","password","email"?}: a name of 2–32 of a–z, 0–9, _ and -, ${expectedPassword}, ${expectedEmail}`,
  logIn: 'expected {"name","password"}',
  reset: 'expected {"name"}',
  password: `expected {"current","password"} or {"token","password"}: ${expectedPassword}`,
  role: `expected {"role"}: one of ${roles.join(', ')}`,
}
