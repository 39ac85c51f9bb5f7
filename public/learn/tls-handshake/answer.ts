// The answer of “The TLS handshake, step by step”: which messages could be read on the path, and how often both waited. Pure.
import { count, duration, list, size } from '../../words.ts'
import type { Answer } from '../experiment.ts'
import type { Table } from '../table.ts'
import type { Step } from './steps.ts'

export type Version = '1.3' | '1.2'
/** What was agreed on, and what was offered, in words. */
export type Values = readonly (readonly [name: string, value: string])[]
export interface Handshake {
  version: Version
  isResumed: boolean
  steps: Step[]
  client: Values
  server: Values
  /** Of the certificates, as the server sent them. */
  chain: string[]
}
export interface Data {
  handshakes: Handshake[]
}

const HELLOS = ['client_hello', 'server_hello', 'hello_retry_request']

export const messagesOf = ({ steps }: Handshake) => steps.filter(({ layer }) => layer === 'handshake')
/** Without those that follow when the request has left. */
const beforeRequest = ({ steps }: Handshake) => {
  const end = steps.findIndex(({ layer, up }) => layer === 'application_data' && up)
  return end < 0 ? steps : steps.slice(0, end)
}
const requestOf = ({ steps }: Handshake) => steps.find(({ layer, up }) => layer === 'application_data' && up)
/** How often the client had to wait for the server before its first request. */
export function tripsOf(handshake: Handshake): number {
  const steps = beforeRequest(handshake)
  // What comes after the server's Finished (tickets, SETTINGS of HTTP/2) it does not wait for, also where it comes first.
  const last = steps.findIndex(({ up, name }) => !up && name === 'finished')
  const ways = (last < 0 ? steps : steps.slice(0, last + 1)).map(({ up }) => up)
  return ways.filter((up, index) => !up && ways[index - 1] !== false).length
}
/** Application data before the server's Finished. */
const isEarly = (handshake: Handshake) => !beforeRequest(handshake).some(({ up, name }) => !up && name === 'finished')
const readable = (handshake: Handshake) => messagesOf(handshake).filter(({ isSealed }) => !isSealed)

export function answer({ handshakes }: Data): Answer {
  const of = (version: Version) => handshakes.find((each) => each.version === version)
  const [new3, old2] = [of('1.3'), of('1.2')]
  if (!new3 || messagesOf(new3).length === 0)
    return { sentence: 'No handshake of TLS 1.3 was seen, so there is nothing to tell.', choice: undefined }
  const choice = choiceOf(new3)
  return {
    sentence: handshakes
      .map(
        (each) =>
          `Over TLS ${each.version} ${readable(each).length} of ${count(messagesOf(each).length, 'message')} of the handshake could be read on the path (${list(namesOf(readable(each))) || 'none'}).`,
      )
      .join(' '),
    details: [
      ...handshakes.map((each) => {
        const request = requestOf(each)
        return request
          ? `TLS ${each.version}: the first application data of the browser came ${duration(request.at)} after its ClientHello, after ${count(tripsOf(each), 'round trip')}${isEarly(each) ? ': it did not wait for the Finished of the server (False Start)' : ''}; ${size(sumOf(each, true))} had gone up and ${size(sumOf(each, false))} down.`
          : `TLS ${each.version}: no application data was seen.`
      }),
      ...handshakes.flatMap(({ version, chain }) =>
        chain.length > 0 ? [`TLS ${version}, the certificates as the server sent them: ${list(chain)}.`] : [],
      ),
    ],
    choice,
    ...surpriseOf(choice, handshakes, old2),
  }
}

const namesOf = (steps: readonly Step[]) => [...new Set(steps.map(({ name }) => name))]
/** All records before the first request. */
const sumOf = (handshake: Handshake, up: boolean) =>
  beforeRequest(handshake)
    .filter((each) => each.up === up)
    .reduce((sum, { recordBytes }) => sum + recordBytes, 0)

function choiceOf(handshake: Handshake): number | undefined {
  const names = namesOf(readable(handshake))
  if (names.length === 0) return 0
  if (names.every((name) => HELLOS.includes(name))) return 1
  if (readable(handshake).length === messagesOf(handshake).length) return 3
  return names.includes('certificate') ? 2 : undefined
}

function surpriseOf(
  choice: number | undefined,
  handshakes: readonly Handshake[],
  old2: Handshake | undefined,
): { surprise?: string } {
  if (choice !== 1)
    return {
      surprise:
        'In TLS 1.3 everything behind the ServerHello is sealed. Is something between this page and the lab that ends TLS?',
    }
  if (!old2 || messagesOf(old2).length === 0)
    return { surprise: 'No handshake of TLS 1.2 was seen. This browser may not speak it any more.' }
  if (handshakes.some(({ isResumed }) => isResumed))
    return { surprise: 'A handshake was resumed, so it has no certificate. The server was new; run it again.' }
  return {}
}

export const table = ({ handshakes }: Data): Table => ({
  caption: 'The messages in the order in which they passed the door',
  columns: [
    ...['message', 'TLS', 'from', 'at, ms', 'layer', 'record seen as', 'can be read', 'bytes of the message'],
    'bytes of its record',
  ],
  rows: handshakes.flatMap(({ version, steps }) =>
    steps.map(({ name, up, at, layer, outer, isSealed, bytes, recordBytes }) => [
      ...[name, version, up ? 'client' : 'server', at, layer, outer, isSealed ? 'no' : 'yes', bytes],
      recordBytes > 0 ? recordBytes : undefined,
    ]),
  ),
})
