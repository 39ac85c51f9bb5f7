// The list of transports, server side. A new one is a folder and a line here and in clients.ts; the compiler says if one is forgotten.
import type { TransportName } from './clients.ts'
import type { Routes } from './contract.ts'
import { routes as longPolling } from './long-polling/server.ts'
import { routes as polling } from './polling/server.ts'
import { routes as sse } from './sse/server.ts'
import { routes as wss } from './wss/server.ts'

export const servers: Record<TransportName, Routes> = { polling, 'long-polling': longPolling, sse, wss }
