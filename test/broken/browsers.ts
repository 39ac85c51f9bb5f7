// What a browser sees of one server: a person in the address bar, and the script of a page, which is told almost nothing.
import type { Browser, Page } from 'puppeteer-core'
import { SUBPROTOCOL } from '../../src/core/subprotocol.ts'
import { IN } from './sights.ts'

/** All that a script can find out, in words. */
export interface Told {
  fetch: string
  eventSource: string
  webSocket: string
}

/** @param page of the lab: each server lets it read. */
export function scriptSees(page: Page, origin: string): Promise<Told> {
  return page.evaluate(look, { origin, subprotocol: SUBPROTOCOL, isIn: IN })
}

/** Runs in the page. */
async function look({ origin, subprotocol, isIn }: { origin: string; subprotocol: string; isIn: string }) {
  /** The type, and whatever an event has that not every event has: there the reason would be. */
  const usual = new Event('error')
  const all = (event: Event) => {
    const more = []
    for (const key in event) if (!(key in usual)) more.push(`${key} ${JSON.stringify(event[key as keyof Event])}`)
    return [event.type, ...more].join(', ')
  }
  const fetched = fetch(`${origin}/feed/polling`).then(async (response) => {
    await response.text()
    return isIn
  }, String)
  const streamed = new Promise<string>((resolve) => {
    const source = new EventSource(`${origin}/feed/sse`)
    source.onopen = () => (source.close(), resolve(isIn))
    source.onerror = (event) => {
      const { readyState } = source
      source.close()
      resolve(`${all(event)}, readyState ${readyState}`)
    }
  })
  const opened = new Promise<string>((resolve) => {
    const socket = new WebSocket(`${origin.replace('https', 'wss')}/feed/wss`, subprotocol)
    let error = ''
    socket.onopen = () => (socket.close(), resolve(isIn))
    socket.onerror = (event) => void (error = all(event))
    socket.onclose = ({ type, code, reason, wasClean }) => {
      resolve(`${error}, then ${type}, code ${code}, reason "${reason}", wasClean ${wasClean}`)
    }
  })
  return { fetch: await fetched, eventSource: await streamed, webSocket: await opened }
}

/** @returns `in`, or the code that the browser shows. */
export async function personSees(browser: Browser, origin: string): Promise<string> {
  const page = await browser.newPage()
  try {
    await page.goto(origin, { waitUntil: 'domcontentloaded' })
    return IN
  } catch (error) {
    return codeIn((error as Error).message)
  } finally {
    await page.close()
  }
}

/** Firefox wraps the code of NSS in one of its own. */
const codeIn = (message: string) =>
  (/\b(ERR|SEC_ERROR|SSL_ERROR|MOZILLA_PKIX_ERROR)_\w+/.exec(message) ?? /\bNS_ERROR_\w+/.exec(message))?.[0] ?? message
