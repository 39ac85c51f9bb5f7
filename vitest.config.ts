// How the tests run: every file in a process of its own, three at a time, the long ones first; nothing is skipped in silence.
// What fails is tried once more: hundreds of tests wait on real browsers and real sockets, on machines that stand still now and then.
// `npm test` names at its end whatever passed only then, and why it had failed; twice red is red.
import { defineConfig } from 'vitest/config'
import { LongFirst } from './test/sequence.ts'

// What a test starts writes to a pipe, and is read as text: colour wished for the runner is not for it.
delete process.env.FORCE_COLOR

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/folder.ts',
    pool: 'forks',
    // On two cores: most files wait for more than half of their time, for seconds that what they test is to take.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 1,
    allowOnly: false,
    passWithNoTests: false,
    dangerouslyIgnoreUnhandledErrors: false,
  },
})
