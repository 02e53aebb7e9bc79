import fc from 'fast-check';
import { type Schedule, ScheduleBuilder } from '../../../sim/base/schedule.ts';

const MAX_RANKS = 6;
/** A dependency: how far back among the operations of the rank, and whether on a start. */
const dependencies = fc.array(fc.record({ back: fc.nat({ max: 5 }), onStart: fc.boolean() }), { maxLength: 3 });
const step = fc.record({
  isCompute: fc.boolean(),
  src: fc.nat({ max: MAX_RANKS - 1 }),
  shift: fc.integer({ min: 1, max: MAX_RANKS - 1 }),
  bytes: fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 2 ** 40 })),
  durationUnits: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000 })),
  phase: fc.nat({ max: 3 }),
  first: dependencies,
  second: dependencies,
});

export interface RandomScheduleOptions {
  readonly unitPs: number;
  readonly startEdges: boolean;
}

/** Any Schedule: messages and computes that wait for earlier operations of their rank. Several may be exactly alike. */
export const randomSchedules = ({ unitPs, startEdges }: RandomScheduleOptions): fc.Arbitrary<Schedule> =>
  fc.record({ ranks: fc.integer({ min: 2, max: MAX_RANKS }), steps: fc.array(step, { maxLength: 30 }) }).map(({ ranks, steps }) => {
    const builder = new ScheduleBuilder(ranks);
    for (let phase = 0; phase < 4; phase++) builder.phase(`step ${phase}`);
    const ofRank = Array.from({ length: ranks }, (): number[] => []);
    const wait = (op: number, rank: number, on: readonly { readonly back: number; readonly onStart: boolean }[]): void => {
      const chosen = new Map(on.map(({ back, onStart }) => [ofRank[rank]!.at(-1 - back), onStart]));
      for (const [dep, onStart] of chosen) if (dep !== undefined) builder.after(op, dep, onStart && startEdges ? 'start' : 'end');
    };
    for (const { isCompute, src: anySrc, shift, bytes, durationUnits, phase, first, second } of steps) {
      const src = anySrc % ranks;
      const dst = (src + 1 + ((shift - 1) % (ranks - 1))) % ranks;
      const op = isCompute ? builder.compute(src, durationUnits * unitPs) : builder.message(src, dst, bytes, phase);
      wait(op, src, first);
      ofRank[src]!.push(op);
      if (isCompute) continue;
      wait(op + 1, dst, second);
      ofRank[dst]!.push(op + 1);
    }
    return builder.build();
  });

const flow = fc.record({
  src: fc.nat({ max: MAX_RANKS - 1 }),
  shift: fc.integer({ min: 1, max: MAX_RANKS - 1 }),
  bytes: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
  begin: fc.constantFrom('at once', 'late', 'new trigger', 'old trigger'),
  startUs: fc.integer({ min: 1, max: 2 ** 24 }),
  events: fc.integer({ min: 1, max: 4 }),
});

/** Flows that start at a time of their own or by triggers, each activated by the ends of operations that activate no other one. */
export const triggeredFlows: fc.Arbitrary<Schedule> = fc
  .record({ ranks: fc.integer({ min: 2, max: MAX_RANKS }), flows: fc.array(flow, { maxLength: 30 }) })
  .map(({ ranks, flows }) => {
    const builder = new ScheduleBuilder(ranks);
    const phase = builder.phase('flows');
    const unused = Array.from({ length: ranks }, (): number[] => []);
    const triggers = Array.from({ length: ranks }, (): number[][] => []);
    for (const { src: anySrc, shift, bytes, begin, startUs, events } of flows) {
      const src = anySrc % ranks;
      const dst = (src + 1 + ((shift - 1) % (ranks - 1))) % ranks;
      const send = builder.message(src, dst, bytes, phase);
      if (begin === 'late') builder.after(send, builder.compute(src, startUs * 1e6));
      if (begin === 'new trigger' && unused[src]!.length > 0) triggers[src]!.push(unused[src]!.splice(0, events));
      if (begin.endsWith('trigger')) for (const op of triggers[src]!.at(-1) ?? []) builder.after(send, op);
      unused[src]!.push(send);
      unused[dst]!.push(send + 1);
    }
    return builder.build();
  });
