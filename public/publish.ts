// The publish box: what you write goes to the lab once and comes back on every lane.
import { publish, explain } from './lab.ts'
import { NOTE, draftNote } from './note.ts'
import { complain } from './say.ts'

export function publishBox(form: HTMLFormElement) {
  const input = form.querySelector('input')!
  const alert = form.querySelector('[role=alert]')!

  async function send() {
    try {
      await publish(NOTE, draftNote(input.value))
      complain(alert, '')
      input.select()
    } catch (error) {
      complain(alert, `Not published. ${explain(error)}`)
    }
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void send()
  })
}
