// The picture of “The TLS handshake, step by step”: TLS 1.3 beside 1.2, message by message, with what each said.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import { duration, size } from '../../words.ts'
import { rfc } from '../links.ts'
import { drawn } from '../picture.ts'
import type { Data, Handshake, Values, Version } from './answer.ts'
import type { Step } from './steps.ts'

/** Where each is defined: RFC 8446 for TLS 1.3, RFC 5246 and others for TLS 1.2. */
const SECTIONS: Readonly<Record<string, Partial<Record<Version, readonly [rfc: number, section: string]>>>> = {
  client_hello: { '1.3': [8446, '4.1.2'], '1.2': [5246, '7.4.1.2'] },
  server_hello: { '1.3': [8446, '4.1.3'], '1.2': [5246, '7.4.1.3'] },
  hello_retry_request: { '1.3': [8446, '4.1.4'] },
  encrypted_extensions: { '1.3': [8446, '4.3.1'] },
  certificate: { '1.3': [8446, '4.4.2'], '1.2': [5246, '7.4.2'] },
  certificate_verify: { '1.3': [8446, '4.4.3'] },
  server_key_exchange: { '1.2': [8422, '5.4'] },
  server_hello_done: { '1.2': [5246, '7.4.5'] },
  client_key_exchange: { '1.2': [8422, '5.7'] },
  finished: { '1.3': [8446, '4.4.4'], '1.2': [5246, '7.4.9'] },
  new_session_ticket: { '1.3': [8446, '4.6.1'], '1.2': [5077, '3.3'] },
  change_cipher_spec: { '1.3': [8446, '5'], '1.2': [5246, '7.1'] },
}

export const picture = drawn(
  ({ handshakes }: Data) =>
    html`<div class="sides">${handshakes.map(column)}</div>
      ${handshakes.map(
        ({ version, client, server, chain }) =>
          html`<h4>TLS ${version}: what was offered and chosen</h4>
            ${values(`ClientHello of TLS ${version}: what this browser offered`, client)}
            ${values(`ServerHello of TLS ${version}, and behind it: what the server chose`, [
              ...server,
              ...chain.map((each, index) => [`certificate ${index + 1}`, each] as const),
            ])}`,
      )}`,
)

const column = ({ version, steps }: Handshake) =>
  html`<section aria-label="TLS ${version}, message by message">
    <h4>TLS ${version}</h4>
    <ol class="steps">
      ${steps.map((step) => message(version, step))}
    </ol>
  </section>`

function message(version: Version, { name, up, at, layer, outer, isSealed, bytes, recordBytes }: Step): TemplateResult {
  const section = SECTIONS[name]?.[version]
  const inside = layer === outer ? outer : `${layer}, seen as ${outer}`
  return html`<li>
    <b>${up ? '→' : '←'} ${name}</b> ${up ? 'client' : 'server'}, ${duration(at)}, ${size(bytes)}
    <br />
    <span class="quiet"
      >${recordBytes > 0 ? html`record of ${size(recordBytes)}: ` : 'in the same record: '}${inside};
      ${isSealed ? 'sealed' : 'in the clear'}${section ? html` (${rfc(...section)})` : ''}</span
    >
  </li>`
}

const values = (title: string, all: Values) =>
  html`<figure class="head">
    <figcaption>${title}</figcaption>
    <pre tabindex="0" role="region" aria-label=${title}>
${all.map(([name, value]) => [html`<b>${name}:</b>`, ` ${value}\n`])}</pre>
  </figure>`
