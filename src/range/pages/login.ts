// The victim, at the target: logs in, as people do before they follow links.
import { fail, known } from './tell.ts'

export async function logIn(): Promise<void> {
  const response = await fetch('/sessions', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: known.name, password: known.password }),
  })
  if (!response.ok) await fail(`the target answered ${response.status} to the victim’s login`)
}
