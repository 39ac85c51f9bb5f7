// The victim's page: shows notes, and above them what moderators say. Reads the lab's own stream, or the naive one.
import { logIn } from './login.ts'
import { known, over, pause, post, show, tell } from './tell.ts'

const MORE_MAY_COME_MS = 1000
let notes = 0

function note(text: string) {
  notes++
  show(`A note: ${text}`)
}
const notice = (text: string) => void tell(`The moderator says: ${text}`, true)

/** Type and text are inside the JSON: nothing in there can become another event. */
function own(): EventSource {
  const source = new EventSource('/feed/sse')
  source.onmessage = ({ data }) => {
    const { type, data: content } = JSON.parse(String(data)) as { type: string; data: { text: string } }
    if (type === 'notice') notice(content.text)
    else note(content.text)
  }
  return source
}

/** Type and text are lines of the stream. */
function naive(): EventSource {
  const source = new EventSource('/lab/naive')
  source.addEventListener('note', ({ data }) => note(String(data)))
  source.addEventListener('notice', ({ data }) => notice(String(data)))
  return source
}

await logIn()
const source = known.encoding === 'on' ? own() : naive()
await new Promise((resolve) => (source.onopen = resolve))
await post('ready', {}) // now the attacker publishes
for (let waited = 0; notes === 0 && waited < 100; waited++) await pause(100)
await pause(MORE_MAY_COME_MS)
source.close()
await tell(`One note was published; the page was shown ${notes === 1 ? 'one' : notes}.`)
await over()
