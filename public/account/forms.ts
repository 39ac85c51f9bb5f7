// The forms of the account panel, as templates. What somebody typed is shown as text, and browsers are told what each field is for.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Session } from './ask.ts'

export interface Field {
  name: string
  label: string
  type: 'text' | 'password' | 'email'
  /** Words of WHATWG HTML, for password managers. */
  autocomplete: 'username' | 'current-password' | 'new-password' | 'email'
  isOptional?: boolean
}

export const NAME: Field = { name: 'name', label: 'Name', type: 'text', autocomplete: 'username' }
export const PASSWORD: Field = {
  ...{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' },
}
export const NEW_PASSWORD: Field = {
  ...{ name: 'password', label: 'New password, 8 characters or more', type: 'password', autocomplete: 'new-password' },
}
export const CURRENT: Field = { ...PASSWORD, name: 'current', label: 'Password of now' }
export const EMAIL: Field = {
  ...{ name: 'email', label: 'E-mail, for a forgotten password (optional)', type: 'email', autocomplete: 'email' },
  isOptional: true,
}

export interface Form {
  title: string
  fields: Field[]
  button: string
  isBusy: boolean
  send: (values: Record<string, string>) => void
}

export function form({ title, fields, button, isBusy, send }: Form): TemplateResult {
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const { currentTarget } = event
    send(Object.fromEntries(new FormData(currentTarget as HTMLFormElement)) as Record<string, string>)
  }
  return html`<form @submit=${submit} aria-label=${title}>
    ${fields.map(
      ({ name, label, type, autocomplete, isOptional }) =>
        html`<label
          >${label}
          <input
            name=${name}
            type=${type}
            autocomplete=${autocomplete}
            autocapitalize="none"
            spellcheck="false"
            ?required=${!isOptional}
            minlength=${autocomplete === 'new-password' ? 8 : nothing}
        /></label>`,
    )}
    <button ?disabled=${isBusy}>${button}</button>
  </form>`
}

export function sessionList(list: readonly Session[], end: (session: Session) => void): TemplateResult {
  return html`<h3>Where you are logged in</h3>
    <ul class="sessions">
      ${list.map(
        (session) =>
          html`<li>
            <span
              ><b>${session.current ? 'This browser' : session.agent || 'Unknown'}</b>, from ${session.address}, last
              used ${new Date(session.seen).toLocaleString()}</span
            >
            <button
              type="button"
              @click=${() => end(session)}
              aria-label=${session.current ? nothing : `End the session of ${session.agent || 'an unknown client'} from ${session.address}`}
            >
              ${session.current ? 'Log out' : 'End'}
            </button>
          </li>`,
      )}
    </ul>`
}
