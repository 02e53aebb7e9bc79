import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { COMPUTE, countSends, type Schedule } from '../../../sim/base/schedule.ts';
import type { ModelShape, ParallelDimension, ParallelSpec, TrainingSpec } from '../../../sim/base/training-spec.ts';
import { criticalPath } from '../../../workloads/critical-path.ts';
import { trainingMessages } from '../../../workloads/training/message-count.ts';
import { layoutProblems } from '../../../workloads/training/problems.ts';
import { trainingWorkload } from '../../../workloads/training/training.ts';
import { execute } from '../execute.ts';
import { alone, bytesByGroup, idealTimes, specOf } from './specs.ts';

const power = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most }).map((exponent) => 2 ** exponent);

/** Layouts of at most 64 ranks that are possible. */
const layout: fc.Arbitrary<TrainingSpec> = fc
  .record({
    tensor: power(2),
    pipeline: power(2),
    context: power(1),
    data: power(1),
    expert: power(2),
    zero: fc.constantFrom(0, 1, 2, 3) as fc.Arbitrary<ParallelSpec['zero']>,
    sequenceParallel: fc.boolean(),
    interleave: fc.integer({ min: 1, max: 2 }),
    order: fc.shuffledSubarray(['tensor', 'context', 'data', 'pipeline'] as ParallelDimension[], { minLength: 4 }),
    hasExperts: fc.boolean(),
    sharedExperts: fc.integer({ min: 0, max: 1 }),
    denseLayers: fc.integer({ min: 0, max: 2 }),
    micro: fc.integer({ min: 1, max: 2 }),
    rounds: fc.integer({ min: 1, max: 2 }),
    mergeLayers: fc.integer({ min: 1, max: 3 }),
    overlap: fc.boolean(),
    bucketBytes: fc.constantFrom(40_000, 150_001, 1e9),
    contextExchange: fc.constantFrom('ring', 'all-gather'),
    vocab: fc.constantFrom(0, 1000),
    data2: fc.constantFrom('ring', 'direct'),
    tensor2: fc.constantFrom('ring', 'direct'),
    expert2: fc.constantFrom('direct', 'pairwise'),
  })
  .map((drawn) => {
    const { tensor, pipeline, context, data, micro, hasExperts } = drawn;
    const interleave = pipeline === 1 ? 1 : drawn.interleave;
    return specOf({
      ranks: tensor * pipeline * context * data,
      model: {
        layers: 2 * pipeline * interleave,
        vocab: drawn.vocab,
        moe: hasExperts ? { experts: 8, topk: 2, expertFfn: 64, sharedExperts: drawn.sharedExperts, denseLayers: drawn.denseLayers } : null,
      },
      batch: { micro, global: micro * data * drawn.rounds * (interleave > 1 ? pipeline : 1) },
      parallel: {
        tensor,
        pipeline,
        context,
        interleave,
        expert: hasExperts ? Math.min(drawn.expert, tensor * context * data) : 1,
        zero: drawn.zero,
        sequenceParallel: tensor > 1 && (drawn.sequenceParallel || hasExperts),
        order: drawn.order,
      },
      bucketBytes: drawn.bucketBytes,
      overlap: drawn.overlap,
      mergeLayers: drawn.mergeLayers,
      contextExchange: drawn.contextExchange,
      algorithms: { tensor: drawn.tensor2, data: drawn.data2, expert: drawn.expert2 },
    });
  });

/** Bytes that each group sends in all, from the sizes of what it exchanges and the part of it that a ring or a direct algorithm sends. */
function closedForms({ model, parallel, batch, ranks, precision, contextExchange }: TrainingSpec): Record<string, number> {
  const { tensor: t, pipeline, context: c, expert: e, interleave, zero, sequenceParallel } = parallel;
  const { layers, hidden: h, sequence, vocab, ffn, moe } = model;
  const data = ranks / (t * pipeline * c);
  const m = batch.global / (data * batch.micro);
  const tokens = (batch.micro * sequence) / c;
  const expertLayers = moe === null ? 0 : Math.max(0, layers - moe.denseLayers);
  const denseLayers = layers - expertLayers;
  const lanes = ranks / pipeline;
  const sliced = 2 * denseLayers + (1 + Math.min(1, moe?.sharedExperts ?? 0)) * expertLayers;
  const activations = 2 * tokens * h;
  const kv = 2 * activations;
  const copies = moe === null ? 0 : (tokens / t) * (1 - ((8 - 8 / e) * (7 - 8 / e)) / 56);
  const rounds = zero >= 2 ? m : 1;
  // Of one model replica, on all its ranks: what replicas exchange.
  const attention = 4 * h * h;
  const dense = layers * attention + denseLayers * 2 * h * ffn + expertLayers * (moe?.sharedExperts ?? 0) * 3 * h * 64;
  const whole = expertLayers * h * 8 * t;
  const experts = expertLayers * 8 * 3 * h * 64;
  const perCopy = 2 * ((zero === 0 ? 2 : 1) * rounds) + (zero === 0 ? 0 : 2 * (zero === 3 ? 2 * m : 1));
  return {
    tp: sliced * 2 * m * 2 * (t - 1) * activations * (lanes / t),
    cp: (c === 1 ? 0 : layers * m * lanes * (contextExchange === 'ring' ? 3 * c - 2 : 3 * (c - 1)) * kv) / t,
    ep: expertLayers * m * lanes * (e - 1) * 4 * Math.round(copies * precision.dispatchBytesPerToken),
    pp: 2 * (pipeline * interleave - 1) * m * lanes * (activations / (sequenceParallel ? t : 1)),
    dp: perCopy * ((dense + 2 * vocab * h + whole) * (data * c - 1) + experts * ((data * c * t) / e - 1)),
  };
}

/** Busy time of each rank. */
function computePs({ ops, kind, rank, durationPs, ranks }: Schedule): number[] {
  const sums = Array.from({ length: ranks }, () => 0);
  for (let op = 0; op < ops; op++) if (kind[op] === COMPUTE) sums[rank[op]!]! += durationPs[op]!;
  return sums;
}

describe('any layout', () => {
  test.prop([layout, fc.integer()], { numRuns: 60 })('ends in whatever order things happen', (spec, seed) => {
    expect(layoutProblems(spec)).toEqual([]);
    expect(execute(trainingWorkload(spec).schedule, seed).stuck).toEqual([]);
  });

  test.prop([layout], { numRuns: 60 })('sends as many messages and bytes in each group as the closed forms say', (spec) => {
    const { schedule } = trainingWorkload(spec);
    expect(countSends(schedule)).toBe(trainingMessages(spec));
    if (spec.mergeLayers > 1) return;
    const sent = bytesByGroup(schedule);
    for (const [group, bytes] of Object.entries(closedForms(spec))) expect([group, sent[group] ?? 0]).toEqual([group, Math.round(bytes)]);
  });

  test.prop([layout], { numRuns: 40 })('gives every rank exactly its share of the computation', (spec) => {
    const { compute, model, parallel, batch, ranks } = spec;
    const times = compute as Extract<TrainingSpec['compute'], { kind: 'times' }>;
    const microBatches = (batch.global / batch.micro / ranks) * parallel.tensor * parallel.pipeline * parallel.context;
    const share = (microBatches * model.layers * (times.forwardPs + times.backwardPs)) / parallel.pipeline;
    expect(new Set(computePs(trainingWorkload(spec).schedule))).toEqual(new Set([share]));
  });

  test.prop([layout, fc.integer({ min: 0, max: 5000 })], { numRuns: 40 })(
    'divides the iteration into computation, bubble and exposed communication, and its end hangs on a chain without gaps',
    (spec, psPerByte) => {
      const workload = trainingWorkload(spec);
      const { times, completionPs } = idealTimes(workload.schedule, (bytes) => 1_000_000 + psPerByte * bytes);
      const measures = workload.measure!(times, completionPs);
      const { compute_us, bubble_us, exposed_comm_us, exposed_tp_us, exposed_cp_us, exposed_ep_us, exposed_pp_us, exposed_dp_us } =
        measures;
      expect(compute_us! + bubble_us! + exposed_comm_us!).toBeCloseTo(completionPs / 1e6, 3);
      expect(exposed_tp_us! + exposed_cp_us! + exposed_ep_us! + exposed_pp_us! + exposed_dp_us!).toBeCloseTo(exposed_comm_us!, 6);
      for (const value of Object.values(measures)) expect(value).toBeGreaterThanOrEqual(0);
      const path = criticalPath(workload.schedule, times);
      expect([path[0]!.fromPs, path.at(-1)!.toPs]).toEqual([0, completionPs]);
      path.slice(1).forEach(({ fromPs }, i) => expect(fromPs).toBe(path[i]!.toPs));
    },
  );
});

describe('a layout that is impossible', () => {
  const cases: readonly (readonly [what: string, path: string, Partial<ParallelSpec>, Partial<ModelShape>, global: number])[] = [
    ['ranks', 'parallel', { tensor: 4, pipeline: 3 }, { layers: 6 }, 64],
    ['layers', 'parallel.pipeline', { pipeline: 8 }, { layers: 12 }, 64],
    ['chunks', 'parallel.pipeline', { pipeline: 2, interleave: 3 }, { layers: 8 }, 64],
    ['one stage', 'parallel.interleave', { interleave: 2 }, {}, 64],
    ['heads', 'model.heads', { tensor: 16 }, {}, 64],
    ['experts without any', 'parallel.expert', { expert: 2 }, {}, 64],
    ['sequence parallelism alone', 'parallel.sequenceParallel', { sequenceParallel: true }, {}, 64],
    ['order', 'parallel.order', { order: ['tensor', 'tensor', 'data', 'pipeline'] }, {}, 64],
    ['sequence', 'model.sequence', { context: 2 }, { sequence: 511 }, 64],
    ['batch', 'batch.global', {}, {}, 24],
  ];

  test.each(cases)('is refused with its key: %s', (_what, path, parallel, model, global) => {
    const spec = specOf({ ranks: 16, model, parallel: { ...alone, ...parallel }, batch: { global } });
    expect(layoutProblems(spec).map((problem) => problem.path.join('.'))).toContain(path);
    expect(() => trainingWorkload(spec)).toThrow();
  });
});
