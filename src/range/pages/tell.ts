// What a page of the range knows, and how it tells what happened: to whoever looks at it, and to its own server.

/** As its shell says (src/range/shell.ts). */
export const known = JSON.parse(document.querySelector<HTMLScriptElement>('[data-known]')!.dataset.known!) as Record<
  string,
  string
>

/** To whoever looks. */
export function show(line: string): void {
  document.querySelector('#told')!.append(Object.assign(document.createElement('li'), { textContent: line }))
}

/** To the page's own server, too. `won`: the attacker has got what was not meant for it. */
export async function tell(line: string, won = false): Promise<void> {
  show(line)
  await post(won ? 'won' : 'seen', { line })
}

/** The last thing that a page tells where the attack cannot be made. @throws Error always */
export async function fail(why: string): Promise<never> {
  show(why)
  await post('failed', { line: why })
  throw new Error(why)
}

/** The last thing that a page tells. */
export async function over(): Promise<void> {
  await post('over', {})
  show('That is all. This page can be closed: the range shows what came of it.')
}

export async function post<Answer>(what: string, body: object): Promise<Answer | undefined> {
  const response = await fetch(`${known.report}/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    keepalive: true,
  })
  return response.status === 200 ? ((await response.json()) as Answer) : undefined
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
