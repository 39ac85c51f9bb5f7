// How the tests run: every file in a process of its own, two at a time; nothing is tried twice, nothing is skipped in silence.
import { defineConfig } from 'vitest/config'

// What a test starts writes to a pipe, and is read as text: colour wished for the runner is not for it.
delete process.env.FORCE_COLOR

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    retry: 0,
    allowOnly: false,
    passWithNoTests: false,
    dangerouslyIgnoreUnhandledErrors: false,
  },
})
