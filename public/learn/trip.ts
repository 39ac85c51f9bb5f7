// The network on which two experiments watch handshakes: slow enough that each wait for the other side is seen.
import type { Profile } from '../door.ts'

export const HANDSHAKE_PROFILE: Profile = '4g'
/** There and back on it, without jitter; test/answers-tls.test.ts compares it with the profile. */
export const TRIP_MS = 70
