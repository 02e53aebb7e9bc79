import { expect, test } from 'vitest';
import type { Scenario } from '../../sim/base/scenario.ts';
import { ConfigError } from '../../sim/base/errors.ts';
import { listOf } from '../../sweep/cells.ts';
import { resolvedConfig } from '../../sweep/config/resolved-config.ts';
import { checkBuildable } from '../../sweep/preflight.ts';
import { SCENARIO } from './fakes.ts';

/** Checks repeats of a scenario; the seed that is refused (NaN: the error names none), or null. */
function refusedSeed(scenario: Scenario, seeds: number, first = 1): { readonly seed: number | null; readonly looked: number } {
  const cells = Array.from({ length: seeds }, (_, index) => {
    const own = { ...scenario, seed: first + index };
    return { index, runId: `run${index}`, seed: own.seed, swept: {}, overrides: {}, config: resolvedConfig(own), scenario: own };
  });
  let looked = 0;
  try {
    checkBuildable(listOf(cells), (_cell, action) => {
      looked++;
      return action();
    });
    return { seed: null, looked };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { seed: Number(/^with seed (\d+), /.exec(error.message)?.[1]), looked };
  }
}

/** Host 0 is alone: who sends to it cannot. */
const cut = { ...SCENARIO, failures: [{ link: 'host0-leaf0' }] };

test('every seed of a random placement is checked for cut-off hosts', () => {
  const { seed } = refusedSeed(
    { ...cut, topology: { ...cut.topology, placement: 'random' }, workload: { ...cut.workload, ranks: 2 } as Scenario['workload'] },
    20,
  );
  expect(seed).toBeGreaterThan(1);
});

test('every seed of a random permutation is checked for cut-off hosts', () => {
  // The leaves are cut off from each other: only permutations that swap the ranks of each leaf are good.
  const failures = [{ link: 'leaf0-spine0' }, { link: 'leaf0-spine1' }];
  const workload = { kind: 'permutation', pattern: 'random', sizeBytes: 65_536, ranks: 4 } as const;
  const scenario = { ...SCENARIO, failures, workload };
  let good = 1;
  while (refusedSeed(scenario, 1, good).seed !== null) good++;
  expect(refusedSeed(scenario, 20, good).seed).toBeGreaterThan(good);
  const shift = { ...scenario, workload: { ...workload, pattern: { shift: 1 } } };
  expect(refusedSeed(shift, 20)).toEqual({ seed: Number.NaN, looked: 1 });
});

test('where the seed decides nothing, one build stands for all repeats', () => {
  const failures = [{ link: 'leaf0-spine0' }];
  expect(refusedSeed({ ...SCENARIO, failures }, 20)).toEqual({ seed: null, looked: 1 });
  expect(refusedSeed(SCENARIO, 20)).toEqual({ seed: null, looked: 0 });
});

test('a window that contradicts a derived default and a flow of too many packets are refused before anything runs', () => {
  const windows = {
    kind: 'dctcp',
    g: 1 / 16,
    initialWindowBytes: null,
    minWindowBytes: 1e7,
    recovery: 'sr',
    rtoPs: null,
    nackIntervalPs: 5e8,
  } as const;
  expect(refusedSeed({ ...SCENARIO, transport: windows }, 2)).toEqual({ seed: NaN, looked: 1 });
  const flows = { kind: 'flows', flows: [{ src: 0, dst: 1, sizeBytes: 1e13, startPs: 0 }], ranks: 2 } as const;
  expect(refusedSeed({ ...SCENARIO, workload: flows }, 2)).toEqual({ seed: NaN, looked: 1 });
  expect(refusedSeed(SCENARIO, 2)).toEqual({ seed: null, looked: 0 });
});
