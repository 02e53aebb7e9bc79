import { describe, expect, test } from 'vitest';
import type { TrainingSpec } from '../../../sim/base/training-spec.ts';
import { ComputeTimes } from '../../../workloads/training/compute-times.ts';
import { copiesPerPair, layerWork, modelParameters, outputWork } from '../../../workloads/training/layer-costs.ts';
import { Layout } from '../../../workloads/training/layout.ts';
import { type ModelName, MODELS } from '../../../workloads/training/models.ts';
import { specOf } from './specs.ts';

describe('published totals of parameters', () => {
  test.each<[ModelName, number, number]>([
    ['gpt3-13b', 13.0, 0.2],
    ['gpt3-175b', 175, 0.5],
    ['gpt-1t', 1008, 4], // table 1 of the source counts 1008 billion
    ['llama2-7b', 6.74, 0.01],
    ['llama2-70b', 69, 0.1],
    ['llama3-8b', 8.03, 0.01],
    ['llama3-70b', 70.6, 0.1],
    ['llama3-405b', 405.8, 0.2],
    ['mixtral-8x7b', 46.7, 0.1],
    ['deepseek-v2', 235.7, 0.5],
    ['deepseek-v2-lite', 15.7, 0.05],
    ['deepseek-v3', 671, 0.2],
  ])('%s has %f billion', (name, billions, tolerance) => {
    expect(Math.abs(modelParameters(MODELS[name]) / 1e9 - billions)).toBeLessThanOrEqual(tolerance);
  });
});

const gptSpec = (changes: Partial<TrainingSpec['parallel']> = {}): TrainingSpec =>
  specOf({
    ranks: 8,
    model: MODELS['gpt3-175b'],
    batch: { micro: 2 },
    parallel: changes,
    compute: { kind: 'gpu', gpu: 'a100', utilisation: 0.5 },
  });

describe('operations', () => {
  test('of a GPT are 24 B s h^2 + 4 B s^2 h a layer and 2 B s h V for the output (SC 2021, appendix)', () => {
    const { hidden: h, sequence: s, vocab } = MODELS['gpt3-175b'];
    const { projections, scores, ffn } = layerWork(gptSpec(), 0);
    expect(projections.flops + scores.flops + ffn.flops).toBe(24 * 2 * s * h * h + 4 * 2 * s * s * h);
    expect(outputWork(gptSpec()).flops).toBe(2 * 2 * s * h * vocab);
  });

  test('are shared by tensor and context groups', () => {
    const whole = layerWork(gptSpec(), 0);
    const part = layerWork(gptSpec({ tensor: 4, context: 2 }), 0);
    for (const stretch of ['projections', 'scores', 'ffn'] as const) expect(part[stretch].flops).toBe(whole[stretch].flops / 8);
  });

  test('take what they take at the peak times the utilisation, or the bytes at the bandwidth of the memory', () => {
    const times = new ComputeTimes(gptSpec()).layers(0, 1, 'forward');
    const { ffn, gate } = layerWork(gptSpec(), 0);
    expect(times.ffn).toBe(Math.round((ffn.flops / (312e12 * 0.5)) * 1e12));
    expect([gate.flops, times.gate, times.experts]).toEqual([0, 0, 0]);
    // With one token a weight is read for two operations: the memory is what takes time.
    const short = specOf({
      ranks: 1,
      model: { ...MODELS['gpt3-175b'], sequence: 1 },
      compute: { kind: 'gpu', gpu: 'h100', utilisation: 0.5 },
    });
    expect(new ComputeTimes(short).layers(0, 1, 'forward').ffn).toBe(Math.round((layerWork(short, 0).ffn.bytes / 3.35e12) * 1e12));
    expect(new ComputeTimes(short).layers(0, 3, 'backward').ffn).toBe(Math.round((6 * layerWork(short, 0).ffn.bytes * 1e12) / 3.35e12));
  });

  test('of experts are those of top-k copies of each token, and copies go where at least one expert is chosen', () => {
    const spec = specOf({ ranks: 64, model: MODELS['deepseek-v3'], parallel: { expert: 64 } });
    expect(layerWork(spec, 10).experts.flops).toBe(6 * 7168 * 2048 * 8 * 4096);
    // 1 - C(252, 8) / C(256, 8) of the tokens need one of four experts.
    expect(copiesPerPair(spec) / 4096).toBeCloseTo(0.119934, 6);
  });
});

describe('groups', () => {
  const layout = (order: TrainingSpec['parallel']['order']): Layout =>
    new Layout(specOf({ ranks: 16, parallel: { tensor: 2, context: 2, pipeline: 2, expert: 4, order } }));

  test('are neighbours in the order of the dimensions, fastest first', () => {
    const { ranks, tensor, context, data, expert, expertData } = layout(['tensor', 'context', 'data', 'pipeline']);
    expect(ranks[1]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect(tensor.slice(0, 2)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(context[0]).toEqual([0, 2]);
    expect(data[0]).toEqual([0, 2, 4, 6]);
    expect(expert).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(expertData[1]).toEqual([1, 5]);
  });

  test('of another order are others', () => {
    const { ranks, tensor } = layout(['pipeline', 'data', 'tensor', 'context']);
    expect(ranks[0]).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
    // Lanes 0 and 2 are ranks 0 and 4.
    expect(tensor[0]).toEqual([0, 2]);
  });

  test('lie within servers only if all of their ranks do', () => {
    const ordered = layout(['tensor', 'context', 'data', 'pipeline']);
    expect(ordered.isWithinServers(ordered.tensor, 2)).toBe(true);
    expect(ordered.isWithinServers(ordered.tensor, 3)).toBe(false);
    expect(ordered.isWithinServers(ordered.data, 8)).toBe(true);
    expect(ordered.isWithinServers(ordered.tensor, 1)).toBe(false);
  });
});
