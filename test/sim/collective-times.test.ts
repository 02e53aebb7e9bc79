import { describe, expect, test } from 'vitest';
import type { CollectiveAlgorithm, CollectiveKind, CollectiveShape, CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { simulate } from '../../sim/simulate.ts';
import { bestChainChunks, collectiveTime, flatAllToAllFloorPs, type MessageCost } from '../../workloads/collectives/closed-forms.ts';
import { ideal, leafSpineSpec, scenarioOf } from './scenarios.ts';

/**
 * The closed forms on the theory's network: all hosts on one switch (non-blocking), line rate, no ACK packets, a port that sends its messages
 * one after the other. A message of k full packets takes k tx, one tx of store-and-forward at the switch and two delays, so alpha is
 * tx + 2 delays and beta the wire time of a payload byte; the sender knows of the last byte two delays later.
 */
const TX = 83_200;
const HEADER_TX = 1280;
const DELAY = 500_000;
const INFORMED = 2 * DELAY;
const COST: MessageCost = { alphaPs: TX + 2 * DELAY, betaPsPerByte: TX / 4096, emptyPs: 2 * HEADER_TX + 2 * DELAY };
const ALPHA = COST.alphaPs;

const inOrder = { ...ideal, nic: { ...ideal.nic, scheduler: 'oldest-first' } } as const;

/** Completion on one switch without the sender's knowledge of it. */
const completion = (workload: CollectiveSpec, nic: 'in order' | 'round robin' = 'in order'): number => {
  const result = simulate(
    scenarioOf({ ...(nic === 'in order' ? inOrder : ideal), topology: leafSpineSpec(1, workload.ranks, 1), workload }),
  );
  expect(result.drops).toBe(0);
  expect(result.boundPs).toBeLessThanOrEqual(result.completionPs!);
  return result.completionPs! - INFORMED;
};

const log2 = (p: number): number => Math.log2(p);
const isPower = (p: number): boolean => Number.isInteger(log2(p));
const divisorOf = (p: number): number => [4, 3, 2, p].find((g) => p % g === 0)!;
const RANKS = [2, 3, 4, 5, 6, 8, 13, 16];

interface Row {
  readonly form: string;
  readonly kind: CollectiveKind;
  readonly algorithm: CollectiveAlgorithm;
  readonly fits?: (p: number) => boolean;
  readonly shape?: (p: number) => CollectiveShape;
  /** The default NIC gives the same: nobody has two messages under way. */
  readonly alsoRoundRobin?: boolean;
}

const servers = (p: number): CollectiveShape => ({ ranksPerServer: divisorOf(p) });
const any = { alsoRoundRobin: true };
const powers = { fits: isPower };

/** Sizes are p whole blocks of 4 or 16 packets, which 1, 2 and 4 chunks cut evenly. */
const EXACT: readonly Row[] = [
  { form: 'F1', kind: 'send-recv', algorithm: 'ring', ...any },
  { form: 'F2', kind: 'broadcast', algorithm: 'binomial', ...powers },
  { form: 'F3', kind: 'broadcast', algorithm: 'scatter-allgather', ...powers },
  { form: 'F5', kind: 'broadcast', algorithm: 'chain', shape: () => ({ chunks: 4 }) },
  { form: 'F7', kind: 'reduce', algorithm: 'binomial', ...powers, ...any },
  { form: 'F5 of a reduce', kind: 'reduce', algorithm: 'chain', shape: () => ({ chunks: 2 }) },
  { form: 'F8', kind: 'reduce', algorithm: 'rabenseifner', ...powers, ...any },
  { form: 'F10', kind: 'gather', algorithm: 'binomial', ...powers, ...any },
  { form: 'F10', kind: 'scatter', algorithm: 'binomial', ...powers },
  { form: 'F11', kind: 'gather', algorithm: 'linear', ...any },
  { form: 'F11', kind: 'scatter', algorithm: 'linear', ...any },
  { form: 'F12', kind: 'reduce-scatter', algorithm: 'recursive-halving', ...powers, ...any },
  { form: 'F14', kind: 'reduce-scatter', algorithm: 'ring', ...any },
  { form: 'F14', kind: 'reduce-scatter', algorithm: 'pairwise', ...any },
  { form: 'F15', kind: 'reduce-scatter', algorithm: 'recursive-doubling', ...powers, ...any },
  { form: 'F16', kind: 'reduce-scatter', algorithm: 'direct', ...any },
  { form: 'F17', kind: 'all-gather', algorithm: 'recursive-doubling', ...powers, ...any },
  { form: 'F18', kind: 'all-gather', algorithm: 'bruck', ...any },
  { form: 'F19', kind: 'all-gather', algorithm: 'ring', ...any },
  { form: 'F20', kind: 'all-gather', algorithm: 'neighbor-exchange', fits: (p) => p % 2 === 0, ...any },
  { form: 'F21', kind: 'all-gather', algorithm: 'direct', ...any },
  { form: 'F22', kind: 'all-reduce', algorithm: 'recursive-doubling', ...powers, ...any },
  { form: 'F24', kind: 'all-reduce', algorithm: 'halving-doubling', ...powers, ...any },
  { form: 'F24', kind: 'all-reduce', algorithm: 'halving-doubling', ...powers, shape: () => ({ order: 'far-first' }), ...any },
  { form: 'F26', kind: 'all-reduce', algorithm: 'ring', ...any },
  { form: 'F26 in chunks', kind: 'all-reduce', algorithm: 'ring', shape: () => ({ chunks: 4 }) },
  { form: 'F27', kind: 'all-reduce', algorithm: 'direct', ...any },
  { form: 'F28', kind: 'all-reduce', algorithm: 'one-shot', ...any },
  { form: 'F31', kind: 'all-reduce', algorithm: 'chain', shape: () => ({ chunks: 4 }) },
  { form: 'F33', kind: 'all-to-all', algorithm: 'bruck', ...any },
  { form: 'F34', kind: 'all-to-all', algorithm: 'pairwise', ...any },
  { form: 'F35', kind: 'all-to-all', algorithm: 'direct', ...any },
  { form: 'F36', kind: 'all-to-all', algorithm: 'ring', ...any },
  { form: 'F37', kind: 'barrier', algorithm: 'dissemination', ...any },
  { form: 'F38', kind: 'all-reduce', algorithm: 'hierarchical', shape: servers, ...any },
  { form: 'F39', kind: 'all-gather', algorithm: 'hierarchical', shape: servers, ...any },
  { form: 'F40', kind: 'all-to-all', algorithm: 'two-step', shape: servers, ...any },
  { form: 'F42', kind: 'all-reduce', algorithm: 'torus', shape: (p) => ({ dims: [divisorOf(p), p / divisorOf(p)] }), ...any },
];

describe.each(EXACT)(
  '$form: $kind by $algorithm takes its closed form to the picosecond',
  ({ kind, algorithm, fits, shape, alsoRoundRobin }) => {
    test.each(RANKS.filter((p) => fits?.(p) ?? true))('on %i ranks', (ranks) => {
      for (const packets of [4, 16]) {
        const sizeBytes = kind === 'barrier' ? 0 : ranks * packets * 4096;
        const spec: CollectiveSpec = { kind, algorithm, sizeBytes, ranks, ...shape?.(ranks) };
        const form = collectiveTime(spec, COST)!;
        expect(form.is).toBe('exact');
        expect(completion(spec)).toBeCloseTo(form.timePs, 2);
        if (alsoRoundRobin === true) expect(completion(spec, 'round robin')).toBeCloseTo(form.timePs, 2);
      }
    });
  },
);

describe('where p is no power of two', () => {
  const upper = [
    ['F2', 'broadcast', 'binomial'],
    ['F4', 'broadcast', 'scatter-allgather'],
    ['F7', 'reduce', 'binomial'],
    ['F10', 'gather', 'binomial'],
    ['F10', 'scatter', 'binomial'],
  ] as const;

  test.each(upper)('%s of %s by %s is an upper bound, short of it by a few latencies', (_form, kind, algorithm) => {
    for (const ranks of [3, 5, 6, 7, 12, 13]) {
      const spec: CollectiveSpec = { kind, algorithm, sizeBytes: ranks * 8 * 4096, ranks };
      const form = collectiveTime(spec, COST)!;
      expect(form.is).toBe('upper bound');
      expect(completion(spec)).toBeLessThanOrEqual(form.timePs);
      expect(completion(spec)).toBeGreaterThan(form.timePs - 4 * ALPHA);
    }
  });

  const folded = [
    ['F9', 'reduce', 'rabenseifner'],
    ['F13', 'reduce-scatter', 'recursive-halving'],
    ['F23', 'all-reduce', 'recursive-doubling'],
    ['F25', 'all-reduce', 'halving-doubling'],
  ] as const;

  // Ranks that do not fold start at once, so that local steps overlap; barriers keep them apart.
  test.each(folded)('%s of %s by %s is the time with a barrier after each step, but for the barriers', (_form, kind, algorithm) => {
    for (const ranks of [3, 5, 6, 7, 12, 13]) {
      const rounds = Math.ceil(log2(ranks));
      const steps = 2 * rounds + 2;
      for (const packets of [4, 64]) {
        const spec: CollectiveSpec = { kind, algorithm, sizeBytes: ranks * 8 * packets * 4096, ranks, sync: 'step' };
        const form = collectiveTime(spec, COST)!;
        expect(form.is).toBe('lower bound');
        const extra = completion(spec) - form.timePs;
        expect(extra).toBeGreaterThanOrEqual(-0.01);
        // Headers of barriers may queue behind each other.
        expect(extra).toBeLessThanOrEqual(steps * rounds * (COST.emptyPs! + ranks * HEADER_TX));
      }
    }
  });

  test.each(folded)('%s of %s by %s is within a factor of 2 where the steps are local', (_form, kind, algorithm) => {
    for (const ranks of [3, 5, 6, 7, 12, 13]) {
      const spec: CollectiveSpec = { kind, algorithm, sizeBytes: ranks * 32 * 4096, ranks };
      const form = collectiveTime(spec, COST)!;
      expect(form.is).toBe('approximate');
      for (const nic of ['in order', 'round robin'] as const) {
        expect(completion(spec, nic) / form.timePs).toBeGreaterThan(0.9);
        expect(completion(spec, nic) / form.timePs).toBeLessThan(2);
      }
    }
  });

  test('halving-doubling works on 2^floor(lg p) blocks: with (p-1)/p in place of (p2-1)/p2 the form would be far above the time', () => {
    const ranks = 6;
    const sizeBytes = ranks * 512 * 4096;
    const spec: CollectiveSpec = { kind: 'all-reduce', algorithm: 'halving-doubling', sizeBytes, ranks, sync: 'step' };
    const withP = 6 * ALPHA + 2 * sizeBytes * (5 / 6 + 1) * COST.betaPsPerByte;
    expect(withP).toBeGreaterThan(1.03 * completion(spec));
  });
});

describe('chains', () => {
  test('take F5 less the latency of all chunks but the first: a port sends the next chunk while one is on its way', () => {
    for (const [ranks, chunks] of [
      [4, 2],
      [7, 8],
      [16, 4],
    ] as const) {
      const sizeBytes = 64 * 4096;
      const spec: CollectiveSpec = { kind: 'broadcast', algorithm: 'chain', sizeBytes, ranks, chunks };
      const printed = (ranks - 2 + chunks) * (ALPHA + (sizeBytes / chunks) * COST.betaPsPerByte);
      expect(completion(spec)).toBeCloseTo(printed - (chunks - 1) * ALPHA, 2);
    }
  });

  test('F6 is the least that F5 has for any number of chunks', () => {
    const sizeBytes = 2 ** 20;
    const printed = (chunks: number): number => (6 + chunks) * (ALPHA + (sizeBytes / chunks) * COST.betaPsPerByte);
    const { chunks, floorPs } = bestChainChunks(8, sizeBytes, COST);
    for (let other = 1; other <= 64; other++) {
      expect(printed(chunks)).toBeLessThanOrEqual(printed(other));
      expect(printed(other)).toBeGreaterThanOrEqual(floorPs * (1 - 1e-12));
    }
    expect(printed(chunks) / floorPs).toBeLessThan(1.001);
  });
});

describe('trees', () => {
  const treeTime = (algorithm: 'tree' | 'double-binary-tree', ranks: number, packets: number, chunks: number) => {
    const spec: CollectiveSpec = { kind: 'all-reduce', algorithm, sizeBytes: packets * 4096, ranks, chunks };
    return { ratio: completion(spec) / collectiveTime(spec, COST)!.timePs, overPort: completion(spec) / (packets * TX) };
  };

  test('F29: a tree takes between half of its form and all of it', () => {
    for (const ranks of [4, 6, 8, 13, 16]) {
      for (const [packets, chunks] of [
        [32, 1],
        [32, 4],
        [256, 32],
      ] as const) {
        const { ratio } = treeTime('tree', ranks, packets, chunks);
        expect(ratio).toBeGreaterThan(0.5);
        expect(ratio).toBeLessThan(1);
      }
    }
  });

  test('F30: a double binary tree of many chunks is within 35 % of its form, and never below the 2 n beta of its inner members', () => {
    for (const ranks of [4, 6, 8, 16]) {
      const { ratio, overPort } = treeTime('double-binary-tree', ranks, 256, 32);
      expect(ratio).toBeGreaterThan(0.9);
      expect(ratio).toBeLessThan(1.35);
      expect(overPort).toBeGreaterThan(2);
    }
  });
});

describe('adding takes time', () => {
  const GAMMA = { ...COST, gammaPsPerByte: 250 };
  const reduceRateBps = 8e12 / 250;

  test.each([
    ['all-reduce', 'ring', 5],
    ['all-reduce', 'ring', 8],
    ['all-reduce', 'halving-doubling', 8],
    ['all-reduce', 'hierarchical', 8],
    ['all-reduce', 'chain', 5],
    ['reduce', 'rabenseifner', 8],
  ] as const)('%s by %s on %i ranks: its gamma term, exactly', (kind, algorithm, ranks) => {
    const spec: CollectiveSpec = { kind, algorithm, sizeBytes: ranks * 4 * 4096, ranks, reduceRateBps, ranksPerServer: 2 };
    expect(completion(spec)).toBeCloseTo(collectiveTime(spec, GAMMA)!.timePs, 2);
  });

  // The last sum is formed when the sender knows already.
  test.each([
    ['reduce-scatter', 'ring', 5],
    ['reduce-scatter', 'pairwise', 6],
    ['reduce-scatter', 'recursive-doubling', 8],
    ['all-reduce', 'recursive-doubling', 8],
    ['reduce', 'binomial', 8],
  ] as const)('%s by %s on %i ranks ends with its last sum', (kind, algorithm, ranks) => {
    const spec: CollectiveSpec = { kind, algorithm, sizeBytes: ranks * 4 * 4096, ranks, reduceRateBps };
    expect(completion(spec) + INFORMED).toBeCloseTo(collectiveTime(spec, GAMMA)!.timePs, 2);
  });

  test('direct adds what has arrived while the rest arrives: F16 is an upper bound', () => {
    const ranks = 6;
    const spec: CollectiveSpec = { kind: 'reduce-scatter', algorithm: 'direct', sizeBytes: ranks * 4 * 4096, ranks, reduceRateBps };
    const { timePs, is } = collectiveTime(spec, GAMMA)!;
    expect(is).toBe('upper bound');
    const ended = completion(spec) + INFORMED;
    expect(ended).toBeLessThanOrEqual(timePs);
    expect(ended).toBeGreaterThan(timePs - ranks * 4 * TX);
  });
});

describe('over a fabric of two levels', () => {
  // One host a leaf: every message crosses the spine, whose links are never shared by two messages of a step.
  test.each([
    ['all-reduce', 'hierarchical'],
    ['all-gather', 'hierarchical'],
    ['all-to-all', 'two-step'],
    ['all-reduce', 'ring'],
    ['all-gather', 'bruck'],
    ['all-to-all', 'pairwise'],
  ] as const)('%s by %s has the latency of four links', (kind, algorithm) => {
    const ranks = 8;
    const workload: CollectiveSpec = { kind, algorithm, sizeBytes: ranks * 8 * 4096, ranks, ranksPerServer: 2 };
    const result = simulate(scenarioOf({ ...inOrder, topology: leafSpineSpec(ranks, 1, 1), workload }));
    const form = collectiveTime(workload, { ...COST, alphaPs: 3 * TX + 4 * DELAY });
    expect(result.completionPs! - 4 * DELAY).toBeCloseTo(form!.timePs, 2);
  });

  test('a flat all-to-all takes at least F41', () => {
    const ranks = 8;
    const workload: CollectiveSpec = { kind: 'all-to-all', algorithm: 'direct', sizeBytes: ranks * 64 * 4096, ranks };
    const result = simulate(scenarioOf({ ...inOrder, topology: leafSpineSpec(4, 2, 1), workload }));
    const slowUplink = { ...COST, betaPsPerByte: 2 * COST.betaPsPerByte, inServer: COST };
    expect(result.completionPs!).toBeGreaterThanOrEqual(flatAllToAllFloorPs(ranks, 2, workload.sizeBytes, slowUplink));
  });
});

test('the difference of ring and halving-doubling all-reduce is latency alone: 2 (p - 1 - log2 p) alpha', () => {
  const p = 8;
  const time = (algorithm: CollectiveAlgorithm): number => completion({ kind: 'all-reduce', algorithm, sizeBytes: p * 40_960, ranks: p });
  expect(time('ring') - time('halving-doubling')).toBe(2 * (p - 1 - log2(p)) * ALPHA);
});
