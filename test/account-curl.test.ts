// The session with curl in docs/accounts.md does what is said beside each line, as it is printed there.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accountRoom } from '../src/accounts/room.ts'
import type { Lab } from '../src/server/start.ts'
import { certs, startTestLab } from './lab.ts'

const LAB = 'https://localhost:8443'
let folder: string
let lab: Lab
beforeAll(async () => {
  expect(spawnSync('curl', ['--version']).status, 'this test needs curl: apt-get install curl').toBe(0)
  folder = await mkdtemp(join(tmpdir(), 'wirelab-curl-'))
  lab = await startTestLab({ accounts: accountRoom({ path: join(folder, 'accounts.db'), cost: 4 }) })
  await symlink(certs, join(folder, 'certs'))
})
afterAll(async () => {
  await lab.close()
  await rm(folder, { recursive: true })
})

test('sign-up, login, feed, sessions, ticket, logout, reset', async () => {
  const text = await readFile(join(import.meta.dirname, '../docs/accounts.md'), 'utf8')
  const section = /^## With curl\n[^]*?(?=^## )/m.exec(text)![0]
  const fenced = (language: string) =>
    [...section.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, lines]) => lines).join('')
  const script = fenced('sh')
  expect(script).toContain(`LAB=${LAB}\n`)
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script.replace(LAB, lab.url)], { cwd: folder })
  expect(stderr).toBe('')
  const [answers, said] = [stdout, fenced('text')].map((lines) => lines.replace(/\n$/, '').split('\n'))
  expect(said).toHaveLength(13)
  expect(answers).toHaveLength(13)
  for (const [n, line] of said!.entries())
    expect(answers![n]).toMatch(
      new RegExp(
        `^${line
          .split('…')
          .map((part) => RegExp.escape(part))
          .join('.+')}$`,
      ),
    )
}, 60_000)
