// What a bench may have the whole lab make for a while, by HTTP: `/lab/bench/ID/rate`. The lab puts it back when the bench gives it
// up or ends, however it ends.
import { change, expectedMade, Made, read } from '../server/controls.ts'
import type { RoomOptions } from '../server/room.ts'
import type { OrderOptions } from './orders.ts'

export interface RateRoutesOptions
  extends Pick<OrderOptions, 'app' | 'guard' | 'benchOf' | 'bodyOf' | 'only'>, Pick<RoomOptions, 'rate'> {}

export function rateRoutes({ app, guard, benchOf, bodyOf, only, rate }: RateRoutesOptions): void {
  app.put('/:id/rate', async (context) => {
    const who = guard.maySet(context.env)
    const made = read(Made, await bodyOf(context), expectedMade)
    const bench = benchOf(context, who) // after the body: one that has ended meanwhile would hold the rate for ever
    return context.json(change(rate(), (ours) => ours.hold(bench, made)))
  })
  app.delete('/:id/rate', (context) => {
    const bench = benchOf(context, guard.mayGiveBack(context.env))
    return context.json(change(rate(), (ours) => ours.release(bench)))
  })
  only('/:id/rate', 'PUT, DELETE')
}
