// Runs an attack from a socket in a process of its own, and ends that, however it went.
import { child } from '../../bench/process.ts'
import type { Outcome, Target } from './attack.ts'
import type { AttackCommands } from './process.ts'
import { BOUNDS } from './raid.ts'

/** To start, to prepare itself, and to tell what it has seen. */
const MORE_MS = 20_000

/** @throws Error when the attack could not be made: that says nothing of the target. */
export async function runApart(slug: string, target: Target, signal: AbortSignal): Promise<Outcome> {
  signal.throwIfAborted()
  const attacker = child<AttackCommands>('attack', new URL('./process.ts', import.meta.url))
  const stop = () => void attacker.end()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const { origin, port, ca, victim, attacker: mallory } = target
    const plain: Target = { origin, port, ca, victim, attacker: mallory }
    return await attacker.ask('run', { slug, target: plain }, BOUNDS.ms + MORE_MS)
  } finally {
    signal.removeEventListener('abort', stop)
    await attacker.end()
  }
}
