// The account panel: sign up, log in and out, where one is logged in, another password. Loaded only where the lab has accounts.
import { html, nothing, render } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { explain } from '../lab.ts'
import type { About } from '../lab.ts'
import type { Place } from '../place.ts'
import { askReset, deleteAccount, endSession, logIn, logOut, sessions, setPassword, signUp } from './ask.ts'
import type { Session } from './ask.ts'
import { CURRENT, EMAIL, NAME, NEW_PASSWORD, PASSWORD, form, sessionList } from './forms.ts'
import type { Form } from './forms.ts'

type View = 'log in' | 'sign up' | 'forgotten' | 'reset' | 'account'

export type OpenPanel = (button: HTMLButtonElement, lab: About, place: Place) => void

const TITLES: Record<View, string> = {
  'log in': 'Log in',
  'sign up': 'Sign up',
  forgotten: 'Forgotten password',
  reset: 'A new password',
  account: 'Your account',
}

export const openPanel: OpenPanel = (button, { account }, place) => {
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet' })
  link.href = new URL('./panel.css', import.meta.url).href
  document.head.append(link)
  const dialog = document.createElement('dialog')
  dialog.id = 'account-panel'
  dialog.setAttribute('aria-labelledby', 'account-title')
  document.body.append(dialog)

  /** Of the link for a new password that was followed last. */
  let token: string | undefined
  let view: View = account ? 'account' : 'log in'
  let list: readonly Session[] = []
  let [trouble, news, isBusy] = ['', '', false]

  button.textContent = account?.name ?? 'Log in'
  button.setAttribute('aria-haspopup', 'dialog')
  button.hidden = false
  button.addEventListener('click', () => void open())

  async function open() {
    show(view)
    if (account) await act(async () => void (list = await sessions()))
  }

  function show(next: View) {
    render(nothing, dialog) // new fields: what was typed into the old ones is not for these
    ;[view, trouble, news] = [next, '', '']
    draw()
    if (!dialog.open) dialog.showModal()
  }

  /** One thing at a time; what went wrong is said in the panel. */
  async function act(work: () => Promise<void>) {
    if (isBusy) return
    ;[isBusy, trouble, news] = [true, '', '']
    draw()
    try {
      await work()
    } catch (error) {
      trouble = explain(error)
    }
    isBusy = false
    draw()
  }

  /** Lanes and bench are of whoever opened them: whoever comes next opens their own. */
  const startAnew = () => location.reload()

  const forms: Record<
    View,
    () => Omit<Form, 'title' | 'isBusy' | 'send'> & { work: (values: Values) => Promise<void> }
  > = {
    'log in': () => ({
      ...{ fields: [NAME, PASSWORD], button: 'Log in' },
      async work({ name, password }) {
        await logIn(name, password)
        startAnew()
      },
    }),
    'sign up': () => ({
      ...{ fields: [NAME, NEW_PASSWORD, EMAIL], button: 'Sign up' },
      async work({ name, password, email }) {
        await signUp({ name, password, ...(email && { email }) })
        await logIn(name, password)
        startAnew()
      },
    }),
    forgotten: () => ({
      ...{ fields: [NAME], button: 'Send me a link' },
      async work({ name }) {
        await askReset(name)
        news = 'If there is such an account, a link is on its way: by mail, or to whoever runs this lab.'
      },
    }),
    reset: () => ({
      ...{ fields: [NEW_PASSWORD], button: 'Set this password' },
      async work({ password }) {
        await setPassword({ token: token! }, password)
        show('log in')
        news = 'The password is changed, and you are logged out everywhere. Log in with it.'
      },
    }),
    account: () => ({
      ...{ fields: [CURRENT, NEW_PASSWORD], button: 'Change the password' },
      async work({ current, password }) {
        await setPassword({ current }, password)
        startAnew() // with a new session: the others have ended
      },
    }),
  }

  const end = (session: Session) =>
    void act(async () => {
      await (session.current ? logOut() : endSession(session.id))
      if (session.current) startAnew()
      else list = await sessions()
    })

  function remove() {
    if (!confirm('Delete this account for good? What it published stays.')) return
    void act(async () => {
      await deleteAccount()
      startAnew()
    })
  }

  function template(): TemplateResult {
    const { work, ...rest } = forms[view]()
    const to = (next: View) =>
      html`<button type="button" class="quiet" @click=${() => show(next)}>${TITLES[next]}</button>`
    return html`<h2 id="account-title">${TITLES[view]}</h2>
      ${view === 'account' ? html`<p>${account!.name}, ${account!.role}</p>` : nothing}
      <p class="alert" role="alert" ?hidden=${!trouble}>${trouble}</p>
      <p role="status">${news}</p>
      ${view === 'account' ? [sessionList(list, end), html`<h3>Another password</h3>`] : nothing}
      ${form({ ...rest, title: TITLES[view], isBusy, send: (values) => void act(() => work(values as unknown as Values)) })}
      <div class="buttons">
        ${view === 'log in' ? [to('sign up'), to('forgotten')] : view === 'account' ? nothing : to('log in')}
        ${view === 'account' ? html`<button type="button" @click=${remove}>Delete the account</button>` : nothing}
        <button type="button" @click=${() => dialog.close()}>Close</button>
      </div>`
  }

  function draw() {
    render(template(), dialog)
  }

  place.onToken((found) => {
    token = found
    show('reset')
  })
}

interface Values {
  name: string
  password: string
  current: string
  email: string
}
