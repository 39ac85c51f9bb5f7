// An attack from a socket, as a process of its own: its work is not the server's, and what is measured there is not the attacker's.
import { answer } from '../../bench/process.ts'
import type { Outcome, Target } from './attack.ts'
import { byHand } from './attacks/list.ts'

const commands = {
  run({ slug, target }: { slug: string; target: Target }): Promise<Outcome> {
    const attack = byHand.find((each) => each.slug === slug)
    if (!attack?.run) throw new Error(`there is no attack ${slug} from a socket`)
    return attack.run(target, new AbortController().signal) // its end is that of this process
  },
}
export type AttackCommands = typeof commands
if (process.send) answer(commands)
