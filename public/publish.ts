// The publish box: what you write goes to the lab once and comes back on every lane; what came of it is told below the field.
import { html } from '/vendor/lit-html.js'
import { explain, publish } from './lab.ts'
import { NOTE, TOO_LONG, draftNote, isTooLong, whyNotSent } from './note.ts'

const KEPT = ' The text is still here.'

/** `announce` as `say` of PageContext: a screen reader hears of many at once what came of the last one. */
export function publishBox(announce: (about: string, what: string) => void) {
  let answer = ''
  let trouble = ''
  /** What is written cannot be published: the fault is the field’s, not the lab’s. */
  let isInvalid = false
  let sent = 0
  let wasTooLong = false

  async function send(input: HTMLInputElement) {
    const mine = ++sent
    const tell = (news: { answer?: string; trouble?: string; isInvalid?: boolean }) => {
      // An older answer may come later, and is not of what was asked last.
      if (mine === sent) ({ answer = '', trouble = '', isInvalid = false } = news)
    }
    const text = input.value
    const why = whyNotSent(text)
    if (why !== undefined) {
      tell({ trouble: `Not published: ${why}.${text.trim() === '' ? '' : KEPT}`, isInvalid: true })
      return input.focus()
    }
    tell({ answer: 'Publishing …' })
    try {
      const number = (await publish(NOTE, draftNote(text))).split('.')[1]!
      announce(`Event ${number}`, 'is published')
      tell({ answer: `Published as event ${number}.` })
      if (mine === sent && input.value === text) input.select()
    } catch (error) {
      tell({ trouble: `Not published. ${explain(error)}${KEPT}` })
    }
  }

  /** Only what crosses the bound is told: at each letter it would be no help. */
  function written({ currentTarget }: Event) {
    const now = isTooLong((currentTarget as HTMLInputElement).value)
    if (now === wasTooLong) return
    wasTooLong = now
    sent++ // what is answered now is of another text
    answer = ''
    trouble = now ? TOO_LONG : ''
    isInvalid = now
  }

  function submit(event: SubmitEvent) {
    event.preventDefault()
    void send((event.currentTarget as HTMLFormElement).querySelector('input')!)
  }

  return {
    template: () =>
      html`<form id="publish" novalidate @submit=${submit}>
        <label for="text">Publish an event of yours</label>
        <div class="together">
          <input
            id="text"
            name="text"
            autocomplete="off"
            aria-describedby=${trouble ? 'publish-trouble' : 'publish-answer'}
            aria-invalid=${isInvalid}
            @input=${written}
            value="Hello, all lanes"
          />
          <button>Publish</button>
        </div>
        <p id="publish-answer" ?hidden=${!answer}>${answer}</p>
        <p id="publish-trouble" class="alert" role="alert" ?hidden=${!trouble}>${trouble}</p>
      </form>`,
  }
}
