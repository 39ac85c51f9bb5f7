// What the page can ask of a proof, by HTTP: `/lab/bench/ID/proof` and below.
import type { Context } from 'hono'
import type { Env } from '../../../transports/contract.ts'
import { Refusal } from '../../../transports/request.ts'
import { addressOf } from '../../server/accounts.ts'
import { hostOf, nameOf, portOf } from '../../server/shape.ts'
import type { OrderOptions } from '../orders.ts'
import type { Bench } from '../bench.ts'
import { noProof } from './proof.ts'
import type { Proof } from './proof.ts'

/** Who asks, and by which name and port the page knows this host. */
export interface ProofOrder {
  name: string
  pagePort: string
  address: string
}
/** @returns undefined where there are too many at once. */
export type StartProof = (bench: Bench, order: ProofOrder) => Proof | undefined

export interface ProofRoutesOptions extends Pick<OrderOptions, 'app' | 'guard' | 'benchOf' | 'only'> {
  startProof: StartProof
  /** Told of errors that nobody expected. */
  failed: (error: unknown) => void
}

const SOON = { 'retry-after': '10' }

export function proofRoutes({ app, guard, benchOf, only, startProof, failed }: ProofRoutesOptions): void {
  /** @throws {Refusal} 401, 403, 404, 429 */
  function proofOf(context: Context<Env>, who = guard.maySet(context.env)): Proof {
    const { proof } = benchOf(context, who)
    if (!proof || proof.over) throw noProof()
    return proof
  }
  const told = async <Told>(telling: Promise<Told>) =>
    telling.catch((cause: unknown) => {
      if (cause instanceof Refusal) throw cause
      failed(cause)
      throw new Refusal(503, 'proof_failed', 'the lab could not do this; its log says why', SOON)
    })

  app.post('/:id/proof', async (context) => {
    const { incoming } = context.env
    const bench = benchOf(context, guard.maySet(context.env))
    if (bench.proof && !bench.proof.closed)
      throw new Refusal(409, 'proof_under_way', 'one at a time; DELETE ends it, and it ends by itself')
    const order = { name: nameOf(hostOf(incoming)), pagePort: portOf(incoming), address: addressOf(incoming) }
    const proof = startProof(bench, order)
    if (!proof) throw new Refusal(503, 'too_many_proofs', 'too many at once; come back', SOON)
    return context.json(await told(proof.begun), 201)
  })
  app.get('/:id/proof', (context) => context.json({ heard: proofOf(context, guard.mayLook(context.env)).heard() }))
  app.delete('/:id/proof', async (context) => {
    // One that has ended by itself, too: the cookie is there for as long as it was to be.
    const { proof } = benchOf(context, guard.maySet(context.env))
    if (!proof) throw noProof()
    await proof.end()
    if (proof.forgetting !== undefined) context.header('set-cookie', proof.forgetting)
    return context.body(null, 204)
  })
  only('/:id/proof', 'POST, GET, HEAD, DELETE')

  app.post('/:id/proof/session', async (context) => {
    const setCookie = await told(proofOf(context).logIn())
    // A cookie knows no port: what the one server sets here, the browser sends to the other (RFC 6265 §8.5).
    if (setCookie !== undefined) context.header('set-cookie', setCookie)
    return context.json({ setCookie: setCookie ?? null }, 201)
  })
  only('/:id/proof/session', 'POST')
  app.post('/:id/proof/replay', async (context) => context.json(await told(proofOf(context).replay())))
  only('/:id/proof/replay', 'POST')
}
