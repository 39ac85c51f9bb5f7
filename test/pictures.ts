// Takes the pictures of a screen, wide and narrow, light and dark, and puts them where they belong.
import { once } from 'node:events'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Page } from 'puppeteer-core'
import { expect } from 'vitest'
import { sleep } from './lab.ts'
import type { Shot } from './picture-encoder.ts'
import { wear } from './screens.ts'

const ROOT = join(import.meta.dirname, '..')
const DOCS = join(ROOT, 'docs/images')
export const OUT = join(import.meta.dirname, 'out')
/**
 * `SCREENSHOTS=1` makes those of docs/images anew; `SCREENSHOTS=all` leaves every screen in all four looks beside the report; without, a
 * run takes a few, in a hurry.
 */
const wish = process.env.SCREENSHOTS ?? ''
export const isUnhurried = wish !== ''
const isAll = wish === 'all'
/** Of a long screen its beginning. */
const HEIGHTS = { 1440: 1800, 390: 2400 }
const ENCODERS = 2

export interface Look {
  width: 1440 | 390
  theme: 'light' | 'dark'
}
const wide: Look = { width: 1440, theme: 'light' }
const wideDark: Look = { width: 1440, theme: 'dark' }
const narrow: Look = { width: 390, theme: 'light' }
const narrowDark: Look = { width: 390, theme: 'dark' }

interface Part {
  /** What stands at the top of the picture; by default the page. */
  from?: string
  /** Of that alone. */
  isAlone?: boolean
  /** At most, whatever the width. */
  height?: number
  /** Beside the report in any case, and only wide but for `all`. */
  isExtra?: boolean
}

/** Those in README and course. */
const used = new Set<string>()
for (const file of ['README.md', 'docs/course.md'])
  for (const [, name] of (await readFile(join(ROOT, file), 'utf8')).matchAll(/images\/([\w-]+)-1440-light\.png/g))
    used.add(name!)

/** Two that show all there is to see, and those that the course shows in the dark too; megabytes and minutes are saved. */
const looksKept = (name: string): Look[] => [wide, narrowDark, ...(used.has(name) ? [wideDark] : [])]
export const looksOf = (name: string): Look[] => (isAll ? [wide, wideDark, narrow, narrowDark] : looksKept(name))
const fileOf = (name: string, { width, theme }: Look) => `${name}-${width}-${theme}.png`
/** All that docs/images should hold of these screens. */
export const filesOf = (names: readonly string[]) =>
  names.flatMap((name) => looksKept(name).map((look) => fileOf(name, look))).toSorted()

export async function take(page: Page, name: string, part: Part = {}): Promise<void> {
  for (const look of part.isExtra && !isAll ? [wide] : looksOf(name)) await takeLook(page, name, look, part)
  await page.setViewport({ width: 1440, height: 900 })
}

const shots = new Map<string, Uint8Array>()

export async function takeLook(page: Page, name: string, look: Look, part: Part = {}): Promise<void> {
  await wear(page, { ...look, type: 'normal' }, true)
  await page.mouse.move(0, 0) // what it was left over says more
  if (!part.from) await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await sleep(500) // charts are drawn anew
  await loaded(page)
  const clip = await clipOf(page, look.width, part)
  const png = await page.screenshot({ clip })
  const header = new DataView(png.buffer, png.byteOffset)
  expect([header.getUint32(16), header.getUint32(20)]).toEqual([clip.width, clip.height])
  const file = fileOf(name, look)
  if (part.isExtra) await mkdir(OUT, { recursive: true }).then(() => writeFile(join(OUT, file), png))
  else shots.set(join(isUnhurried && !isAll ? DOCS : OUT, file), png)
}

/**
 * Writes what was taken. Not while anything is taken: the lab runs in this process and its pages beside it, and they would stand still,
 * which is then seen in the next picture.
 */
export async function writeShots(): Promise<void> {
  await mkdir(OUT, { recursive: true })
  const left = [...shots].map(([path, png]): Shot => ({ path, png }))
  shots.clear()
  async function encode() {
    const worker = new Worker(join(import.meta.dirname, 'picture-encoder.ts'))
    for (let shot = left.pop(); shot; shot = left.pop()) {
      worker.postMessage(shot)
      await once(worker, 'message') // throws what the worker threw
    }
    await worker.terminate()
  }
  await Promise.all(Array.from({ length: ENCODERS }, encode))
}

type Clip = Record<'x' | 'y' | 'width' | 'height', number>

async function clipOf(page: Page, width: Look['width'], { from = 'body', isAlone, height }: Part): Promise<Clip> {
  const box = await page.$eval(from, (element) => {
    const { top, height } = element.getBoundingClientRect()
    return { y: Math.floor(top + scrollY), own: Math.ceil(height) }
  })
  const rest = (await page.evaluate(() => document.documentElement.scrollHeight)) - box.y
  return { x: 0, y: box.y, width, height: Math.min(isAlone ? box.own : rest, height ?? HEIGHTS[width]) }
}

/** Pictures of the page itself: a browser leaves those below the window for later. */
const loaded = (page: Page) =>
  page.evaluate(async () => {
    for (const image of document.images) image.loading = 'eager'
    await Promise.all([...document.images].map((image) => image.decode()))
  })

/** The files of docs/images. */
export const kept = async () => (await readdir(DOCS)).filter((file) => file !== GALLERY).toSorted()

export async function bytesKept(): Promise<number> {
  const sizes = await Promise.all((await kept()).map(async (file) => (await stat(join(DOCS, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const GALLERY = 'README.md'

/** The page that shows them all, in this order. */
export async function writeGallery(names: readonly string[]): Promise<void> {
  const rows = names.map((name) => {
    const images = filesOf([name]).map((file) => `<img src="${file}" alt="${file}" height="360">`)
    return `## ${name}\n\n${images.join('\n')}\n`
  })
  await writeFile(join(DOCS, GALLERY), [ABOUT, ...rows].join('\n'))
}

const ABOUT = `# Every screen, wide in light and narrow in dark colours

Made by \`SCREENSHOTS=1 npm run unit test/pictures.test.ts\`, on live traffic; of a long screen its beginning, of an experiment what it
shows after a run. Those that README and course show are here in the dark and wide too; experiments before their run are then in
\`test/out\`.
`
