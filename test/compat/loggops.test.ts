import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogGopsSpec } from '../../sim/base/compat-spec.ts';
import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { ScheduleBuilder, type Schedule } from '../../sim/base/schedule.ts';
import { runLogGops } from '../../sim/compat/loggops.ts';
import { collectiveSchedule } from '../../workloads/collectives/collective.ts';

const NS = 1000;

/** Parameters that ATLAHS uses for AI clusters: 0.04 ns a byte is 25 GB/s. */
const AI: LogGopsSpec = {
  kind: 'loggops',
  latencyPs: 3700 * NS,
  overheadPs: 200 * NS,
  gapPs: 5 * NS,
  gapFsPerByte: 40_000,
  overheadFsPerByte: 0,
  eagerBytes: 65_535,
};
/** Round numbers: 1 ns a byte. */
const PLAIN: LogGopsSpec = { ...AI, latencyPs: 500 * NS, overheadPs: 100 * NS, gapPs: 0, gapFsPerByte: 1e6, eagerBytes: 1e9 };

const finishNs = (schedule: Schedule, spec: LogGopsSpec): number => runLogGops(schedule, spec).finishPs / NS;
const collective = (kind: CollectiveSpec['kind'], algorithm: CollectiveSpec['algorithm'], sizeBytes: number, ranks: number): Schedule =>
  collectiveSchedule({ kind, algorithm, sizeBytes, ranks });

describe('the closed forms of LogGOPSim', () => {
  test.each([0, 65_535, 2 ** 30])('hold to 10 ps for messages eager up to %d bytes', (eagerBytes) => {
    const spec = { ...AI, eagerBytes };
    expect(runLogGops(collective('all-reduce', 'ring', 2 ** 20, 8), spec).finishPs).toBe(130_799_760);
    expect(runLogGops(collective('all-reduce', 'recursive-doubling', 65_536, 8), spec).finishPs).toBe(20_164_200);
    // (P-1)(2o + L + (n/P - 1)G)
    expect(runLogGops(collective('all-to-all', 'pairwise', 2 ** 20, 8), spec).finishPs).toBe(7 * (4_100_000 + (2 ** 17 - 1) * 40));
  });

  test('hold for a ring of any number of ranks, eager or not', () => {
    const cases = fc.record({ ranks: fc.integer({ min: 2, max: 12 }), block: fc.integer({ min: 1, max: 200_000 }) });
    fc.assert(
      fc.property(cases, ({ ranks, block }) => {
        const ring = collective('all-reduce', 'ring', block * ranks, ranks);
        expect(runLogGops(ring, AI).finishPs).toBe(2 * (ranks - 1) * (4_100_000 + (block - 1) * 40));
      }),
    );
  });
});

/** 0 sends `bytes` to 1. */
function oneMessage(bytes: number, receiverComputesNs: number): { readonly builder: ScheduleBuilder; readonly send: number } {
  const builder = new ScheduleBuilder(2);
  const send = builder.message(0, 1, bytes, builder.phase('message'));
  if (receiverComputesNs > 0) builder.after(send + 1, builder.compute(1, receiverComputesNs * NS));
  return { builder, send };
}

test('a message takes o + L + o + (s-1)G, and its eager sender is done after o', () => {
  const { builder, send } = oneMessage(1001, 0);
  const { finishPsOfRank, operations } = runLogGops(builder.build(), PLAIN);
  expect([...finishPsOfRank]).toEqual([100 * NS, 1700 * NS]);
  expect(operations.endPs[send]).toBe(100 * NS);
  expect(operations.endPs[send + 1]).toBe(1700 * NS);
});

test('O is time of the CPU at both ends: at the sender always, at the receiver where it is more than G', () => {
  const { builder } = oneMessage(1001, 0);
  const { finishPsOfRank } = runLogGops(builder.build(), { ...PLAIN, overheadFsPerByte: 3e6 });
  expect([...finishPsOfRank]).toEqual([3100 * NS, 600 * NS + 100 * NS + 3000 * NS]);
});

test('an empty message costs o at both ends and L between them', () => {
  const { builder } = oneMessage(0, 0);
  expect(finishNs(builder.build(), PLAIN)).toBe(700);
});

test('a message that comes before its receive is posted costs the CPU on its arrival, and nothing when it is received', () => {
  // The CPU computes until 5000; the message, there since 600, then takes it until 5000 + o + (s-1)G.
  const { builder, send } = oneMessage(1001, 5000);
  const after = builder.compute(1, 10 * NS);
  builder.after(after, send + 1);
  expect(finishNs(builder.build(), PLAIN)).toBe(6110);
});

test('a rendezvous sender goes on when the receive meets the message, without the latency of an acknowledgement', () => {
  const { builder, send } = oneMessage(1001, 5000);
  builder.after(builder.compute(0, 10 * NS), send);
  const { finishPsOfRank, operations } = runLogGops(builder.build(), { ...PLAIN, eagerBytes: 1000 });
  // The receive is posted at 5000, when the CPU is free, and the message taken in at that same instant.
  expect(operations.endPs[send]).toBe(5000 * NS);
  expect([...finishPsOfRank]).toEqual([5010 * NS, 6100 * NS]);
});

test('sends of a NIC are g + (s-1)G apart', () => {
  const builder = new ScheduleBuilder(3);
  const phase = builder.phase('messages');
  builder.message(0, 1, 1001, phase);
  const second = builder.message(0, 2, 1001, phase);
  const { operations } = runLogGops(builder.build(), { ...PLAIN, gapPs: 50 * NS });
  expect(operations.startPs[second]).toBe(1050 * NS);
});

test('all-to-all posted at once: the overheads of sends and the bytes of receives share one CPU', () => {
  // Each rank sends at 0; at 600 the first message takes the CPU until 1700, so the second send waits for it although its NIC is free
  // at 1000; that message is there at 2300 and taken in by 3400.
  expect(finishNs(collective('all-to-all', 'direct', 3 * 1001, 3), PLAIN)).toBe(3400);
});

test('of events at one time the one that was known first goes first', () => {
  // At 600 rank 1 may take in the message, known since rank 0 sent it at 0, or compute, known since its first computation began at 0; rank 0
  // came first.
  const builder = new ScheduleBuilder(2);
  const phase = builder.phase('message');
  const send = builder.message(0, 1, 1, phase);
  const first = builder.compute(1, 600 * NS);
  const second = builder.compute(1, 50 * NS);
  builder.after(second, first);
  const { operations } = runLogGops(builder.build(), PLAIN);
  expect(operations.endPs[send + 1]).toBe(700 * NS);
  expect(operations.startPs[second]).toBe(700 * NS);
});

test('what waits for another CPU of its rank waits for the end of the operation there', () => {
  const builder = new ScheduleBuilder(1);
  const first = builder.compute(0, 1000 * NS);
  const second = builder.compute(0, 10 * NS);
  builder.after(second, first);
  const other = builder.compute(0, 30 * NS);
  const run = runLogGops(builder.build(), PLAIN, { cpuOfOp: Uint8Array.of(0, 1, 1) });
  expect(run.operations.startPs[second]).toBe(1000 * NS);
  expect(run.operations.endPs[other]).toBe(30 * NS);
  expect(run.finishPs).toBe(1010 * NS);
});

test('an operation that waits for the start of another one begins while that one goes on', () => {
  const builder = new ScheduleBuilder(1);
  const first = builder.compute(0, 1000 * NS);
  const second = builder.compute(0, 10 * NS);
  builder.after(second, first, 'start');
  const run = runLogGops(builder.build(), PLAIN, { cpuOfOp: Uint8Array.of(0, 1) });
  expect(run.operations.startPs[second]).toBe(0);
});

test('ranks that wait for each other to receive never end', () => {
  const builder = new ScheduleBuilder(2);
  const phase = builder.phase('messages');
  const there = builder.message(0, 1, 100, phase);
  const back = builder.message(1, 0, 100, phase);
  builder.after(back + 1, there);
  builder.after(there + 1, back);
  const schedule = builder.build();
  expect(runLogGops(schedule, { ...PLAIN, eagerBytes: 99 }).opsEnded).toBe(0);
  expect(runLogGops(schedule, { ...PLAIN, eagerBytes: 100 }).opsEnded).toBe(4);
});
