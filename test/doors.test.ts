// The house rules on imports (who may know whom), checked over every file; and the checker itself, checked with made-up files.
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importRules, nameRules, useRules, violations } from './doors.ts'

const root = join(import.meta.dirname, '..')
const FOLDERS = ['src', 'transports', 'bench', 'public', 'certs']
const OUTPUT = /^bench\/(results|out)\//

describe('doors', () => {
  it('every file imports only what its room may know', async () => {
    const files = await sources()
    expect(files.size).toBeGreaterThan(40)
    expect(violations(files)).toEqual([])
  })
})

describe('the checker of doors', () => {
  for (const { example, why } of [...importRules, ...useRules, ...nameRules])
    it(`finds what breaks the rule: ${why}`, () => {
      const found = violations(new Map([[example.path, example.text]]))
      expect(found.filter((line) => line.startsWith(`${example.path} `) && line.endsWith(why))).toHaveLength(1)
    })

  it('says in plain words which file, what, and why', () => {
    expect(violations(new Map([['transports/sse/client.ts', `import { readFile } from 'node:fs'`]]))).toEqual([
      'transports/sse/client.ts imports node:fs: a client must run in a browser; the platform hands in what it needs',
    ])
  })

  it.each([
    ['a dynamic import', 'src/core/a.ts', `await import('node:fs')`],
    ['a type in the middle of a line', 'src/core/a.ts', `let a: import('hono').Hono`],
    ['a re-export', 'src/core/a.ts', `export { a } from '../server/app.ts'`],
    ['an inline type, which keeps the import at run time', 'src/server/a.ts', `import { type Server } from 'node:tls'`],
    ['the global through globalThis', 'src/server/a.ts', `globalThis.process.exit(1)`],
    ['the global as a module', 'src/server/a.ts', `import { exit } from 'node:process'`],
    ['a weaker TLS', 'src/server/a.ts', `const rules = { weakened }`],
    ['guessable passwords', 'src/cli/a.ts', `accountRoom({ ...{ path, frequent: 'taken' } })`],
    ['a folder with an empty name', 'src/common/a.ts', ``],
  ])('finds %s', (_, path, text) => {
    expect(violations(new Map([[path, text]]))).toHaveLength(1)
  })

  it.each([
    ['types of Node in a server', 'transports/sse/server.ts', `import type { IncomingMessage } from 'node:http'`],
    ['a server and its package', 'transports/sse/server.ts', `import { Hono } from 'hono'`],
    ['a clock', 'src/server/a.ts', `const now = process.hrtime.bigint()`],
    ['a name that only looks like the global', 'src/server/a.ts', `lane.process(); const a = { console: 1 }`],
    ['a cost of something else', 'bench/a.ts', `const point = { cost: 1, free: 2 }`],
    ['a type of Node', 'src/server/a.ts', `let timer: NodeJS.Timeout`],
    ['a word inside a longer name', 'src/server/commonplace.ts', ``],
  ])('lets %s pass', (_, path, text) => {
    expect(violations(new Map([[path, text]]))).toEqual([])
  })
})

async function sources(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const folder of FOLDERS)
    for (const entry of await readdir(join(root, folder), { recursive: true }).catch(() => [])) {
      const path = `${folder}/${entry.replaceAll('\\', '/')}`
      if (path.endsWith('.ts') && !OUTPUT.test(path)) files.set(path, await readFile(join(root, path), 'utf8'))
    }
  return files
}
