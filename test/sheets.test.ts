// What the style sheets must say of states that the code sets: each has a look of its own, and not by its colour alone.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const sheet = (path: string) => readFile(join(import.meta.dirname, '../public', path), 'utf8')

test('an attack that was not made looks neither held nor succeeded, whatever colours one sees', async () => {
  const rules = await sheet('range/outcome.css')
  const code = await sheet('range/outcome.ts')
  for (const state of ['succeeded', 'failed', 'held']) {
    expect(code).toContain(`'${state}'`)
    expect(rules).toContain(`[data-outcome='${state}']`)
  }
  expect(rules).toMatch(/\[data-outcome='failed'\] \{\s*border-left: 4px dotted/)
  expect(rules).toMatch(/\[data-outcome='failed'\] b::before \{\s*content: /)
})

test('what the lanes have is a sentence: no dots come before it', async () => {
  expect(await sheet('desk.css')).not.toMatch(/#agreement::before/)
})
