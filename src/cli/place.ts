// Where a server is, as a person writes it.
import { UsageError } from './main.ts'

const HIGHEST_PORT = 65_535

/** @throws UsageError that names what is wrong with it. */
export function urlOf(text: string): URL {
  const port = /^\w+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(text)?.[1]
  if (Number(port) > HIGHEST_PORT)
    throw new UsageError(`${text}: there is no port ${port}; the highest is ${HIGHEST_PORT}`)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['https:', 'wss:'].includes(url.protocol))
    throw new UsageError(
      `${text}: expected https://HOST:PORT or wss://HOST:PORT; whatever speaks no TLS is not for this`,
    )
  return url
}
