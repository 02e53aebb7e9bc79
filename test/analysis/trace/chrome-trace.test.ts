import { describe, expect, test } from 'vitest';
import { chromeTrace } from '../../../analysis/trace/chrome-trace.ts';
import { AT_ONCE } from '../../../sim/base/job-spec.ts';
import type { Scenario } from '../../../sim/base/scenario.ts';
import { COMPUTE, type Schedule, ScheduleBuilder, SEND } from '../../../sim/base/schedule.ts';
import { prepare, type Prepared } from '../../../sim/prepare.ts';
import { simulatePrepared } from '../../../sim/simulate.ts';
import { leafSpineSpec } from '../../sim/scenarios.ts';
import { SCENARIO } from '../../sweep/fakes.ts';
import { type TraceDocument, type TraceEvent, traceMistakes } from './validate-trace.ts';

const BASE: Scenario = {
  ...SCENARIO,
  topology: leafSpineSpec(2, 2, 2),
  workload: { kind: 'all-reduce', algorithm: 'ring', sizeBytes: 400_000, ranks: 4 },
};

function traceOf(
  prepared: Prepared,
  maxEvents = 1_000_000,
): { readonly document: TraceDocument; readonly startPs: Float64Array; readonly endPs: Float64Array } {
  const { tables } = simulatePrepared(prepared);
  const { schedule, topology, jobs } = prepared;
  const operations = tables.operations!;
  const parts = chromeTrace({
    schedule,
    topology,
    operations,
    probes: tables.probes,
    jobNames: jobs.map(({ name }) => name),
    facts: { seed: 1 },
    maxEvents,
  });
  // The parser of the runtime, which takes nothing that is not JSON.
  return { document: JSON.parse([...parts].join('')) as TraceDocument, ...operations };
}

const of = ({ traceEvents }: TraceDocument, ph: string): TraceEvent[] => traceEvents.filter((event) => event.ph === ph);
const isMessage = (schedule: Schedule, op: number): boolean => schedule.kind[op] !== COMPUTE;

describe('the trace of a ring all-reduce', () => {
  const prepared = prepare(BASE);
  const { schedule } = prepared;
  const { document, startPs, endPs } = traceOf(prepared);

  test('is one that viewers take', () => {
    expect(traceMistakes(document)).toEqual([]);
    expect(document.otherData).toMatchObject({
      seed: 1,
      operations: schedule.ops,
      operations_not_started: 0,
      operations_not_ended: 0,
      left_out: {},
    });
  });

  test('has a slice for each operation, in microseconds, with its picoseconds beside it', () => {
    const slices = of(document, 'X');
    expect(slices).toHaveLength(schedule.ops);
    for (const { args, ts, dur, pid } of slices) {
      const op = args!['operation'] as number;
      expect([args!['start_ps'], args!['end_ps']]).toEqual([startPs[op], endPs[op]]);
      expect(pid).toBe(1000 + schedule.rank[op]!);
      expect(ts + dur!).toBeCloseTo(endPs[op]! / 1e6, 3);
      // A receive is drawn from the posting of its message on.
      const beginPs = schedule.kind[op] === SEND ? startPs[op]! : Math.max(startPs[op]!, startPs[schedule.match[op]!]!);
      expect(ts).toBeCloseTo(beginPs / 1e6, 3);
    }
  });

  test('has an arrow for each message, and the steps of each rank and of all', () => {
    expect(of(document, 's')).toHaveLength(schedule.ops / 2);
    const begins = of(document, 'b');
    expect(begins.filter(({ pid }) => pid === 1).map(({ name }) => name)).toEqual(schedule.phaseNames);
    expect(begins.filter(({ pid }) => pid === 1003).map(({ name }) => name)).toEqual(schedule.phaseNames);
    const [first] = begins.filter(({ pid }) => pid === 1);
    const ends = of(document, 'e').find(({ id, cat }) => id === first!.id && cat === first!.cat)!;
    const ofFirst = Array.from({ length: schedule.ops }, (_, op) => op).filter((op) => schedule.phase[op] === 0);
    expect(ends.ts).toBeCloseTo(Math.max(...ofFirst.map((op) => endPs[op]!)) / 1e6, 3);
  });
});

test('overlapping collectives of one rank are on lanes, and each slice says its job', () => {
  const job = (name: string, sizeBytes: number): Scenario['jobs'][number] => ({
    name,
    workload: { kind: 'all-reduce', algorithm: 'direct', sizeBytes, ranks: 4 },
    ranks: [0, 1, 2, 3],
    balancer: BASE.balancer,
    transport: BASE.transport,
    trafficClass: 3,
    start: AT_ONCE,
  });
  const prepared = prepare({ ...BASE, jobs: [job('first', 400_000), job('second', 300_000)] });
  const { document } = traceOf(prepared);
  expect(traceMistakes(document)).toEqual([]);
  const slices = of(document, 'X');
  expect(slices).toHaveLength(
    Array.from({ length: prepared.schedule.ops }, (_, op) => op).filter((op) => isMessage(prepared.schedule, op)).length,
  );
  expect(new Set(slices.map(({ args }) => args!['job']))).toEqual(new Set(['first', 'second']));
  const lanes = document.traceEvents.filter(({ name, pid }) => name === 'thread_name' && pid === 1000).map(({ args }) => args!['name']);
  // Three peers in each of two jobs at once.
  expect(lanes).toEqual(expect.arrayContaining(['send', 'send 2', 'send 6', 'receive 6']));
});

test('computations and what waits for them stand on threads of their own', () => {
  const builder = new ScheduleBuilder(4);
  const phase = builder.phase('flows');
  const compute = builder.compute(0, 5_000_000);
  const longer = builder.compute(0, 7_000_000);
  const send = builder.message(0, 3, 10_000, phase);
  builder.after(send, compute);
  builder.after(builder.message(0, 2, 10_000, phase), longer);
  const { document } = traceOf(prepare(BASE, builder.build()));
  expect(traceMistakes(document)).toEqual([]);
  const computes = of(document, 'X').filter(({ cat }) => cat === 'compute');
  expect(computes.map(({ ts, dur, tid }) => [ts, dur, tid])).toEqual([
    [0, 5, computes[0]!.tid],
    [0, 7, computes[1]!.tid],
  ]);
  expect(computes[0]!.tid).not.toBe(computes[1]!.tid);
});

test('what probes record becomes counters that start at 0', () => {
  const probes = { everyPs: 500_000, what: ['queues', 'links', 'reorder'], links: 'all' } as const;
  const prepared = prepare({ ...BASE, workload: { kind: 'incast', senders: 3, receiver: 0, sizeBytes: 200_000, ranks: 4 }, probes });
  const { document } = traceOf(prepared);
  expect(traceMistakes(document)).toEqual([]);
  const queue = of(document, 'C').filter(({ name }) => name === 'queue leaf0-host0');
  expect(queue[0]).toMatchObject({ ts: 0, args: { bytes: 0 }, pid: 100_000 });
  expect(Math.max(...queue.map(({ args }) => args!['bytes'] as number))).toBeGreaterThan(0);
  expect(queue.at(-1)!.args).toEqual({ bytes: 0 });
  expect(of(document, 'C').some(({ name, pid }) => name === 'utilisation host1-leaf0' && pid === 1_000_001)).toBe(true);
});

test('a run that was ended early shows what had begun, until its end', () => {
  const prepared = prepare({ ...BASE, stopAtPs: 6e6 });
  const { document, startPs, endPs } = traceOf(prepared);
  expect(traceMistakes(document)).toEqual([]);
  const open = endPs.reduce((count, ps, op) => (Number.isNaN(ps) && !Number.isNaN(startPs[op]) ? count + 1 : count), 0);
  expect(open).toBeGreaterThan(0);
  expect(document.otherData['operations_not_ended']).toBe(open);
  expect(of(document, 'X').filter(({ args }) => args!['end_ps'] === null).length).toBeGreaterThan(0);
});

test.each([0, 1, 7, 20, 37, 60, 100])('with room for %i events it has no more, stays valid, and says what is left out', (maxEvents) => {
  const prepared = prepare(BASE);
  const all = traceOf(prepared).document.traceEvents.filter(({ ph }) => ph !== 'M').length;
  const { document } = traceOf(prepared, maxEvents);
  const events = document.traceEvents.filter(({ ph }) => ph !== 'M');
  expect(events.length).toBeLessThanOrEqual(maxEvents);
  expect(traceMistakes(document)).toEqual([]);
  expect(Object.keys(document.otherData['left_out'] as object).length > 0).toBe(events.length < all);
  // The first ones to begin are kept.
  const slices = of(document, 'X');
  if (slices.length > 0) expect(slices[0]!.ts).toBe(0);
});

test('the validator sees overlaps, loose ends, times that go back and missing names', () => {
  const document = traceOf(prepare(BASE)).document;
  const broken = (change: (event: TraceEvent) => TraceEvent | null): string[] =>
    traceMistakes({ ...document, traceEvents: document.traceEvents.flatMap((event) => change(event) ?? []) });
  expect(broken((event) => (event.ph === 'X' ? { ...event, dur: event.dur! + 0.5 } : event)).join()).toContain('overlaps one that ends');
  expect(broken((event) => (event.ph === 'e' ? null : event)).join()).toContain('b without e');
  expect(broken((event) => (event.ph === 's' ? null : event)).join()).toContain('f without s');
  expect(broken((event) => (event.ph === 'X' ? null : event)).join()).toContain('stands in no slice');
  expect(broken((event) => (event.name === 'thread_name' ? null : event)).join()).toContain('has no name');
  expect(broken((event) => (event.ph === 'X' ? { ...event, dur: -1 } : event)).join()).toContain('dur -1');
  expect(traceMistakes({ ...document, traceEvents: document.traceEvents.toReversed() }).join()).toContain('after');
});
