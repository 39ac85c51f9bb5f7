// The course (docs/course.md) and its page: links that lead somewhere, commands that run, numbers that were measured.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command } from 'commander'
import { COURSE, DOCUMENTS, RUNS, shownIn, withTables } from '../bench/report/course.ts'
import { readResults } from '../bench/report/files.ts'
import { benchCommand } from '../src/cli/bench.ts'
import { certsCommand } from '../src/cli/certs.ts'
import { inspectCommand } from '../src/cli/inspect.ts'
import { planCommand } from '../src/cli/plan.ts'
import { serveCommand } from '../src/cli/serve.ts'
import { watchCommand } from '../src/cli/watch.ts'
import { atHost, coursePage } from '../src/server/course.ts'
import type { Lab } from '../src/server/start.ts'
import { experiments } from '../public/learn/list.ts'
import { transportNames } from '../transports/clients.ts'
import { nodePlatform } from '../transports/platform.ts'
import { startTestLab } from './lab.ts'

const root = join(import.meta.dirname, '..')
const course = await readFile(join(root, COURSE), 'utf8')
const slugs = experiments.map(({ slug }) => slug)
const all = (pattern: RegExp, text: string) => [...text.matchAll(pattern)].map((match) => match[1]!)

describe('the course', () => {
  test('leads to every experiment, and to no other', () => {
    const linked = new Set(all(/\]\(https:\/\/localhost:8443\/#\/learn\/([^)]*)\)/g, course))
    expect([...linked].sort()).toEqual([...slugs].sort())
  })

  test('has each experiment in the session that the page says', () => {
    const sessions = course.split(/^## (?=Session )/m).slice(1)
    for (const { slug, session } of experiments) expect(sessions[session - 1], slug).toContain(`/#/learn/${slug})`)
  })

  test('names each experiment as the page does, also in the plan of its session', () => {
    const linked = [...course.matchAll(/\[([^\]]*)\]\(https:\/\/localhost:8443\/#\/learn\/([^)]*)\)/g)]
    const titles = new Map(experiments.map(({ slug, title }) => [slug, title]))
    for (const [, words, slug] of linked) expect(words).toBe(titles.get(slug!))
    const plans = course.split(/^### (?=Plan of session )/m).slice(1)
    for (const [index, plan] of plans.entries()) {
      const named = all(/\*([^*]+)\*/g, plan.split('\n### ', 1)[0]!)
      for (const title of named) expect([...titles.values()]).toContain(title)
      for (const { title, session } of experiments) if (session === index + 1) expect(named).toContain(title)
    }
  })

  test('has pictures in both colours', () => {
    const pictures = all(/!\[[^\]]{20,}\]\(images\/([^)]+)\)/g, course)
    expect(pictures.length).toBeGreaterThan(3)
    expect(all(/(!\[)/g, course)).toHaveLength(pictures.length)
    for (const name of pictures)
      for (const each of [name, name.replace('-light', '-dark')])
        expect(existsSync(join(root, 'docs/images', each)), each).toBe(true)
  })

  test('names files that are there', () => {
    const files = all(/\]\((?!https:|#)([^)#]+)\)/g, course)
    expect(files.length).toBeGreaterThan(5)
    for (const file of files) expect(existsSync(join(root, dirname(COURSE), file)), file).toBe(true)
  })

  test('has each session in the same parts, and plans of 90 minutes without a hole', () => {
    const sessions = course.split(/^## /m).filter((part) => part.startsWith('Session '))
    expect(sessions).toHaveLength(6)
    for (const [index, session] of sessions.entries()) {
      const parts = all(/^### (.*)$/gm, session).filter((part) => part !== 'Old words')
      const of = (what: string) => `${what} session ${index + 1}`
      expect(parts).toEqual(
        ['Aims of', 'Plan of', 'Experiments of', 'Exercises of', 'Measured in', 'Quiz of', 'Read after']
          .map(of)
          .concat(of('For the instructor of')),
      )
      const rows = [...session.matchAll(/^\| (\d+)–(\d+) \|/gm)].map(([, from, to]) => [Number(from), Number(to)])
      expect(rows[0]![0]).toBe(0)
      expect(rows.at(-1)![1]).toBe(90)
      for (const [i, [from]] of rows.slice(1).entries()) expect(from).toBe(rows[i]![1])
      expect(all(/^(\d+)\. .*$/gm, session.split(`### ${of('Quiz of')}`)[1]!.split('### ')[0]!).length).toBeGreaterThan(
        4,
      )
    }
    expect(all(/(<details>)/g, course).length).toBe(all(/(<\/details>)/g, course).length)
  })

  test('has no HTML but answers that fold, and comments', () => {
    const text = course.replace(/```[\s\S]*?```|`[^`\n]*`|<!--[\s\S]*?-->|<https:[^>]*>/g, '')
    expect(all(/(<[^>]*>)/g, text).filter((tag) => !/^<\/?(details|summary)>$/.test(tag))).toEqual([])
  })

  test.each(DOCUMENTS)('%s shows numbers of the committed runs, as the command makes them', async (name) => {
    const course = await readFile(join(root, name), 'utf8')
    const runs = await Promise.all(
      RUNS.filter((path) => existsSync(join(root, path))).map(async (path) => ({
        path,
        run: await readResults(join(root, path)),
      })),
    )
    const scenarios = shownIn(course)
    expect(scenarios.length).toBeGreaterThan(name === COURSE ? 4 : 1)
    // Later runs first, so that the first one has the last word.
    const made = runs.toReversed().reduce((text, { path, run }) => withTables(text, run, path), course)
    expect(made, `make it anew: npm run bench -- --readme ${RUNS[0]}, and the other runs before it`).toBe(course)
    for (const name of scenarios)
      expect(
        runs.some(({ run }) => run.trials.some(({ scenario }) => scenario === name)),
        `a run of ${name}`,
      ).toBe(true)
    expect(course.match(/<!-- measured: .*? -->\n<!-- measured: end -->/g)).toBeNull()
  })
})

test('a table that nobody makes is an error', async () => {
  const run = await readResults(join(root, RUNS[0]!))
  const text = '<!-- measured: steady happiness -->\n<!-- measured: end -->'
  expect(() => withTables(text, run, 'a.json')).toThrow(
    /no table "steady happiness"; there are steady latency.*, and goals/,
  )
})

describe('every command of the course', () => {
  let calls: string[][]
  const commands: Record<string, () => Command> = {
    ...{ serve: serveCommand, bench: benchCommand, plan: planCommand },
    ...{ watch: watchCommand, certs: certsCommand, inspect: inspectCommand },
  }
  const paths = new Set(['/healthz', '/limits', '/feed', ...transportNames.map((name) => `/feed/${name}`)])

  beforeAll(async () => {
    const fences = all(/^```sh\n([\s\S]*?)\n```$/gm, course)
    expect(fences.length).toBeGreaterThan(15)
    calls = await callsOf(fences.join('\n'))
  })

  test('of the lab is one that its command line takes', async () => {
    const ours = calls.flatMap(([name, first, ...rest]) => {
      if (name === 'npx' && first === 'wirelab') return [rest]
      if (name === 'npm' && first === 'start') return [['serve', ...rest.slice(1)]]
      return name === 'npm' && first === 'run' ? [[rest[0]!, ...rest.slice(2)]] : []
    })
    expect(ours.length).toBeGreaterThan(20)
    for (const [name, ...args] of ours) {
      expect(commands, name).toHaveProperty(name!)
      let ran = false
      const command = commands[name!]!()
        .exitOverride()
        .action(() => void (ran = true))
      await command.parseAsync(args, { from: 'user' })
      expect(ran, [name, ...args].join(' ')).toBe(true)
    }
  })

  test('of curl asks the lab for a path that it has', () => {
    const urls = calls
      .filter(([name]) => name === 'curl')
      .flatMap((args) => args.filter((arg) => arg.startsWith('https:')))
    expect(urls.length).toBeGreaterThan(15)
    for (const url of urls.filter((url) => url !== 'https://example.org')) {
      const { host, pathname } = new URL(url)
      expect([host, paths.has(pathname)], url).toEqual(['localhost:8443', true])
    }
  })
})

describe('/course', () => {
  let lab: Lab
  let page: string
  let headers: Headers
  const platform = () => nodePlatform({ ca: lab.authority!.ca })
  beforeAll(async () => {
    lab = await startTestLab()
    const response = await platform().fetch(`${lab.url}/course`)
    expect(response.status).toBe(200)
    page = await response.text()
    headers = response.headers
  })
  afterAll(() => lab.close())

  test('has the policy of the page, one script for its looks, and nothing of it in the page itself', () => {
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
    const script = '<script type="module" src="/public/course.ts" blocking="render"></script>'
    expect(page.split(script)).toHaveLength(2)
    expect(page.replace(script, '')).not.toMatch(/<script|<style|\son[a-z]+=|\sstyle=|javascript:/i)
  })

  test('leads to the lab that serves it, and starts none elsewhere', () => {
    expect(page).not.toContain('localhost:8443')
    expect(page).toContain(`curl ${lab.url}/healthz`)
    expect(page).toContain(`openssl s_client -connect localhost:${lab.port} `)
    for (const code of all(/<code class="language-sh">([^<]*)/g, page))
      for (const line of code.split('\n')) {
        if (line.startsWith('npx wirelab watch')) expect(line).toContain(` ${lab.url}`)
        if (line.startsWith('npm start')) expect(line).toContain(` --port ${lab.port} `)
      }
    const usual = coursePage(course, () => undefined)
    expect(atHost(usual, 'localhost:8443')).toBe(usual)
    const tunnelled = atHost(usual, 'lab.example') // where a port is none of the lab's
    expect(tunnelled).toContain('curl https://lab.example/healthz')
    expect(tunnelled).toMatch(/^npm start -- --publish-key /m)
  })

  test('shows pictures that the lab has, as large as they are', async () => {
    const shown = [
      ...page.matchAll(/<source srcset="([^"]+)" [^>]*><img src="([^"]+)" alt="[^"]+" width="(\d+)" height="(\d+)"/g),
    ]
    expect(shown.length).toBeGreaterThan(3)
    for (const [, dark, light, width, height] of shown) {
      expect(dark).toBe(light!.replace('-light', '-dark'))
      for (const path of [dark!, light!]) {
        const response = await platform().fetch(lab.url + path)
        const png = Buffer.from(await response.arrayBuffer())
        expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png'])
        expect(response.headers.get('content-encoding')).toBeNull()
        expect(png.subarray(1, 4).toString()).toBe('PNG')
        if (path === light)
          expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([Number(width), Number(height)])
      }
    }
  })

  test('has the bar of all screens, as the lab’s page has it; the range only where one is', async () => {
    const bar = (html: string) => {
      const nav = /<nav aria-label="Screens">[^]*?<\/nav>/.exec(html)?.[0] ?? ''
      return [...nav.matchAll(/<a href="([^"]*)"[^>]*>([^<]*)</g)].map(([, href, words]) => [
        href!.replace(/^\//, ''),
        words,
      ])
    }
    const lab = bar(await readFile(join(root, 'public/index.html'), 'utf8'))
    expect(lab.map(([, words]) => words)).toEqual(['Lab', 'Learn', 'Course', 'Range'])
    expect(bar(page)).toEqual(lab.slice(0, 3))
    expect(bar(coursePage(course, () => undefined, { hasRange: true }))).toEqual(lab)
    expect(page).toMatch(/<a href="\/course" aria-current="page">/)
    expect(await readFile(join(root, 'public/course-print.css'), 'utf8')).toMatch(/header,[^{}]*\{\s*display: none;/)
  })

  test('has one h1, no level left out, each id once', () => {
    const levels = all(/<h([1-6])/g, page).map(Number)
    expect(levels.filter((level) => level === 1)).toHaveLength(1)
    for (const [i, level] of levels.slice(1).entries()) expect(level).toBeLessThanOrEqual(levels[i]! + 1)
    const ids = all(/ id="([^"]*)"/g, page)
    expect(new Set(ids).size).toBe(ids.length)
    for (const tag of ['main', 'nav', 'h1', 'details', 'table', 'pre', 'ol', 'ul'])
      expect(all(new RegExp(`(<${tag}[ >])`, 'g'), page).length, tag).toBe(
        all(new RegExp(`(</${tag}>)`, 'g'), page).length,
      )
  })

  test('has links that lead somewhere', async () => {
    const ids = new Set(all(/ id="([^"]*)"/g, page))
    const links = [...new Set(all(/ href="([^"]*)"/g, page))]
    expect(links.filter((link) => link.startsWith('#')).length).toBeGreaterThan(7)
    for (const link of links)
      if (link.startsWith('#')) expect(ids, link).toContain(link.slice(1))
      else if (link.startsWith('/#/learn/')) expect(slugs).toContain(link.slice(9))
      else if (link.startsWith('/')) expect((await platform().fetch(lab.url + link)).status, link).toBe(200)
      else expect(link).toMatch(/^https:\/\/(?!localhost)/)
    expect(page).not.toContain('localhost:8443/#')
  })

  test('names what the lab does not serve, links what it does, and shows foreign HTML as text', () => {
    const made = coursePage(
      '# A\n\n[one](../README.md) [two](../public/style.css) <b>x</b>\n\n<script>\n</script>',
      (path) => (path === '/public/style.css' ? new Uint8Array() : undefined),
    )
    expect(made).toContain('one (<code>README.md</code>) <a href="/public/style.css">two</a> &lt;b&gt;x&lt;/b&gt;')
    expect(made.split('<main')[1]).not.toContain('<script')
  })

  test('is read only', async () => {
    const response = await platform().fetch(`${lab.url}/course`, { method: 'POST' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

/** What a shell would call, each with its arguments; nothing is run: every program it may find only notes that. */
async function callsOf(script: string): Promise<string[][]> {
  const folder = await mkdtemp(join(tmpdir(), 'wirelab-course-'))
  const log = join(folder, 'calls')
  for (const name of ['curl', 'npx', 'npm', 'openssl', 'xxd', 'head', 'base64']) {
    const note = `#!/bin/sh\n{ printf '%s\\0' ${name} "$@"; printf '\\n\\0'; } >> "${log}"\n`
    await writeFile(join(folder, name), note)
    await chmod(join(folder, name), 0o755)
  }
  await promisify(execFile)('/bin/sh', ['-eu', '-c', script], { env: { PATH: folder } })
  const words = (await readFile(log, 'utf8')).split('\0').slice(0, -1)
  await rm(folder, { recursive: true })
  const found: string[][] = [[]]
  for (const word of words) {
    if (word === '\n') found.push([])
    else found.at(-1)!.push(word)
  }
  return found.slice(0, -1)
}
