// How a link that resets a password gets to whom it is for: by mail, or to whoever runs the lab, who hands it on.
import { open } from 'node:fs/promises'

export interface Letter {
  /** Of the account. */
  name: string
  email: string | null
  link: string
  /** How long the link is good, in minutes. */
  minutes: number
}

export type Deliver = (letter: Letter) => Promise<void>

/** To the terminal, and as a line of JSON to a file that nobody else reads. */
export function toOperator(print: (text: string) => void, outbox: string | undefined): Deliver {
  return async (letter) => {
    const { name, email, link, minutes } = letter
    const line = JSON.stringify({ at: new Date().toISOString(), ...letter })
    try {
      if (outbox !== undefined) await append(outbox, `${line}\n`)
    } finally {
      print(`Reset    ${link}   for ${name}${email === null ? '' : ` <${email}>`}, ${minutes} minutes; hand it on`)
    }
  }
}

/** Whoever reads it has these accounts: one that others could read they read no more. */
async function append(path: string, line: string) {
  const file = await open(path, 'a', 0o600)
  try {
    await file.chmod(0o600)
    await file.appendFile(line)
  } finally {
    await file.close()
  }
}

/** By SMTP. Whoever left no address gets nothing: to others it would be the way in. @param url smtp:// or smtps:// */
export async function byMail(url: string, origin: () => string): Promise<Deliver> {
  const { createTransport } = await import('nodemailer')
  const { hostname } = new URL(url)
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const post = createTransport({ url, requireTLS: !isLocal, connectionTimeout: 10_000, socketTimeout: 10_000 })
  return async ({ name, email, link, minutes }) => {
    if (email === null) return
    await post.sendMail({
      from: { name: 'Wirelab', address: `no-reply@${new URL(origin()).hostname}` },
      to: email,
      subject: 'A new password for your Wirelab account',
      text: [
        `Somebody, probably you, asked for a new password for the account "${name}".`,
        `This link is good once, for ${minutes} minutes:`,
        link,
        'If it was not you, do nothing: the password stays.',
      ].join('\n\n'),
    })
  }
}
