// What the lab tells of benches is what the page reads: the two have types of their own, for the page imports nothing of the server, and the
// compiler (npm test runs it first) says here where they part.
import { expectTypeOf, test } from 'vitest'
import type { Fault, Settings, Storm, StormOrder, ToldDoor } from '../public/door.ts'
import type { Reading } from '../public/told.ts'
import type { Range } from '../public/range/range.ts'
import type { BenchState } from '../src/lab/bench.ts'
import type { DoorState } from '../src/lab/door.ts'
import type * as lab from '../src/lab/settings.ts'
import type { StormState } from '../src/lab/storm/storm.ts'
import type * as proof from '../public/proof.ts'
import type * as toldProof from '../src/lab/proof/told.ts'
import type * as told from '../src/lab/tap/told.ts'
import type { TapOrder, TapState } from '../public/tap.ts'
import type { RangeState } from '../src/range/routes.ts'

test('settings and faults are the same ones', () => {
  expectTypeOf<Settings>().toEqualTypeOf<lab.Settings>()
  expectTypeOf<Fault>().toEqualTypeOf<lab.Fault>()
})

test('what is told of a bench, of a door, of a storm and of a tap has all that the page reads', () => {
  expectTypeOf<BenchState>().toExtend<Reading>()
  expectTypeOf<DoorState>().toExtend<ToldDoor>()
  expectTypeOf<StormState>().toExtend<Storm>()
  expectTypeOf<lab.StormOrder>().toExtend<StormOrder>()
  expectTypeOf<lab.TapOrder>().toEqualTypeOf<TapOrder>()
  expectTypeOf<told.TapState>().toExtend<TapState>()
})

test('what is told of a proof has all that the page reads', () => {
  expectTypeOf<toldProof.ProofBegun>().toExtend<proof.ProofBegun>()
  expectTypeOf<toldProof.Heard>().toExtend<proof.Heard>()
  expectTypeOf<toldProof.ProofReplayed>().toExtend<proof.ProofReplayed>()
})

test('what is told of the range has all that the page reads', () => {
  expectTypeOf<RangeState>().toExtend<Range>()
})
