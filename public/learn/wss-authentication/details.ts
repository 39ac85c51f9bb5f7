// What there is to say of each way in which a WebSocket said who it is, by what was measured. Pure.
import { asSet, list } from '../../words.ts'
import type { Data } from './answer.ts'
import { inShort, isInUrl, isLogged, isOpened, nameOf, of, placeOf, statusOf } from './handshake.ts'

export const detailsOf = (data: Data): string[] =>
  [eachSaid, cookieSaid, ticketSaid, basicSaid, urlSaid, siteSaid].flatMap((said) => said(data))

const told = (status: number | null | undefined) => (status == null ? 'with nothing' : String(status))

/** Who cannot read the statuses reads this. */
const eachSaid = ({ tries, address }: Data): string[] =>
  tries.map((each) => {
    const isKept = isLogged(each, address)
    const log = isKept === undefined ? '' : isKept ? '; its secret is in the log' : '; no secret in the log'
    return `${nameOf[each.lane]}: ${inShort(each)}${log}.`
  })

function cookieSaid(data: Data): string[] {
  const cookie = of(data.tries, 'cookie')
  if (!cookie?.request) return []
  const isSent = placeOf(cookie) !== undefined
  const reading =
    data.isReadable === undefined
      ? ''
      : data.isReadable
        ? '; this page can read it'
        : '; no script of this page can read it'
  const closing = data.closedWith === undefined ? '' : `, and the open WebSocket was closed with ${data.closedWith}`
  return [
    `The cookie: the browser ${isSent ? 'sent it by itself, to another port than the one that set it' : 'did not send it'}${reading}. After logout the same bytes were answered ${told(cookie.afterLogout)}${closing}.`,
  ]
}

function ticketSaid({ second, ticketMs }: Data): string[] {
  if (!second) return []
  const seen = second.closeCode === undefined ? 'nothing' : `only close code ${second.closeCode}`
  return [
    `The ticket: this page tried it a second time; the server answered ${told(second.status)}, and the page saw ${seen}. One that nobody used is good for ${asSet(ticketMs)}.`,
  ]
}

function basicSaid(data: Data): string[] {
  const [page, script] = [of(data.tries, 'userinfo'), of(data.tries, 'basic')]
  const field = page?.request === undefined ? undefined : placeOf(page)
  return [
    ...(data.thrown === undefined
      ? []
      : [`Basic: this browser takes no URL with name and password for a WebSocket (${data.thrown}).`]),
    ...(page?.request === undefined
      ? []
      : [
          `Basic: a page cannot set Authorization. With name and password in the URL of a WebSocket this browser sent ${field === undefined ? 'none' : `them in ${field}`}${asked(data)}; the answer was ${told(statusOf(page.answer))}.`,
        ]),
    ...(script?.request === undefined
      ? []
      : [
          `A script sends Authorization itself: ${told(statusOf(script.answer))}, again ${told(script.again)}, and after logout ${told(script.afterLogout)}. The password is in it, in base64.`,
        ]),
  ]
}

const asked = ({ isOffered }: Data) =>
  isOffered === undefined
    ? ''
    : isOffered
      ? ' when the server had asked for Basic (401)'
      : ' (the server does not ask whoever says that it is a browser)'

function urlSaid(data: Data): string[] {
  const inUrl = data.tries.filter((each) => isInUrl(each) && each.request !== undefined)
  if (inUrl.length === 0) return []
  const answered = inUrl.map((each) => `${nameOf[each.lane]} ${told(statusOf(each.answer))}`)
  const isTaken = inUrl.some((each) => isOpened(statusOf(each.answer)))
  const good = isOpened(data.stolen) ? 'It was a good ticket all the same: read' : 'Read'
  const stolen =
    data.stolen === undefined
      ? ''
      : ` ${good} out of the log line and used as one should, it was answered ${told(data.stolen)}.`
  return [
    `The URL: the lab ${isTaken ? 'let in who had one' : 'looks at no secret'} in it (${list(answered)}).${stolen}`,
  ]
}

/** What the ticket of the URL was worth to whoever took it out of the log; nothing where that was not tried. */
export function stolenSaid({ tries, stolen }: Data): string {
  const status = statusOf(of(tries, 'token')?.answer)
  if (stolen === undefined || status === undefined) return ''
  if (isOpened(status)) return 'The one that stood in a URL here opened a WebSocket there, which it must not.'
  return isOpened(stolen)
    ? 'The one that stood in a URL here was refused there, so it stayed good, and let in whoever took it out of the log.'
    : `The one that stood in a URL here was refused there, and so was whoever took it out of the log (answered ${told(stolen)}): it was good no longer.`
}

function siteSaid({ tries }: Data): string[] {
  const sent = tries.filter((each) => placeOf(each) !== undefined)
  const asked = sent.filter(({ elsewhere }) => elsewhere !== undefined)
  const letIn = asked.filter(({ elsewhere }) => isOpened(elsewhere)).length
  return asked.length === 0 ? [] : [`With the Origin of another site ${letIn} of ${asked.length} were let in.`]
}
