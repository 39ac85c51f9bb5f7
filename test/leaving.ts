// What is open while an experiment runs: as the lab counts it, as the doors of its bench count it, and as the page made it.
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import type { Page } from 'puppeteer-core'
import type { Lab } from '../src/server/start.ts'

/** Requests for the feed that are not answered to the end, at the lab and at the doors of its benches. */
export async function openFeeds(lab: Lab): Promise<number> {
  const open = (await lab.metrics.text()).matchAll(/^wirelab\w*_requests_open\{path="\/feed[^"]*"\} (\d+)$/gm)
  return [...open].reduce((sum, [, n]) => sum + Number(n), 0)
}

interface Told {
  id: string
  doors: Record<string, { port: number; traffic: { open: number } }>
}

/** The bench that this page opens from now on. */
export function benchOf(page: Page) {
  let made: Told | undefined
  page.on('response', (response) => {
    if (response.request().method() !== 'POST' || !response.url().endsWith('/lab/bench')) return
    void response.json().then((told: Told) => (made = told))
  })
  return {
    ports: () => Object.values(made?.doors ?? {}).map(({ port }) => port),
    /** Open at its doors now. */
    async connections() {
      const { doors } = await page.evaluate(
        async (id) => (await (await fetch(`/lab/bench/${id}`)).json()) as Told,
        made?.id ?? '',
      )
      return Object.values(doors).reduce((sum, { traffic }) => sum + traffic.open, 0)
    },
  }
}

/** Every stream and socket that this page makes from now on; how they stand, in the order in which they were made. */
export async function linesOf(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const lines: (EventSource | WebSocket)[] = []
    for (const name of ['EventSource', 'WebSocket'] as const)
      Object.assign(globalThis, {
        [name]: new Proxy(globalThis[name], {
          construct(target, given, maker) {
            const line = Reflect.construct(target, given, maker) as EventSource | WebSocket
            lines.push(line)
            return line
          },
        }),
        lines,
      })
  })
  return () =>
    page.evaluate(() =>
      (globalThis as unknown as { lines: (EventSource | WebSocket)[] }).lines.map((line) =>
        line.readyState === line.CLOSED ? 'closed' : line.readyState === line.OPEN ? 'open' : 'other',
      ),
    )
}

export const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: 'localhost' }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** At which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
