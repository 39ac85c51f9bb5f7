// FAULTS D: what may come to lie in the page's folders and is never served: links out of them, dot-files, keys, maps, drafts of editors.
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadAssets } from '../../src/server/assets.ts'
import type { Assets } from '../../src/server/assets.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const SECRET = 'export const secret = 1'
let folder: string
let assets: Assets

/** In each row: what it is, where it lies, and what it links to, if it is a link. */
const planted: [name: string, path: string, to?: string][] = [
  ['a link to a file', 'public/link.ts', '../outside/secret.ts'],
  ['a link to a file of the page itself', 'public/again.ts', 'main.ts'],
  ['a link by an absolute path', 'public/absolute.ts', '/etc/hostname'],
  ['a link to nothing', 'public/dangling.ts', 'nowhere.ts'],
  ['a link to itself', 'public/loop.ts', 'loop.ts'],
  ['a file behind a linked folder', 'public/linked/secret.ts'],
  ['a file behind a folder that links up', 'src/core/up/server/app.ts'],
  ['a dot-file', 'public/.secret.ts'],
  ['a file in a dot-folder', 'public/.git/config.ts'],
  ['a private key', 'public/server-key.pem'],
  ['a certificate', 'public/server.pem'],
  ['a key in another form', 'public/server.key'],
  ['a source map', 'public/main.ts.map'],
  ['package.json', 'public/package.json'],
  ['a test', 'public/main.test.ts'],
  ['types alone', 'public/more.d.ts'],
  ['a draft of an editor', 'public/main.ts~'],
  ['another draft', 'public/#main.ts#'],
  ['a backup', 'public/main.ts.bak'],
  ['a text', 'public/notes.md'],
  ['a script of another language', 'public/shell.php'],
  ['an extension in capitals', 'public/secret.TS'],
  ['a file without an extension', 'public/Makefile'],
  ['a server of a transport', 'transports/sse/secret.ts'],
]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wirelab-planted-'))
  for (const part of ['public', 'src/core', 'transports', 'docs/course.md', 'docs/images'])
    await cp(join(REPOSITORY, part), join(folder, part), { recursive: true })
  for (const path of ['outside/secret.ts', 'src/server/app.ts', 'public/honest.ts']) await plant(path)
  await symlink('../outside', join(folder, 'public/linked'))
  await symlink('..', join(folder, 'src/core/up'))
  for (const [, path, to] of planted)
    if (to !== undefined) await symlink(to, join(folder, path))
    else if (!/linked|up\//.test(path)) await plant(path)
  assets = await loadAssets(() => '', [], { root: folder })
})
afterAll(() => rm(folder, { recursive: true }))

for (const [name, path] of planted)
  test(`D ${name} (${path}) → not served`, () => {
    for (const url of [path, encodeURI(path), path.replace('public/', '')]) expect(assets.has(`/${url}`)).toBe(false)
  })

test('D an honest file beside them → served', () => {
  expect(assets.has('/public/honest.ts')).toBe(true)
})

async function plant(path: string) {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), SECRET)
}
