import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  COLLECTIVE_ALGORITHMS,
  type CollectiveKind,
  type CollectiveShape,
  type CollectiveSpec,
} from '../../../sim/base/collective-spec.ts';
import { collectiveFaults } from '../../../workloads/collectives/check.ts';
import { collectiveSchedule } from '../../../workloads/collectives/collective.ts';
import { shapeProblem } from '../../../workloads/collectives/shape-problem.ts';
import { scenarioRuns } from '../../property-runs.ts';

const kinds = Object.keys(COLLECTIVE_ALGORITHMS) as CollectiveKind[];
const pairs = kinds.flatMap((kind) => COLLECTIVE_ALGORITHMS[kind].map((algorithm) => ({ kind, algorithm })));

/** Numbers whose product is `ranks`. */
function dimsOf(ranks: number, wanted: number): number[] {
  const dims = [];
  for (let rest = ranks, factor = Math.min(wanted, ranks); rest > 1;) {
    while (rest % factor !== 0) factor--;
    dims.push(factor === 1 ? rest : factor);
    rest /= dims.at(-1)!;
    factor = Math.max(2, Math.min(wanted, rest));
  }
  return dims;
}

const isRequired = (kind: CollectiveKind, algorithm: CollectiveSpec['algorithm'], key: keyof CollectiveShape): boolean =>
  (key === 'dims' && algorithm === 'torus') ||
  (key === 'window' && algorithm === 'windowed') ||
  (key === 'sizes' && kind === 'all-to-all-v');

const ROOTED = /^(broadcast|reduce|gather|scatter)$/;

/** Every collective by every algorithm in every shape: what the algorithm does not take is left out, what it needs is there. */
function specOf(kind: CollectiveKind, algorithm: CollectiveSpec['algorithm'], drawn: Drawn): CollectiveSpec {
  const { grouped, perServer } = drawn;
  const step = algorithm === 'neighbor-exchange' ? 2 : 1;
  const raw = Math.ceil(drawn.members / step) * step;
  const isDoublingGather = kind === 'all-gather' && algorithm === 'recursive-doubling';
  const needsServers = /hierarchical|two-step|nvls/.test(algorithm);
  const stride = grouped && !needsServers ? drawn.stride : 1;
  const inServer = algorithm === 'nvls' ? raw : Math.max(needsServers ? 2 : 1, perServer);
  const least = algorithm === 'nvls-tree' ? 2 * inServer : inServer;
  const whole = Math.max(least, Math.ceil(raw / inServer) * inServer);
  const members = isDoublingGather ? 2 ** Math.floor(Math.log2(raw)) : step === 2 ? raw : whole;
  const candidates: CollectiveShape = {
    ...(ROOTED.test(kind) ? { root: drawn.root % members } : {}),
    channels: drawn.channels,
    bidirectional: drawn.bidirectional,
    chunks: drawn.chunks,
    window: drawn.window,
    order: drawn.order,
    dims: dimsOf(members, drawn.window + 1),
    ...(kind === 'all-to-all-v' ? { sizes: matrix(members, drawn.sizeBytes) } : {}),
    reduceRateBps: 8e11,
    pxn: drawn.pxn,
    sync: drawn.sync,
  };
  const fixed: CollectiveShape = { ranksPerServer: inServer * stride, ...(grouped ? { groups: { size: members, stride } } : {}) };
  const ranks = members * stride * (grouped ? 2 : 1);
  const base = { kind, algorithm, sizeBytes: kind === 'barrier' ? 0 : drawn.sizeBytes, ranks, ...fixed };
  let shape: CollectiveShape = Object.fromEntries(
    Object.entries(candidates).filter(([key]) => isRequired(kind, algorithm, key as keyof CollectiveShape)),
  );
  // One key after the other, as far as they go together.
  for (const key of Object.keys(candidates) as (keyof CollectiveShape)[]) {
    const more = { ...shape, [key]: candidates[key] };
    if (shapeProblem(kind, algorithm, ranks, { ...base, ...more }) === null) shape = more;
  }
  return { ...base, ...shape };
}

interface Drawn {
  readonly members: number;
  readonly sizeBytes: number;
  readonly root: number;
  readonly channels: number;
  readonly bidirectional: boolean;
  readonly chunks: number;
  readonly window: number;
  readonly order: 'near-first' | 'far-first';
  readonly pxn: boolean;
  readonly sync: 'local' | 'step';
  readonly grouped: boolean;
  readonly stride: number;
  readonly perServer: number;
}

/** Many members or many parallel rings, not both: a run would take seconds. */
const drawn = fc
  .record({
    members: fc.oneof(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 64 })),
    sizeBytes: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 100_000 })),
    root: fc.nat(63),
    channels: fc.integer({ min: 1, max: 4 }),
    bidirectional: fc.boolean(),
    chunks: fc.integer({ min: 1, max: 5 }),
    window: fc.integer({ min: 1, max: 5 }),
    order: fc.constantFrom('near-first' as const, 'far-first' as const),
    pxn: fc.boolean(),
    sync: fc.constantFrom('local' as const, 'step' as const),
    grouped: fc.boolean(),
    stride: fc.integer({ min: 1, max: 3 }),
    perServer: fc.integer({ min: 1, max: 4 }),
  })
  .map((each) =>
    each.members > 16 ? { ...each, channels: 1, chunks: Math.min(2, each.chunks), bidirectional: false, grouped: false } : each,
  );

const matrix = (members: number, seed: number): number[][] =>
  Array.from({ length: members }, (_, r) => Array.from({ length: members }, (_, d) => (r * 7919 + d * 104_729 + seed) % 13));

describe.each(pairs)('$kind by $algorithm', ({ kind, algorithm }) => {
  test.prop([drawn], { numRuns: scenarioRuns(8) })(
    'is proved to leave every contribution exactly once where it belongs, for 2..64 ranks, any size and any shape',
    (choice) => {
      const spec = specOf(kind, algorithm, choice);
      expect([spec, collectiveFaults(spec)]).toEqual([spec, []]);
    },
  );

  test('is right at and beside powers of two', () => {
    for (const ranks of [2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33]) {
      const shape: CollectiveShape = {
        ...(isRequired(kind, algorithm, 'window') ? { window: 2 } : {}),
        ...(isRequired(kind, algorithm, 'dims') ? { dims: dimsOf(ranks, 3) } : {}),
        ...(isRequired(kind, algorithm, 'sizes') ? { sizes: matrix(ranks, 1) } : {}),
        ...(/hierarchical|two-step|nvls-tree/.test(algorithm) ? { ranksPerServer: dimsOf(ranks, 4)[0]! } : {}),
        ...(algorithm === 'nvls' ? { ranksPerServer: ranks } : {}),
      };
      const spec = { kind, algorithm, sizeBytes: kind === 'barrier' ? 0 : 1000 * ranks + 7, ranks, ...shape };
      if (shapeProblem(kind, algorithm, ranks, spec) === null) expect([spec, collectiveFaults(spec)]).toEqual([spec, []]);
      else expect(['recursive-doubling', 'neighbor-exchange', 'nvls-tree']).toContain(algorithm);
    }
  });

  test('sends nothing on one rank', () => {
    const shape: CollectiveShape = { window: 1, dims: [1], sizes: [[5]] };
    const own = Object.fromEntries(Object.entries(shape).filter(([key]) => isRequired(kind, algorithm, key as keyof CollectiveShape)));
    const spec: CollectiveSpec = { kind, algorithm, sizeBytes: 64, ranks: 1, ...own };
    // Algorithms that need partners refuse.
    if (shapeProblem(kind, algorithm, 1, spec) === null) expect(collectiveSchedule(spec).ops).toBe(0);
    else expect(['hierarchical', 'two-step', 'neighbor-exchange', 'nvls', 'nvls-tree']).toContain(algorithm);
  });
});
