// docs/security.md cannot lie about what is tested: each test that it names is one that runs, and each link leads somewhere.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { LEVEL_1 } from './asvs.ts'

const root = join(import.meta.dirname, '..')
const pages = ['docs/security.md', 'SECURITY.md']
const text = readFileSync(join(root, pages[0]!), 'utf8')

/** A link to a file of tests, and behind it their names in backticks. */
const named = [...text.matchAll(/\]\(\.\.\/(test\/[\w/.-]+\.test\.ts)\)((?:,? `[^`]+`)+)/g)].flatMap(
  ([, file = '', titles = '']) => [...titles.matchAll(/`([^`]+)`/g)].map(([, title = '']) => ({ file, title })),
)
const files = [...new Set(named.map(({ file }) => file))]

/** As vitest finds them: the names of all suites and of the test, with ` > ` between. */
let found: Map<string, string[]>
beforeAll(async () => {
  found = await collected()
}, 180_000)

describe('the tests that docs/security.md names', () => {
  test('are many, and in many files', () => {
    expect(named.length).toBeGreaterThan(100)
    expect(files.length).toBeGreaterThan(15)
  })
  for (const { file, title } of new Map(named.map((each) => [`${each.file} ${each.title}`, each])).values())
    test(`${file}: ${title}`, () => {
      const names = found.get(file) ?? []
      expect(
        names.some((name) => name === title || name.endsWith(` > ${title}`)),
        'a test of this name',
      ).toBe(true)
    })
})

describe('the tables of docs/security.md', () => {
  const rows = text.split('\n').filter((line) => line.startsWith('|') && !/^\|[-|\s]+\|$/.test(line))
  const items = rows.filter((row) => /^\| \d+\.\d+\.\d+/.test(row))

  test('have an answer in each row, and a test or a dash', () => {
    expect(items.length).toBeGreaterThan(60)
    for (const row of items) {
      const cells = row.slice(1, -1).split(' | ')
      expect(cells, row).toHaveLength(3)
      expect(cells[1]!.trim().length, row).toBeGreaterThan(2)
      expect(cells[2]!.trim(), row).toMatch(/^(–$|\[)/)
    }
  })
  test('have each item of level 1, or the text says why not', () => {
    const section = text.slice(text.indexOf('## OWASP ASVS'), text.indexOf('## Known gaps'))
    const named = section.split('\n').map((each) => (each.startsWith('|') ? each.split(' | ')[0]! : each))
    const items = new Set(named.flatMap(itemsOf))
    expect(LEVEL_1).toHaveLength(70)
    expect(LEVEL_1.filter((item) => !items.has(item))).toEqual([])
  })
  test('name each item of ASVS in the chapter that it is of', () => {
    for (const section of text.split(/^### /m).slice(1)) {
      const chapters = [...section.split('\n')[0]!.matchAll(/V(\d+)/g)].map(([, number]) => number)
      for (const [, chapter] of section.matchAll(/^\| (\d+)\.\d+\.\d+/gm)) expect(chapters).toContain(chapter)
    }
  })
})

describe.each(pages)('the links of %s', (page) => {
  const source = readFileSync(join(root, page), 'utf8')
  const links = [...source.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  const own = [...new Set(links)].filter((link) => !link.startsWith('https://'))

  test.each(own)('%s', (link) => {
    const [path = '', anchor] = link.split('#')
    const to = path === '' ? join(root, page) : join(root, dirname(page), path)
    expect(existsSync(to), relative(root, to)).toBe(true)
    if (anchor !== undefined) expect(anchors(readFileSync(to, 'utf8'))).toContain(anchor)
  })
})

/** `7.2.1–7.2.3` is three of them. */
const itemsOf = (words: string) =>
  [...words.matchAll(/\b(\d+\.\d+)\.(\d+)(?:–\1\.(\d+))?/g)].flatMap(([, section, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, n) => `${section}.${Number(first) + n}`),
  )

/** As GitHub makes them. */
const anchors = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )

/** Loads the files as a run does, and runs nothing. */
async function collected(): Promise<Map<string, string[]>> {
  const folder = await mkdtemp(join(tmpdir(), 'wirelab-titles-'))
  const path = join(folder, 'titles.json')
  const how = ['--no-static-parse', '--pool=threads', '--no-isolate', '--maxWorkers=1']
  // The names of the long versions are others.
  const env = { ...process.env, FUZZ: '', FLOOD: '' }
  await promisify(execFile)(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'list', ...how, `--json=${path}`, ...files],
    { cwd: root, env },
  )
  const all = JSON.parse(await readFile(path, 'utf8')) as { name: string; file: string }[]
  await rm(folder, { recursive: true })
  const names = new Map<string, string[]>()
  for (const { name, file } of all) {
    const own = relative(root, file)
    names.set(own, [...(names.get(own) ?? []), name])
  }
  return names
}
