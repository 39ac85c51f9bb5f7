// Experiment: the opening handshake of WebSocket with real values; the page computes what the server must answer.
import { html, nothing } from '/vendor/lit-html.js'
import { SUBPROTOCOL } from '../../src/core/subprotocol.ts'
import type { Bench } from '../bench.ts'
import { LabError } from '../lab.ts'
import { duration, size } from '../words.ts'
import { countedAt, overHttp1, passed } from './doors.ts'
import type { Passed } from './doors.ts'
import { experiment } from './experiment.ts'
import { GUID, acceptOf, headsOf, newKey, valueOf } from './handshake.ts'
import type { Head, Heads } from './handshake.ts'
import { lesson, rfc } from './links.ts'
import { drawn } from './picture.ts'
import type { Run } from './run.ts'

/** A handshake as the page sees it. */
interface Tried {
  offered: string[]
  openedMs?: number
  closeCode?: number
  chosen: string
  extensions: string
  heads?: Heads
}
interface Data {
  /** RFC 6455 §1.3. */
  example: { key: string; says: string; computed?: string }
  /** A key of this page’s own. */
  own: { key: string; computed?: string }
  right?: Tried
  wrong?: Tried
  passed?: Passed
  /** The accept that this page computed from the key on the wire. */
  computed?: string
  wireTrouble?: string
}

const WRONG = 'nobody.v9'
const PATIENCE_MS = 4000

async function run(run: Run<Data>): Promise<Data> {
  const data: Data = {
    example: { key: 'dGhlIHNhbXBsZSBub25jZQ==', says: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' },
    own: { key: newKey() },
  }
  const step = async (words: string) => {
    run.step(words)
    run.show(data)
    await run.sleep(500) // to be followed by eye
  }
  await step('the example of the RFC')
  data.example.computed = await acceptOf(data.example.key)
  await step('a key of our own')
  data.own.computed = await acceptOf(data.own.key)
  await step('a real handshake')

  const bench = await run.bench()
  await overHttp1(bench, ['wss'])
  const before = await countedAt(bench, 'wss')
  data.right = await attempt(run, bench, [SUBPROTOCOL])
  data.passed = passed(before, await countedAt(bench, 'wss'))
  await step('a subprotocol that nobody speaks')
  data.wrong = await attempt(run, bench, [WRONG])
  await step('the bytes on the wire')
  try {
    const wire = await bench.wire('wss', 0)
    const heads = headsOf(wire).filter(({ up }) => valueOf(up, 'sec-websocket-key'))
    const offering = (protocol: string) => heads.find(({ up }) => valueOf(up, 'sec-websocket-protocol') === protocol)
    const [right, wrong] = [offering(SUBPROTOCOL), offering(WRONG)]
    if (right) data.right.heads = right
    if (wrong) data.wrong.heads = wrong
    const key = valueOf(right?.up, 'sec-websocket-key')
    if (key !== undefined) data.computed = await acceptOf(key)
    else data.wireTrouble = 'The lab’s capture did not hold the handshake.'
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    data.wireTrouble = `This lab shows no bytes of its doors (${error.message}).`
  }
  await step('')
  return data
}

async function attempt(run: Run<Data>, bench: Bench, offered: string[]): Promise<Tried> {
  const tried: Tried = { offered, chosen: '', extensions: '' }
  const asked = performance.now()
  const url = `${bench.door('wss').origin.replace(/^http/, 'ws')}/feed/wss?after=now`
  const socket = run.keep(new WebSocket(url, offered))
  socket.addEventListener('open', () => {
    tried.openedMs = performance.now() - asked
    tried.chosen = socket.protocol
    tried.extensions = socket.extensions
  })
  socket.addEventListener('close', ({ code }) => (tried.closeCode = code))
  await run.until(() => tried.openedMs !== undefined || tried.closeCode !== undefined, PATIENCE_MS)
  await run.sleep(150) // the hello is still coming
  socket.close()
  return tried
}

/** What the proof rests on: nothing but the key in the clear and a constant of the standard. */
function isProven({ right, computed }: Data): boolean | undefined {
  const said = valueOf(right?.heads?.down, 'sec-websocket-accept')
  return said === undefined || computed === undefined ? undefined : said === computed
}

const KNOWN = /^(upgrade|connection|sec-websocket-.*)$/i

/** The page itself may not know its cookie (HttpOnly), and a lecturer's screen need not show it. */
const shown = (name: string, value: string) =>
  name.toLowerCase() === 'cookie' ? value.replace(/=[^;]*/g, '=…') : value

const headView = (title: string, head: Head | undefined) =>
  head
    ? html`<figure class="head">
        <figcaption>${title} <span class="quiet">${size(head.bytes)}</span></figcaption>
        <pre tabindex="0" aria-label=${title}><b>${head.start}</b>${head.fields.map(([name, value]) => {
          const line = `${name}: ${shown(name, value)}`
          return KNOWN.test(name) ? ['\n', html`<mark>${line}</mark>`] : ['\n', line]
        })}</pre>
      </figure>`
    : nothing

function steps(data: Data) {
  const { example, own, right, wrong, computed } = data
  const same = (a: string | undefined, b: string | undefined) =>
    a === undefined || b === undefined ? '' : a === b ? '✓ the same' : '✗ not the same'
  return html`<ol class="steps">
    <li>
      The example of ${rfc(6455, '1.3')}: key <code>${example.key}</code> → this page computes
      <code>${example.computed ?? '…'}</code>; the RFC says <code>${example.says}</code>
      <b>${same(example.computed, example.says)}</b>
    </li>
    <li>A key of our own, 16 random bytes: <code>${own.key}</code> → <code>${own.computed ?? '…'}</code></li>
    ${
      right
        ? html`<li>
            A real one, offering <code>${right.offered.join(', ')}</code>:
            ${
              right.openedMs === undefined
                ? html`it did not open (close code ${right.closeCode ?? 'none yet'})`
                : html`open after ${duration(right.openedMs)}; chosen subprotocol
                    <code>${right.chosen || 'none'}</code>, extensions <code>${right.extensions || 'none'}</code>`
            }
            ${headView('What the browser sent', right.heads?.up)}
            ${headView('What the server answered', right.heads?.down)}
            ${
              computed
                ? html`<p>
                    Computed here from that key: <code>${computed}</code>
                    <b>${same(computed, valueOf(right.heads?.down, 'sec-websocket-accept'))}</b>
                  </p>`
                : nothing
            }
          </li>`
        : nothing
    }
    ${
      wrong
        ? html`<li>
            The same, offering <code>${wrong.offered.join(', ')}</code>:
            ${
              wrong.openedMs === undefined
                ? html`refused. The page is told only close code ${wrong.closeCode ?? 'none yet'}, not why.`
                : html`it opened, chosen subprotocol <code>${wrong.chosen || 'none'}</code>`
            }
            ${headView('What the server answered', wrong.heads?.down)}
          </li>`
        : nothing
    }
  </ol>`
}

export const screen = experiment<Data>({
  about: html`A browser sends a random <code>Sec-WebSocket-Key</code>; the server must answer with the matching
    <code>Sec-WebSocket-Accept</code>, or the browser hangs up. This page computes the same, without knowing anything
    about the server.`,
  question: 'What does a right Sec-WebSocket-Accept prove to the browser?',
  choices: [
    'That the server knows a secret, so it is the right one',
    'That the other side read this very request as a WebSocket handshake',
    'That the connection is encrypted',
  ],
  seconds: 4,
  run,
  picture: drawn(steps),
  answer(data) {
    const { example, right, wrong, passed, wireTrouble } = data
    const proven = isProven(data)
    const { up, down } = right?.heads ?? {}
    const status = wrong?.heads?.down?.start
    const opened = right?.openedMs
    const exampleHolds = example.computed === example.says
    return {
      sentence:
        proven === undefined
          ? `This page computed the accept of the RFC’s example (${exampleHolds ? 'the same' : 'not the same'}) and opened a WebSocket${opened === undefined ? ', which failed' : ` in ${duration(opened)}`}.`
          : proven
            ? `This page computed the server’s answer ${valueOf(down, 'sec-websocket-accept')} from the key alone, without any secret of the server: everybody can.`
            : `The server answered ${valueOf(down, 'sec-websocket-accept')}, and this page computed ${data.computed}.`,
      details: [
        ...(up && down
          ? [
              `The heads were ${size(up.bytes)} up and ${size(down.bytes)} down; with TLS and the hello ${size(passed!.up)} and ${size(passed!.down)}, paid once for a connection.`,
              `Offered extensions: ${valueOf(up, 'sec-websocket-extensions') ?? 'none'}; accepted: ${right!.extensions || 'none'}. Offered subprotocol: ${valueOf(up, 'sec-websocket-protocol')}; chosen: ${right!.chosen || 'none'}.`,
            ]
          : []),
        wrong?.openedMs === undefined
          ? `Offering ${WRONG} ${status ? `was refused with ${status.replace('HTTP/1.1 ', '')}` : 'opened no WebSocket'}; the page saw ${wrong?.closeCode === undefined ? 'nothing of it within its patience' : `only close code ${wrong.closeCode}`}.`
          : `Offering ${WRONG} was not refused.`,
        ...(wireTrouble ? [wireTrouble] : []),
      ],
      choice: proven ? 1 : undefined, // without the bytes on the wire nothing was compared
      ...((proven === false || !exampleHolds || opened === undefined || wrong?.openedMs !== undefined) && {
        surprise:
          'A browser must refuse a wrong accept, and this server must refuse an unknown subprotocol. Is something between them that answers handshakes by itself?',
      }),
    }
  },
  reason: html`<p>
      <code>Sec-WebSocket-Accept</code> is base64(SHA-1(key + <code>${GUID}</code>)), a constant of the standard
      (${rfc(6455, '4.2.2')}). It is no secret and no signature. It shows that the other side has read this handshake
      and knows what a WebSocket is, and is not a plain HTTP server, a mail server or a cache that happened to send back
      bytes; the key is random so that no stored answer fits (${rfc(6455, '1.3')}, ${rfc(6455, '4.1')}). Who the server
      is is for TLS to say, and who may connect for <code>Origin</code> and the session.
    </p>
    <p>
      The subprotocol (${rfc(6455, '1.9')}) says what the messages mean. The client lists what it speaks, the server
      chooses one or refuses; this server insists on <code>${SUBPROTOCOL}</code>. Extensions (${rfc(6455, '9.1')})
      change the frames: browsers offer compression (<code>permessage-deflate</code>, ${rfc(7692, '7')}), and this
      server does not take it.
    </p>
    <p>
      A refusal is an ordinary HTTP answer, but a page is not shown it: it gets a close event with 1006 and no reason,
      so that a page cannot use WebSockets to explore a network. Over HTTP/2 there is no key and no accept at all: the
      stream is opened by extended CONNECT (${rfc(8441, '5')}). And then?
      ${lesson('keep-alive', 'Both sides may speak first')}.
    </p>`,
  table: ({ example, own, computed, right, wrong, passed }) => ({
    caption: 'Values of the handshake',
    columns: ['what', 'value'],
    rows: [
      ['key of the example', example.key],
      ['accept computed', example.computed],
      ['accept in the RFC', example.says],
      ['own key', own.key],
      ['accept computed', own.computed],
      ['key on the wire', valueOf(right?.heads?.up, 'sec-websocket-key')],
      ['accept on the wire', valueOf(right?.heads?.down, 'sec-websocket-accept')],
      ['accept computed', computed],
      ['offered subprotocol', right?.offered.join(', ')],
      ['chosen subprotocol', right?.chosen],
      ['offered extensions', valueOf(right?.heads?.up, 'sec-websocket-extensions')],
      ['accepted extensions', right?.extensions],
      ['opened after, ms', right?.openedMs?.toFixed(1)],
      ['bytes up, with TLS', passed && String(passed.up)],
      ['bytes down, with TLS and the hello', passed && String(passed.down)],
      ['status for the wrong subprotocol', wrong?.heads?.down?.start],
      ['close code for the wrong subprotocol', wrong?.closeCode === undefined ? undefined : String(wrong.closeCode)],
    ],
  }),
  measured: html`The accepts are computed here by WebCrypto (<code>crypto.subtle.digest('SHA-1', …)</code>). A page
    cannot see the key that its browser sends; the heads are the plaintext of the TLS records that passed the door,
    opened by the lab with the secrets that its own server has. Bytes with TLS are counted at the socket of the door.
    HTTP/1.1, so that there is an Upgrade.`,
})
