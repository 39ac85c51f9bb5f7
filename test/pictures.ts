// Takes the pictures of a screen, wide and narrow, light and dark, and puts them where they belong.
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import UPNG from 'upng-js'
import { expect } from 'vitest'
import { sleep } from './lab.ts'
import { wear } from './screens.ts'

const ROOT = join(import.meta.dirname, '..')
const DOCS = join(ROOT, 'docs/images')
export const OUT = join(import.meta.dirname, 'out')
/** `SCREENSHOTS=1` makes those of docs/images anew; otherwise a run leaves its own beside its report. */
export const isForDocs = Boolean(process.env.SCREENSHOTS)
const WIDTHS = [1440, 390] as const
const THEMES = ['light', 'dark'] as const
/** Of a long screen its beginning. */
const HEIGHTS = { 1440: 1800, 390: 2400 }
const COLOURS = 64

interface Part {
  /** What stands at the top of the picture; by default the page. */
  from?: string
  /** Of that alone. */
  isAlone?: boolean
  /** At most, whatever the width. */
  height?: number
  /** Beside the report in any case. */
  isExtra?: boolean
}

/** Those in README and course. */
const used = new Set<string>()
for (const file of ['README.md', 'docs/course.md'])
  for (const [, name] of (await readFile(join(ROOT, file), 'utf8')).matchAll(/images\/([\w-]+)-1440-light\.png/g))
    used.add(name!)

/** The docs have each screen in two looks that show all there is to see, and those that the course shows in the dark too; megabytes are saved. */
const isKept = (name: string, look: string) =>
  ['1440-light', '390-dark', ...(used.has(name) ? ['1440-dark'] : [])].includes(look)

export async function take(page: Page, name: string, part: Part = {}): Promise<void> {
  await mkdir(OUT, { recursive: true })
  for (const width of WIDTHS)
    for (const theme of THEMES) {
      await wear(page, { width, theme, type: 'normal' }, true)
      if (!part.from) await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
      await sleep(600) // charts are drawn anew
      await loaded(page)
      const look = `${width}-${theme}`
      const folder = isForDocs && !part.isExtra && isKept(name, look) ? DOCS : OUT
      await writeFile(join(folder, `${name}-${look}.png`), await png(page, await clipOf(page, width, part)))
    }
  await page.setViewport({ width: 1440, height: 900 })
}

type Clip = Record<'x' | 'y' | 'width' | 'height', number>

async function clipOf(page: Page, width: (typeof WIDTHS)[number], { from = 'body', isAlone, height }: Part) {
  const box = await page.$eval(from, (element) => {
    const { top, height } = element.getBoundingClientRect()
    return { y: Math.floor(top + scrollY), own: Math.ceil(height) }
  })
  const rest = (await page.evaluate(() => document.documentElement.scrollHeight)) - box.y
  return { x: 0, y: box.y, width, height: Math.min(isAlone ? box.own : rest, height ?? HEIGHTS[width]) }
}

/** Of few colours: a third of the bytes, and nothing of a screen is lost by it. */
async function png(page: Page, clip: Clip): Promise<Buffer> {
  const shot = UPNG.decode(Uint8Array.from(await page.screenshot({ clip })).buffer)
  expect([shot.width, shot.height]).toEqual([clip.width, clip.height])
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(shot), shot.width, shot.height, COLOURS))
}

/** Pictures of the page itself: a browser leaves those below the window for later. */
const loaded = (page: Page) =>
  page.evaluate(async () => {
    for (const image of document.images) image.loading = 'eager'
    await Promise.all([...document.images].map((image) => image.decode()))
  })

const FILE = /^([\w-]+)-(?:1440|390)-(?:light|dark)\.png$/
const files = async () => (await readdir(DOCS)).filter((file) => file !== GALLERY)

/** The screens of docs/images; of a file with another name that name. */
export const kept = async () => [...new Set((await files()).map((file) => FILE.exec(file)?.[1] ?? file))]

export async function bytesKept(): Promise<number> {
  const sizes = await Promise.all((await files()).map(async (file) => (await stat(join(DOCS, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const GALLERY = 'README.md'

/** The page that shows them all, in this order. */
export async function writeGallery(names: readonly string[]): Promise<void> {
  const all = await files()
  const rows = names.flatMap((name) => {
    const found = all.filter((file) => FILE.exec(file)?.[1] === name).toSorted()
    const images = found.map((file) => `<img src="${file}" alt="${file}" height="360">`)
    return found.length > 0 ? [`## ${name}\n\n${images.join('\n')}\n`] : []
  })
  await writeFile(join(DOCS, GALLERY), [ABOUT, ...rows].join('\n'))
}

const ABOUT = `# Every screen, wide in light and narrow in dark colours

Made by \`SCREENSHOTS=1 npx vitest run test/pictures.test.ts\`, on live traffic; of a long screen its beginning, of an experiment what
it shows after a run. The other two looks of each, and experiments before their run, are then in \`test/out\`.
`
