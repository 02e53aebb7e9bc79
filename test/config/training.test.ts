import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Scenario } from '../../sim/base/scenario.ts';
import type { TrainingSpec } from '../../sim/base/training-spec.ts';
import { expandCells } from '../../sweep/cells.ts';
import { resolvedConfig } from '../../sweep/config/resolved-config.ts';
import { runCell } from '../../sweep/run-cell.ts';
import { MODELS } from '../../workloads/training/models.ts';
import { loadText } from './load-text.ts';

const FABRIC = 'topology: { kind: leaf-spine, leaves: 2, spines: 2, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns } }\n';

async function scenarioOf(text: string): Promise<Scenario> {
  const [cell] = await expandCells(await loadText(text));
  return cell!.scenario;
}

const specOf = async (workload: string): Promise<TrainingSpec> => {
  const scenario = await scenarioOf(`${FABRIC}workload: { kind: training, batch: { global: 64 }, compute: { gpu: h100 }, ${workload} }\n`);
  return scenario.workload as TrainingSpec;
};

describe('a training step', () => {
  test('has the published shape of its preset, and what is given replaces parts of it', async () => {
    expect((await specOf('model: llama3-8b')).model).toEqual(MODELS['llama3-8b']);
    const { model } = await specOf('model: { preset: deepseek-v3, layers: 4, denseLayers: 0 }, parallel: { expert: 16 }');
    expect(model).toEqual({ ...MODELS['deepseek-v3'], layers: 4, moe: { ...MODELS['deepseek-v3'].moe, denseLayers: 0 } });
  });

  test('of a shape without a preset has as many heads of keys and values as heads, and a feed-forward layer four times as wide', async () => {
    const { model } = await specOf('model: { layers: 2, hidden: 512, heads: 8, sequence: 128 }');
    expect(model).toMatchObject({ kvHeads: 8, headDim: 64, ffn: 2048, gated: false, vocab: 0, moe: null, latent: null });
  });

  test('has times given, the backward pass twice the forward pass by default', async () => {
    const scenario = await scenarioOf(
      `${FABRIC}workload: { kind: training, model: gpt3-13b, batch: { global: 16 }, compute: { forward: 1ms } }\n`,
    );
    expect(scenario.workload).toMatchObject({ compute: { kind: 'times', forwardPs: 1e9, backwardPs: 2e9 } });
  });

  test.each([
    'model: gpt3-13b',
    'model: { preset: deepseek-v2-lite, layers: 4 }, parallel: { expert: 4, zero: 3 }, precision: { dispatch: fp8 }',
  ])('written out gives the same Scenario again: %s', async (workload) => {
    const text = `${FABRIC}workload: { kind: training, batch: { global: 64 }, compute: { gpu: h100 }, ${workload} }\n`;
    const scenario = await scenarioOf(text);
    expect(await scenarioOf(stringify(resolvedConfig(scenario)))).toEqual(scenario);
  });

  const small = (keys: string): string =>
    `${FABRIC}workload: { kind: training, model: { layers: 2, hidden: 64, heads: 8, sequence: 64 }, batch: { global: 16 }, compute: { forward: 100us }, parallel: { pipeline: 2 }${keys} }\n`;

  test('is reported with its parts, which add up to its time, and with its critical path', async () => {
    const [cell] = await expandCells(await loadText(small('')));
    const { row, criticalPath } = runCell(cell!).record;
    const us = (column: string): number => row[column] as number;
    expect(us('compute_us') + us('bubble_us') + us('exposed_comm_us')).toBeCloseTo(us('completion_time_us'), 6);
    expect(us('compute_us')).toBe(2 * 300);
    const total = criticalPath!.reduce((sum, { time_us }) => sum + (time_us as number), 0);
    expect(total).toBeCloseTo(us('completion_time_us'), 6);
    expect(criticalPath![0]).toMatchObject({ group: 'compute' });
  });

  test('takes as much longer as its stragglers compute longer', async () => {
    const [cell] = await expandCells(await loadText(small(', stragglers: { fraction: 1, slowdown: 2 }')));
    expect(runCell(cell!).record.row['compute_us']).toBe(2 * 600);
  });
});
