import { describe, expect, test } from 'vitest';
import type { MoeSpec } from '../../../sim/base/moe-spec.ts';
import { COMPUTE, RECV, type Schedule, SEND } from '../../../sim/base/schedule.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import { sendsOf } from '../execute.ts';
import { base, total } from './layers.ts';

const LATENCY = 1000;

interface Times {
  readonly startPs: Float64Array;
  readonly endPs: Float64Array;
}

/** A network without contention: a message arrives, and its send ends, `messagePs` of its bytes after the send started. */
function run(
  { ops, kind, durationPs, bytes, match, depOffset, depOp, depOnStart }: Schedule,
  messagePs = (_bytes: number): number => LATENCY,
): Times {
  const startPs = new Float64Array(ops).fill(NaN);
  const endPs = new Float64Array(ops).fill(NaN);
  const finish = (op: number): number => {
    if (!Number.isNaN(endPs[op]!)) return endPs[op]!;
    let ready = 0;
    for (let edge = depOffset[op]!; edge < depOffset[op + 1]!; edge++) {
      const end = finish(depOp[edge]!);
      ready = Math.max(ready, depOnStart[edge] === 1 ? startPs[depOp[edge]!]! : end);
    }
    startPs[op] = ready;
    endPs[op] =
      kind[op] === COMPUTE
        ? ready + durationPs[op]!
        : kind[op] === SEND
          ? ready + messagePs(bytes[op]!)
          : Math.max(ready, finish(match[op]!));
    return endPs[op]!;
  };
  for (let op = 0; op < ops; op++) finish(op);
  return { startPs, endPs };
}

/** Every rank sends every token to every rank, so that all exchanges last equally long everywhere and all experts have equal work. */
const even: MoeSpec = {
  ...base,
  ranks: 4,
  experts: 4,
  topk: 4,
  tokens: 8,
  hidden: 1,
  dispatchBytesPerToken: 1,
  combineBytesPerToken: 1,
  backwardBytesPerToken: 2,
};
const compute = (attentionPs: number, perTokenPs: number, launchPs = 0) => ({
  attentionPs,
  launchPs,
  expert: { perTokenPs },
  alignment: 1,
});
const lasts = (spec: MoeSpec): number => Math.max(...run(buildWorkload(spec, 1).schedule).endPs);

describe('time without overlap', () => {
  test('is attention + launch + dispatch + experts + launch + combine in each layer', () => {
    // Each rank's expert has the 8 tokens of 4 ranks.
    expect(lasts({ ...even, compute: compute(500, 10, 7), layers: 3 })).toBe(3 * (500 + 7 + LATENCY + 320 + 7 + LATENCY));
  });

  test('of a backward pass has twice the computation, in the opposite order', () => {
    expect(lasts({ ...even, compute: compute(500, 10), phase: 'training' })).toBe(3 * (500 + 320) + 4 * LATENCY);
  });

  test('has the counts exchange between attention and dispatch, 4 bytes an expert', () => {
    const spec = { ...even, compute: compute(500, 10), counts: true };
    expect(lasts(spec)).toBe(500 + 3 * LATENCY + 320);
    const { schedule, facts } = buildWorkload(spec, 1);
    // 8 tokens to each of 3 others; counts are no tokens.
    expect(facts).toMatchObject({ dispatch_bytes: 4 * 3 * 8, dispatch_network_bytes: 4 * 3 * 8, combine_bytes: 4 * 3 * 8 });
    const counts = sendsOf(schedule).filter((op) => schedule.phaseNames[schedule.phase[op]!] === 'moe layer 0 counts');
    expect(counts.map((op) => schedule.bytes[op])).toEqual(Array.from({ length: 12 }, () => 4));
  });

  test('rounds the tokens of an expert up to the alignment, and follows the roofline', () => {
    const aligned = { ...compute(0, 10), alignment: 50 };
    expect(lasts({ ...even, compute: aligned })).toBe(2 * LATENCY + 500);
    // 6 x hidden 1 x inner 20 operations for each of 32 tokens, at half of 2 TFLOP/s.
    const roofline = { ...compute(0, 0), expert: { tflops: 2, efficiency: 0.5 } };
    expect(lasts({ ...even, compute: roofline, expert: { ...even.expert, inner: 20 }, backwardBytesPerToken: 100 })).toBe(
      2 * LATENCY + 32 * 120,
    );
  });
});

describe('overlap', () => {
  /** Messages of a chunk take a part of the time. */
  const pipelined = (chunks: number, perTokenPs: number): number =>
    Math.max(...run(buildWorkload({ ...even, chunks, compute: compute(0, perTokenPs) }, 1).schedule, (bytes) => bytes * 1000).endPs);

  test('in c chunks takes (D + C + B) / c + (c - 1) / c of the longest', () => {
    const [D, B] = [8000, 8000];
    for (const perTokenPs of [10, 250, 1000]) {
      const C = 32 * perTokenPs;
      for (const c of [1, 2, 4, 8]) expect(pipelined(c, perTokenPs)).toBeCloseTo((D + C + B) / c + ((c - 1) / c) * Math.max(D, C, B), 6);
    }
  });

  test('of two micro-batches hides the exchanges of one behind the computation of the other', () => {
    const layers = 4;
    const [A, C] = [3000, 3200];
    const spec = { ...even, layers, compute: compute(A, 100) };
    expect(lasts(spec)).toBe(layers * (A + C + 2 * LATENCY));
    // Computation without a gap, but for the last combine.
    expect(lasts({ ...spec, microbatches: 2 })).toBe(2 * layers * (A + C) + LATENCY);
  });

  test('never computes two things at once on a rank', () => {
    const spec: MoeSpec = {
      ...base,
      ranks: 8,
      experts: 16,
      topk: 2,
      tokens: 30,
      layers: 2,
      chunks: 3,
      microbatches: 2,
      phase: 'training',
      compute: compute(700, 30),
    };
    const { schedule } = buildWorkload(spec, 1);
    const { startPs, endPs } = run(schedule);
    for (let rank = 0; rank < 8; rank++) {
      const own = Array.from({ length: schedule.ops }, (_, op) => op)
        .filter((op) => schedule.kind[op] === COMPUTE && schedule.rank[op] === rank && schedule.durationPs[op]! > 0)
        .sort((a, b) => startPs[a]! - startPs[b]!);
      expect(own.length).toBeGreaterThan(0);
      own.slice(1).forEach((op, i) => expect(startPs[op]!).toBeGreaterThanOrEqual(endPs[own[i]!]!));
    }
  });

  test('carries the same bytes in chunks as in one piece', () => {
    const bytes = (chunks: number): number =>
      buildWorkload({ ...base, ranks: 8, experts: 16, topk: 2, tokens: 31, chunks }, 1).facts['dispatch_bytes']!;
    expect([2, 3, 31].map(bytes)).toEqual([1, 1, 1].map(bytes));
  });
});

describe('what is known ahead', () => {
  const readMe = (lookahead: number): MoeSpec => ({
    ...even,
    layers: 3,
    topk: 1,
    compute: compute(5000, 0),
    expert: { inner: 1, weightBytes: 2, loadBps: 8e12 },
    routing: {
      kind: 'read-me',
      base: { kind: 'uniform' },
      maxExpertsPerBatch: 4,
      window: 8,
      maxWait: null,
      lookahead,
      cache: 1,
      migrate: 'per-layer',
    },
  });

  test('loads weights behind attention: they cost time only when known when the gate has run', () => {
    // An expert of 3 matrices of 1 value of 2 bytes takes 6 ps; it is loaded in the first batch.
    const tokens = 3 * (5000 + 2 * LATENCY);
    expect(lasts(readMe(0))).toBe(tokens + 3 * 6);
    expect(lasts(readMe(1))).toBe(tokens);
    expect(lasts(readMe(5))).toBe(tokens);
  });

  test('takes the counts off the critical path', () => {
    expect(lasts({ ...readMe(0), counts: true })).toBe(lasts(readMe(0)) + 3 * LATENCY);
    expect(lasts({ ...readMe(1), counts: true })).toBe(lasts(readMe(1)));
  });
});

describe('the measures', () => {
  test('dispatch_us and combine_us add up the exchanges, each from its first post to the end of its last operation', () => {
    const spec: MoeSpec = { ...even, layers: 2, phase: 'training', compute: compute(500, 10) };
    const workload = buildWorkload(spec, 1);
    const times = run(workload.schedule);
    expect(workload.measure!(times, 0)).toEqual({ dispatch_us: (4 * LATENCY) / 1e6, combine_us: (4 * LATENCY) / 1e6 });
    // One rank is late: it posts, and others wait for it.
    const first = sendsOf(workload.schedule)[0]!;
    const late = { startPs: times.startPs.slice(), endPs: times.endPs.map((end, op) => (op === first + 1 ? end + 500 : end)) };
    expect(workload.measure!(late, 0)['dispatch_us']).toBe((4 * LATENCY + 500) / 1e6);
    expect(total(workload.schedule.kind.filter((kind) => kind === RECV).map(() => 1))).toBe(8 * 12);
  });
});
