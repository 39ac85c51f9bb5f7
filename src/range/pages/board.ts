// The victim's page: a notice board. Reads what was published, and shows it as text, or naively.
import { logIn } from './login.ts'
import { naively } from './naive.ts'
import type { Note } from './naive.ts'
import { known, over, pause, post, tell } from './tell.ts'

const SCRIPTS_MAY_RUN_MS = 1500

function asText(into: Element, { from, text, colour, link }: Note): void {
  const line = document.createElement('p')
  if (/^(red|green|blue)$/.test(colour)) line.style.color = colour
  line.append(Object.assign(document.createElement('b'), { textContent: from }), `: ${text} `)
  if (/^https:/.test(link)) line.append(Object.assign(document.createElement('a'), { textContent: 'more', href: link }))
  into.append(line)
}

const read = async (after: string) => {
  const page = (await (await fetch(`/feed/polling?after=${after}`)).json()) as { events: { data: Note }[] }
  return page.events.map(({ data }) => data)
}

await logIn()
document.querySelector('#private')!.textContent = `Only for the victim: ${(await read('earliest'))[0]!.text}`
const { after } = (await post<{ after: string }>('ready', {}))! // now the attacker publishes
const notes = await read(after)
const put = known.text === 'on' ? asText : naively
for (const note of notes) {
  const line = document.createElement('div')
  document.querySelector('#board')!.append(line)
  try {
    put(line, note)
  } catch (error) {
    await tell(`A note is not shown: ${(error as Error).message}`)
  }
}
// Somebody always does; but away from here leads only what is a link to a place.
for (const link of document.querySelectorAll<HTMLAnchorElement>('#board a:not([href^="https:"])')) link.click()
await pause(SCRIPTS_MAY_RUN_MS)
await tell(`${notes.length} notes were shown ${known.text === 'on' ? 'as text' : 'as HTML'}.`)
await over()
