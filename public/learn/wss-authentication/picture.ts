// The picture of “How a WebSocket proves who it is”: each handshake as it came to the server, the secret marked, and its line in an access log.
import { html, nothing } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { drawn } from '../picture.ts'
import type { Data } from './answer.ts'
import { MEANINGS, isLogged, logLine, metBy, nameOf, placeOf, statusOf } from './handshake.ts'
import type { Tried } from './handshake.ts'

export const picture = drawn(
  ({ tries, address, setCookie }: Data) => html`
    <p class="quiet">${MEANINGS}</p>
    <ol class="steps">
      ${tries.map((each) => step(each, address, setCookie))}
    </ol>
  `,
)

function step(tried: Tried, address: string, setCookie: string | undefined): TemplateResult {
  const { lane, secret, request, answer } = tried
  const name = nameOf[lane]
  if (!request) return html`<li><b>${name}</b>: no handshake came to the server</li>`
  const [line, status, lines] = [logLine(tried, address), statusOf(answer), request.trimEnd().split('\r\n')]
  const met = metBy(status)
  const block = (title: string, shown: readonly string[]) => blockOf(title, shown, secret)
  return html`<li>
    <b>${name}</b>:
    <b class="met" data-in=${met.isIn}>${met.words}</b>${status === undefined ? '' : ` (answered ${status})`}
    ${lane === 'cookie' && setCookie ? block('how the browser got it', [`Set-Cookie: ${setCookie}`]) : nothing}
    ${
      placeOf(tried) === undefined
        ? html`<p>No secret was sent.</p>`
        : block(
            'what says who it is',
            lines.filter((each) => each.includes(secret)),
          )
    }
    ${line ? block(`the line that an access log would keep${isLogged(tried, address) ? ', with the secret' : ''}`, [line]) : nothing}
    <details>
      <summary>The whole request, as it came<span class="unseen">: ${name}</span></summary>
      ${block('the request', lines)}
    </details>
  </li>`
}

const blockOf = (title: string, lines: readonly string[], secret: string) =>
  html`<figure class="head">
    <figcaption>${title[0]!.toUpperCase() + title.slice(1)}</figcaption>
    <pre>${lines.map((line, index) => [index ? '\n' : '', marked(line, secret)])}</pre>
  </figure>`

/** The one that whoever reads this could use. */
function marked(line: string, secret: string) {
  const at = secret ? line.indexOf(secret) : -1
  return at < 0 ? line : [line.slice(0, at), html`<mark>${secret}</mark>`, line.slice(at + secret.length)]
}
