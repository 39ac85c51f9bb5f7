// The publish box: what you write goes to the lab once and comes back on every lane.
import { html } from '/vendor/lit-html.js'
import { explain, publish } from './lab.ts'
import { NOTE, draftNote } from './note.ts'

/** `announce` as `say` of PageContext. */
export function publishBox(announce: (about: string, what: string) => void) {
  let trouble = ''
  let sent = 0

  async function send(input: HTMLInputElement) {
    const mine = ++sent
    const say = (words: string) => {
      if (mine === sent) trouble = words // an older answer may come later, and is not of what was asked last
    }
    try {
      const id = await publish(NOTE, draftNote(input.value))
      announce(`Event ${id.split('.')[1]}`, 'is published')
      say('')
      input.select()
    } catch (error) {
      say(`Not published. ${explain(error)}`)
    }
  }

  function submit(event: SubmitEvent) {
    event.preventDefault()
    void send((event.currentTarget as HTMLFormElement).querySelector('input')!)
  }

  return {
    template: () =>
      html`<form id="publish" @submit=${submit}>
        <label for="text">Publish an event of yours</label>
        <div class="together">
          <input id="text" name="text" maxlength="2000" required autocomplete="off" value="Hello, all lanes" />
          <button>Publish</button>
        </div>
        <p class="alert" role="alert" ?hidden=${!trouble}>${trouble}</p>
      </form>`,
  }
}
