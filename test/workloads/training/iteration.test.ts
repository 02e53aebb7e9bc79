import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../../sim/base/result.ts';
import type { TrainingSpec } from '../../../sim/base/training-spec.ts';
import { simulate } from '../../../sim/simulate.ts';
import { trainingMessages } from '../../../workloads/training/message-count.ts';
import { trainingWorkload } from '../../../workloads/training/training.ts';
import { sendsOf } from '../execute.ts';
import { ideal, leafSpineSpec, scenarioOf } from '../../sim/scenarios.ts';
import { BACKWARD as B, FORWARD as F, idealTimes, specOf } from './specs.ts';

const TX = 83_200;
const DELAY = 500_000;
/** Bits of a picosecond at 400 Gb/s. */
const RATE = 0.4;
/** A message through one switch that carries nothing else: its last packet waits for the full one before it. */
function message(bytes: number): number {
  const rest = bytes % 4096;
  return (Math.floor(bytes / 4096) + 1) * TX + (rest === 0 ? 0 : (8 * (rest + 64)) / RATE) + 2 * DELAY;
}
/** The sender knows so much later. */
const INFORMED = 2 * DELAY;

/** On the theory's network, all ranks below one switch. */
const run = (spec: TrainingSpec): RunResult =>
  simulate(scenarioOf({ ...ideal, topology: leafSpineSpec(1, spec.ranks, 1), workload: spec }));

const sumUs = ({ measures: { compute_us = NaN, bubble_us = NaN, exposed_comm_us = NaN } }: RunResult): number =>
  compute_us + bubble_us + exposed_comm_us;

describe('by hand, to the picosecond', () => {
  test('2 stages and 2 micro-batches: 3 (F + B) and two messages', () => {
    const spec = specOf({ ranks: 2, model: { layers: 2 }, batch: { global: 2 }, parallel: { pipeline: 2 } });
    const result = run(spec);
    // 512 tokens of 64 two-byte values. Stage 0: F0 F1 B0 B1; stage 1: F0 B0 F1 B1, from F + T on without a pause.
    const T = message(512 * 64 * 2);
    expect(result.completionPs).toBe(3 * (F + B) + 2 * T);
    const us = (ps: number): number => ps / 1e6;
    expect(result.measures.compute_us).toBe(us(2 * (F + B)));
    // Stage 0 waits T for each of its two gradients after stage 1 has posted them, stage 1 for its first activations only.
    expect(result.measures.exposed_pp_us).toBeCloseTo(us(T + T + T) / 2, 6);
    expect(sumUs(result)).toBeCloseTo(us(result.completionPs!), 6);
    expect(result.criticalPath!.map(({ group, operations }) => [group, operations])).toEqual([
      ['compute', expect.any(Number)],
      ['pp', 2],
    ]);
    expect(result.criticalPath!.reduce((sum, { timeUs }) => sum + timeUs, 0)).toBeCloseTo(us(result.completionPs!), 6);
  });

  test('a tensor group of 2: four all-reduces of the activations in the way', () => {
    const result = run(specOf({ ranks: 2, model: { layers: 1 }, parallel: { tensor: 2 } }));
    const allReduce = 2 * message(512 * 64);
    expect(result.completionPs).toBe(F + B + 4 * allReduce + INFORMED);
    expect(result.measures.exposed_tp_us).toBeCloseTo((4 * allReduce) / 1e6, 6);
    expect(result.measures.exposed_comm_us).toBe(result.measures.exposed_tp_us);
    expect(sumUs(result)).toBeCloseTo(result.completionPs! / 1e6, 6);
  });

  test('sequence parallelism gathers before and scatters after, in the same time', () => {
    const result = run(specOf({ ranks: 2, model: { layers: 1 }, parallel: { tensor: 2, sequenceParallel: true } }));
    expect(result.completionPs).toBe(F + B + 8 * message(512 * 64) + INFORMED);
  });

  // 12 h^2 = 49152 parameters a layer, as many two-byte gradients.
  const LAYER_BYTES = 2 * 12 * 64 * 64;

  test('two replicas: without overlap the all-reduce of all gradients follows the backward pass', () => {
    const spec = specOf({ ranks: 2, model: { layers: 2 }, batch: { global: 2 }, overlap: false });
    const result = run(spec);
    const allReduce = 2 * message(LAYER_BYTES);
    expect(result.completionPs).toBe(2 * (F + B) + allReduce + INFORMED);
    expect(result.measures.exposed_dp_us).toBeCloseTo(allReduce / 1e6, 6);
  });

  test('with overlap and a bucket a layer only the last bucket is exposed', () => {
    const spec = specOf({ ranks: 2, model: { layers: 2 }, batch: { global: 2 }, bucketBytes: LAYER_BYTES });
    const result = run(spec);
    const allReduce = 2 * message(LAYER_BYTES / 2);
    expect(result.completionPs).toBe(2 * (F + B) + allReduce + INFORMED);
    expect(result.measures.exposed_dp_us).toBeCloseTo(allReduce / 1e6, 6);
  });

  test('ZeRO 3 gathers a layer while the one before is computed: the first gather and the last scatter are exposed', () => {
    const spec = specOf({ ranks: 2, model: { layers: 2 }, batch: { global: 2 }, parallel: { zero: 3 } });
    const gather = message(LAYER_BYTES / 2);
    // All gradients of the chunk are one bucket.
    expect(run(spec).completionPs).toBe(gather + 2 * (F + B) + message(LAYER_BYTES) + INFORMED);
    // A layer is gathered twice.
    expect(run({ ...spec, overlap: false }).completionPs).toBe(4 * gather + 2 * (F + B) + message(LAYER_BYTES) + INFORMED);
  });

  test('ZeRO 3 gathers before each pass also where passes take no time: one gather after the other', () => {
    const compute = { kind: 'times', forwardPs: 0, backwardPs: B } as const;
    const spec = specOf({ ranks: 2, model: { layers: 2 }, batch: { global: 2 }, parallel: { zero: 3 }, compute });
    const gather = message(LAYER_BYTES / 2);
    // Both of the forward pass and the first of the backward pass; the last one is hidden.
    expect(run(spec).completionPs).toBe(3 * gather + 2 * B + message(LAYER_BYTES) + INFORMED);
    expect(sendsOf(trainingWorkload(spec).schedule)).toHaveLength(trainingMessages(spec));
  });

  test('layers that take no time send what they send otherwise', () => {
    for (const parallel of [{ tensor: 2 }, { context: 2 }] as const) {
      const timed = specOf({ ranks: 2, model: { layers: 1 }, parallel });
      const messages = (compute: TrainingSpec['compute']): number => sendsOf(trainingWorkload({ ...timed, compute }).schedule).length;
      expect(messages({ kind: 'times', forwardPs: 0, backwardPs: 0 })).toBe(messages(timed.compute));
      expect(trainingMessages({ ...timed, compute: { kind: 'times', forwardPs: 0, backwardPs: B } })).toBe(trainingMessages(timed));
    }
  });

  test('ZeRO 1 reduces and scatters gradients and gathers parameters, before the iteration or, without overlap, after it', () => {
    const spec = specOf({ ranks: 2, model: { layers: 2 }, batch: { global: 2 }, parallel: { zero: 1 } });
    expect(run(spec).completionPs).toBe(message(LAYER_BYTES) + 2 * (F + B) + message(LAYER_BYTES) + INFORMED);
    expect(run({ ...spec, overlap: false }).completionPs).toBe(2 * (F + B) + 2 * message(LAYER_BYTES) + INFORMED);
  });

  test('expert parallelism: four all-to-alls of the copies that tokens need elsewhere', () => {
    const moe = { experts: 4, topk: 1, expertFfn: 128, sharedExperts: 0, denseLayers: 0 };
    const spec = specOf({ ranks: 2, model: { layers: 1, moe }, batch: { global: 2 }, parallel: { expert: 2 }, overlap: false });
    // With one expert a token, half of the 512 tokens go to the other rank.
    const exchange = message(256 * 128);
    // Attention and gate are replicated: (4 h^2 + 4 h) two-byte gradients; each rank has its own experts.
    const gradients = 2 * message((2 * (4 * 64 * 64 + 4 * 64)) / 2);
    const result = run(spec);
    expect(result.completionPs).toBe(F + B + 4 * exchange + gradients + INFORMED);
    expect(result.measures.exposed_ep_us).toBeCloseTo((4 * exchange) / 1e6, 6);
  });

  test('ring attention hides its messages behind the parts it computes', () => {
    const spec = specOf({ ranks: 2, model: { layers: 1, sequence: 4096 }, parallel: { context: 2 }, overlap: false });
    // 12 h^2 parameters a layer, all-reduced; the gradients of the last keys and values come home after the last part.
    const gradients = 2 * message(LAYER_BYTES / 2);
    const block = 2048 * 2 * 64 * 2;
    const result = run(spec);
    expect(result.measures.exposed_cp_us).toBeCloseTo(message(block) / 1e6, 6);
    expect(result.completionPs).toBe(F + B + message(block) + gradients + INFORMED);
  });
});

describe('without communication', () => {
  const shapes = [2, 4, 8].flatMap((pipeline) => [1, 2, 3].map((rounds) => [pipeline, pipeline * rounds] as const));

  test.each(shapes)('1F1B in %i stages with %i micro-batches is idle for (p - 1) / m of what it computes', (pipeline, global) => {
    const workload = trainingWorkload(
      specOf({ ranks: pipeline, model: { layers: 2 * pipeline }, batch: { global }, parallel: { pipeline } }),
    );
    const { times, completionPs } = idealTimes(workload.schedule, () => 0);
    expect(completionPs).toBe((global + pipeline - 1) * 2 * (F + B));
    const { compute_us, bubble_us } = workload.measure!(times, completionPs);
    expect(bubble_us! / compute_us!).toBeCloseTo((pipeline - 1) / global, 9);
  });

  test.each(shapes.flatMap(([p, m]) => [2, 3].map((v) => [p, m, v] as const)))(
    'interleaving divides the bubble of %i stages with %i micro-batches by %i',
    (pipeline, global, interleave) => {
      const spec = specOf({
        ranks: pipeline,
        model: { layers: pipeline * interleave },
        batch: { global },
        parallel: { pipeline, interleave },
      });
      const workload = trainingWorkload(spec);
      const { times, completionPs } = idealTimes(workload.schedule, () => 0);
      const { compute_us, bubble_us } = workload.measure!(times, completionPs);
      expect(bubble_us! / compute_us!).toBeCloseTo((pipeline - 1) / (interleave * global), 9);
    },
  );

  test('merged layers take as long', () => {
    const spec = specOf({ ranks: 4, model: { layers: 8 }, batch: { global: 8 }, parallel: { pipeline: 2, tensor: 2 } });
    const completion = (mergeLayers: number): number =>
      idealTimes(trainingWorkload({ ...spec, mergeLayers }).schedule, () => 0).completionPs;
    expect(completion(4)).toBe(completion(1));
  });
});
