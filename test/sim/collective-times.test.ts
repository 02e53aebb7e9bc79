import { describe, expect, test } from 'vitest';
import { COLLECTIVE_ALGORITHMS, type CollectiveAlgorithm, type CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { simulate } from '../../sim/simulate.ts';
import { ideal, leafSpineSpec, scenarioOf } from './scenarios.ts';

/**
 * Closed forms of the alpha-beta model (Thakur et al. 2005) on the theory's network: all hosts on one switch (non-blocking), line rate, no ACK
 * packets. A message of k full packets takes T(k) = k tx + one tx of store-and-forward at the switch + two delays; the sender knows of
 * the last byte two delays later.
 */
const TX = 83_200;
const DELAY = 500_000;
const message = (packets: number): number => (packets + 1) * TX + 2 * DELAY;
const INFORMED = 2 * DELAY;

const log2 = (p: number): number => Math.log2(p);
const steps = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);

/** Time of the collective with p ranks and blocks of `b` packets (n = p b packets). */
const FORMS: Record<string, (p: number, b: number) => number> = {
  'all-reduce ring': (p, b) => 2 * (p - 1) * message(b), // F26
  'all-reduce direct': (p, b) => 2 * message((p - 1) * b), // F27
  'all-reduce halving-doubling': (p, b) => 2 * sum(steps(log2(p)).map((k) => message(2 ** k * b))), // F24
  'all-gather ring': (p, b) => (p - 1) * message(b), // F19
  'all-gather direct': (p, b) => message((p - 1) * b), // F21
  'all-gather recursive-doubling': (p, b) => sum(steps(log2(p)).map((k) => message(2 ** k * b))), // F17
  'reduce-scatter ring': (p, b) => (p - 1) * message(b), // F14
  'reduce-scatter direct': (p, b) => message((p - 1) * b), // F16
  'reduce-scatter recursive-halving': (p, b) => sum(steps(log2(p)).map((k) => message(2 ** k * b))), // F12
  'all-to-all direct': (p, b) => message((p - 1) * b), // F35
  'all-to-all pairwise': (p, b) => (p - 1) * message(b), // F34
};

const cases = Object.entries(COLLECTIVE_ALGORITHMS).flatMap(([kind, algorithms]) =>
  algorithms.map((algorithm) => [kind as CollectiveSpec['kind'], algorithm as CollectiveAlgorithm] as const),
);

describe.each(cases)('%s %s takes its closed form to the picosecond', (kind, algorithm) => {
  const powersOnly = /halving|doubling/.test(algorithm);
  test.each([2, 3, 4, 5, 8, 13, 16].filter((p) => !powersOnly || Number.isInteger(log2(p))))('on %i ranks', (p) => {
    for (const blockPackets of [1, 3, 8]) {
      const workload: CollectiveSpec = { kind, algorithm, sizeBytes: p * blockPackets * 4096, ranks: p };
      const result = simulate(scenarioOf({ ...ideal, topology: leafSpineSpec(1, p, 1), workload }));
      expect(result.completionPs).toBe(FORMS[`${kind} ${algorithm}`]!(p, blockPackets) + INFORMED);
      expect(result.boundPs).toBeLessThanOrEqual(result.completionPs!);
      expect(result.drops).toBe(0);
    }
  });
});

test('the difference of ring and halving-doubling all-reduce is latency alone: 2 (p - 1 - log2 p) alpha', () => {
  const p = 8;
  const alpha = TX + 2 * DELAY;
  const time = (algorithm: CollectiveAlgorithm): number =>
    simulate(
      scenarioOf({
        ...ideal,
        topology: leafSpineSpec(1, p, 1),
        workload: { kind: 'all-reduce', algorithm, sizeBytes: p * 40_960, ranks: p },
      }),
    ).completionPs!;
  expect(time('ring') - time('halving-doubling')).toBe(2 * (p - 1 - log2(p)) * alpha);
});

test('all-reduce halving-doubling on 5 ranks takes at least F25: the power-of-two time and two messages of the whole vector', () => {
  // Not exactly: ranks that do not fold start at once, and their first messages share a port with the fold.
  const result = simulate(
    scenarioOf({
      ...ideal,
      topology: leafSpineSpec(1, 5, 1),
      workload: { kind: 'all-reduce', algorithm: 'halving-doubling', sizeBytes: 8 * 4096, ranks: 5 },
    }),
  );
  const closedForm = 2 * message(8) + 2 * (message(4) + message(2)) + INFORMED;
  expect(result.completionPs).toBeGreaterThanOrEqual(closedForm);
  expect(result.completionPs).toBeLessThanOrEqual(closedForm + 8 * TX);
});
