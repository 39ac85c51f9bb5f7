// FAULTS F11: segments are lost, 1 % and 5 % of them, by the kernel itself: netem or iptables in a network namespace. Where neither can be
// had (not Linux, not allowed, not in this kernel) the test says so and is not run.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
/** Before the command that is its last words; a namespace of one's own needs no root where users may have namespaces. */
const losing = (percent: number) =>
  `ip link set lo up || exit
   tc qdisc add dev lo root netem loss ${percent}% 2>/dev/null ||
     iptables -A INPUT -i lo -m statistic --mode random --probability ${percent / 100} -j DROP 2>/dev/null || exit
   exec "$@"`

const canLose = await run('unshare', ['-rn', 'sh', '-c', losing(1), 'sh', 'true']).then(
  () => true,
  () => false,
)

interface Said {
  expected: number
  uncaught: number
  verdicts: Record<string, { clean: boolean; declared: number; events: number }>
}

test.runIf(canLose).each([1, 5])(
  'F11 %d of 100 segments are lost → each transport loses and repeats nothing',
  { timeout: 120_000 },
  async (percent) => {
    const script = [process.execPath, join(import.meta.dirname, 'loss.ts')]
    const said = await run('unshare', ['-rn', 'sh', '-c', losing(percent), 'sh', ...script], { timeout: 100_000 })
    const { expected, uncaught, verdicts } = JSON.parse(said.stdout) as Said
    expect(uncaught).toBe(0)
    for (const [name, verdict] of Object.entries(verdicts))
      expect(verdict, name).toMatchObject({ clean: true, declared: 0, events: expected })
  },
)
