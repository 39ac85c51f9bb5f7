// The list of transports, client side: the page's lanes, the report's rows and the tests' titles follow from it.
import type { Connect } from './contract.ts'
import { connect as longPolling } from './long-polling/client.ts'
import { connect as polling } from './polling/client.ts'
import { connect as sse } from './sse/client.ts'
import { connect as wss } from './wss/client.ts'

export const clients = { polling, 'long-polling': longPolling, sse, wss } satisfies Record<string, Connect>
export type TransportName = keyof typeof clients
export const transportNames = Object.keys(clients) as TransportName[]
