import { describe, expect, test } from 'vitest';
import type { MoeRouting, MoeSpec } from '../../../sim/base/moe-spec.ts';
import { SEND } from '../../../sim/base/schedule.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import { BeladyCache } from '../../../workloads/moe/belady-cache.ts';
import { bytesSent, execute, sendsOf } from '../execute.ts';
import { base, mean, total } from './layers.ts';

const small: MoeSpec = { ...base, ranks: 8, experts: 32, topk: 2, tokens: 64, dispatchBytesPerToken: 10, combineBytesPerToken: 20 };
const compute = { attentionPs: 0, launchPs: 0, expert: { perTokenPs: 1000 }, alignment: 1 } as const;

/** Bytes from each rank to each other in the phases whose names match. */
function matrix(spec: MoeSpec, phase: RegExp, seed = 1): number[][] {
  const { schedule } = buildWorkload(spec, seed);
  const bytes = Array.from({ length: spec.ranks }, () => Array.from({ length: spec.ranks }, () => 0));
  for (const op of sendsOf(schedule)) {
    if (phase.test(schedule.phaseNames[schedule.phase[op]!]!)) bytes[schedule.rank[op]!]![schedule.peer[op]!]! += schedule.bytes[op]!;
  }
  return bytes;
}
const columns = (bytes: readonly number[][]): number[] => bytes.map((_, d) => total(bytes.map((row) => row[d]!)));

describe('THOR', () => {
  const thor = (change: Partial<Extract<MoeRouting, { kind: 'thor' }>>): MoeSpec => ({
    ...small,
    topk: 1,
    routing: { kind: 'thor', level: 'batch', sequenceLength: 8, sharedDraw: true, move: 'tokens', ...change },
  });

  test('with one draw for all is an incast: every other rank sends all its tokens to one', () => {
    for (const seed of [1, 2, 3]) {
      const received = columns(matrix(thor({}), /dispatch/, seed)).filter((bytes) => bytes > 0);
      expect(received).toEqual([7 * 64 * 10]);
    }
  });

  test("with a draw a rank sends each rank's batch as a whole", () => {
    const bytes = matrix(thor({ sharedDraw: false }), /dispatch/);
    for (const row of bytes) expect([[], [640]]).toContainEqual(row.filter((each) => each > 0));
    expect(columns(bytes).filter((each) => each > 0).length).toBeGreaterThan(1);
  });

  test('by sentences sends blocks of their length', () => {
    for (const each of matrix(thor({ level: 'sentence', sharedDraw: false }), /dispatch/).flat()) expect(each % 80).toBe(0);
  });

  test('spreads the receive load of sentences as sqrt(2 ln G len / T) says: 1.30, 1.63 and 2.3 times the mean at 8, 32 and 128', () => {
    for (const [sequenceLength, wanted] of [
      [8, 1.3],
      [32, 1.63],
      [128, 2.3],
    ] as const) {
      const spec = { ...base, topk: 1, routing: thor({ level: 'sentence', sharedDraw: false, sequenceLength }).routing };
      const measured = mean([1, 2, 3, 4, 5, 6].map((seed) => buildWorkload(spec, seed).facts['receive_max_over_mean']!));
      expect(Math.abs(measured / wanted - 1)).toBeLessThan(0.1);
    }
  });

  test('moves the weights instead: one expert to each rank that uses it, and its gradient back', () => {
    const spec = {
      ...thor({ move: 'parameters' }),
      phase: 'training' as const,
      hidden: 2,
      expert: { inner: 5, weightBytes: 2, loadBps: 1 },
    };
    const weights = 3 * 2 * 5 * 2;
    for (const phase of [/pass 0 parameters/, /pass 1 parameters/]) {
      const bytes = matrix(spec, phase);
      expect(bytes.flat().filter((each) => each > 0)).toEqual(Array.from({ length: 7 }, () => weights));
      expect(bytes.filter((row) => total(row) > 0).length).toBe(1);
    }
    expect(columns(matrix(spec, /pass 0 gradient of parameters/)).filter((each) => each > 0)).toEqual([7 * weights]);
  });

  test('runs two forward passes a training step, one after the other, with draws of their own, and both backwards', () => {
    const spec = { ...thor({ level: 'token', sharedDraw: false }), phase: 'training' as const };
    expect(buildWorkload(spec, 1).schedule.phaseNames).toEqual(
      [
        ...['pass 0 dispatch', 'pass 0 combine', 'pass 1 dispatch', 'pass 1 combine'],
        ...['pass 1 gradient of combine', 'pass 1 gradient of dispatch', 'pass 0 gradient of combine', 'pass 0 gradient of dispatch'],
      ].map((name) => `moe layer 0 ${name}`),
    );
    expect(matrix(spec, /pass 0 dispatch/)).not.toEqual(matrix(spec, /pass 1 dispatch/));
  });
});

describe('Read-ME', () => {
  const readMe = (change: Partial<Extract<MoeRouting, { kind: 'read-me' }>>, layers = 3): MoeSpec => ({
    ...small,
    layers,
    topk: 1,
    routing: {
      ...{ kind: 'read-me', base: { kind: 'uniform' }, maxExpertsPerBatch: 4, window: 1024, maxWait: null, lookahead: 1 },
      ...{ cache: null, migrate: 'per-layer', ...change },
    } as MoeRouting,
  });

  test('touches at most so many ranks, the same in all layers', () => {
    const bytes = [0, 1, 2].map((layer) => matrix(readMe({}), new RegExp(`layer ${layer} dispatch`)));
    expect(columns(bytes[0]!).filter((each) => each > 0).length).toBeLessThanOrEqual(4);
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
  });

  test('fills batches from a large window, and not from one of few tokens of the chosen experts', () => {
    expect(buildWorkload(readMe({}), 1).facts['batch_fill']).toBe(1);
    expect(buildWorkload(readMe({ window: 64 }), 1).facts['batch_fill']).toBeLessThan(0.3);
  });

  test('sends a token that migrates once before the first layer and back after the last', () => {
    const { schedule } = buildWorkload(readMe({ migrate: 'once' }), 1);
    expect(schedule.phaseNames).toEqual(['moe layer 0 dispatch', 'moe layer 2 combine']);
    expect(execute(schedule, 1).stuck).toEqual([]);
  });

  test('puts those that waited too long first', () => {
    // Expert 0 dominates; without a limit the others, on other ranks, starve.
    const skewed = { base: { kind: 'zipf', s: 2, permute: false } as const, maxExpertsPerBatch: 1 };
    const used = (maxWait: number | null): number => {
      const spec = { ...readMe({ ...skewed, maxWait, window: 128 }, 1), microbatches: 12 };
      return columns(matrix(spec, /dispatch/)).filter((each) => each > 0).length;
    };
    expect(used(3)).toBeGreaterThan(used(null));
  });

  test('loads the experts that its cache does not hold', () => {
    const shape = { tokens: 1024, experts: 8, microbatches: 4 };
    const facts = (cache: number | null) =>
      buildWorkload({ ...readMe({ cache, maxExpertsPerBatch: 8, window: 1024 }, 1), ...shape }, 1).facts;
    // All 8 experts in each of 4 batches, one a rank: loaded once.
    expect(facts(1)['cache_hit_share']).toBe(0.75);
    // Without a cache they are there from the start.
    expect(facts(null)['cache_hit_share']).toBe(1);
    const two = buildWorkload({ ...readMe({ cache: 1, maxExpertsPerBatch: 16, window: 1024 }, 1), ...shape, experts: 16 }, 1).facts;
    // Two a rank in one slot: each batch uses both, one after the other.
    expect(two['cache_hit_share']).toBeLessThan(0.5);
  });

  test('gives up the expert whose next use is farthest', () => {
    const cache = new BeladyCache(1, 2);
    const next =
      (uses: Readonly<Record<number, number>>) =>
      (expert: number): number =>
        uses[expert] ?? Infinity;
    expect(cache.use(0, 5, next({}))).toBe(false);
    expect(cache.use(0, 6, next({}))).toBe(false);
    expect(cache.use(0, 7, next({ 5: 3, 6: 9 }))).toBe(false);
    expect(cache.use(0, 5, next({}))).toBe(true);
    expect(cache.use(0, 6, next({}))).toBe(false);
  });
});

describe('ExpertFlow', () => {
  const flow = (change: Partial<Extract<MoeRouting, { kind: 'expertflow' }>>): MoeSpec => ({
    ...small,
    layers: 2,
    routing: { kind: 'expertflow', base: { kind: 'uniform' }, accuracy: 0.8, groups: 4, window: 64, onMiss: 'second-dispatch', ...change },
  });

  test('sends every selection once, in the first or the second dispatch, and all of them back', () => {
    const spec = { ...flow({}), scheme: 'per-expert' as const };
    const [first, second, combine] = [/\d dispatch/, /second dispatch/, /combine/].map((phase) => total(matrix(spec, phase).flat()));
    expect((first! + second!) / 10).toBe(combine! / 20);
    expect(second! / (first! + second!)).toBeCloseTo(0.2, 1);
    expect(buildWorkload(spec, 1).facts['mispredicted_share']).toBeCloseTo(0.2, 1);
  });

  test('has no second dispatch to send when every prediction is right', () => {
    expect(total(matrix(flow({ accuracy: 1 }), /second dispatch/).flat())).toBe(0);
  });

  test('deals the tokens of each rank out evenly to micro-batches that follow each other', () => {
    const { schedule } = buildWorkload({ ...flow({}), compute }, 1);
    expect(schedule.phaseNames.slice(0, 6)).toEqual(
      [
        '0 pass 0 dispatch',
        '0 pass 0 second dispatch',
        '0 pass 0 combine',
        '1 pass 0 dispatch',
        '1 pass 0 second dispatch',
        '1 pass 0 combine',
      ].map((name) => `moe layer ${name}`),
    );
    expect(schedule.phaseNames.length).toBe(2 * 4 * 3);
    // 64 tokens of 2 experts on each of 8 ranks, in 4 groups and 2 layers.
    const busyPs = schedule.durationPs.reduce((sum, ps) => sum + ps, 0);
    expect(busyPs).toBe(8 * 64 * 2 * 2 * 1000);
  });

  test('makes micro-batches of few experts out of sequences with routes of their own', () => {
    const own = { kind: 'dirichlet', a: 0.05, scope: 'sequence', sequenceLength: 16 } as const;
    const ranks = (groups: number): number => {
      const bytes = Array.from({ length: groups }, (_, pass) =>
        matrix({ ...flow({ base: own, accuracy: 1, groups }), layers: 1 }, groups === 1 ? /dispatch/ : new RegExp(`pass ${pass} dispatch`)),
      );
      return mean(bytes.map((each) => each.flat().filter((sent) => sent > 0).length));
    };
    expect(ranks(4)).toBeLessThan(0.9 * ranks(1));
  });

  test('loads missing experts instead: W bytes each at the rate of the host', () => {
    const { schedule } = buildWorkload(
      { ...flow({ onMiss: 'fetch-expert', accuracy: 0, groups: 16 }), expert: { inner: 8, weightBytes: 2, loadBps: 8e9 } },
      1,
    );
    const loads = schedule.durationPs.filter((ps) => ps > 0);
    expect(schedule.phaseNames.some((name) => name.includes('second'))).toBe(false);
    // 3 matrices of 7168 x 8 of 2 bytes at 1 GB/s.
    const onePs = 3 * 7168 * 8 * 2 * 1000;
    expect(loads.length).toBeGreaterThan(0);
    for (const ps of loads) expect(ps % onePs).toBe(0);
  });
});

describe('PreMoe', () => {
  const premoe = (change: Partial<Extract<MoeRouting, { kind: 'premoe' }>>): MoeSpec => ({
    ...small,
    routing: { kind: 'premoe', base: { kind: 'zipf', s: 1, permute: false }, keep: 8, repack: false, taskSwitchEvery: null, ...change },
  });

  test('leaves the most popular experts where they are: only their ranks receive', () => {
    // Without permutation the 8 most popular are experts 0..7, on ranks 0 and 1.
    const received = columns(matrix(premoe({}), /dispatch/));
    expect(received.map((bytes) => bytes > 0)).toEqual([true, true, false, false, false, false, false, false]);
  });

  test('repacked, the same tokens stay among as few ranks as held as many experts', () => {
    const spec = premoe({ base: { kind: 'uniform' }, repack: true, keep: 10 });
    const sent = matrix(spec, /dispatch/);
    expect(
      sent
        .slice(3)
        .flat()
        .every((bytes) => bytes === 0),
    ).toBe(true);
    expect(
      columns(sent)
        .slice(0, 3)
        .every((bytes) => bytes > 0),
    ).toBe(true);
    const { schedule } = buildWorkload({ ...spec, compute }, 1);
    expect(schedule.durationPs.reduce((sum, ps) => sum + ps, 0)).toBe(8 * 64 * 2 * 1000);
  });

  test('changes its experts with the task, and loads them before', () => {
    const spec = {
      ...premoe({ base: { kind: 'uniform' }, taskSwitchEvery: 1 }),
      microbatches: 2,
      expert: { inner: 1, weightBytes: 1, loadBps: 8e12 },
    };
    expect(matrix(spec, /pass 0 dispatch/)).not.toEqual(matrix(spec, /pass 1 dispatch/));
    const { schedule } = buildWorkload(spec, 1);
    // 8 experts of 3 x 7168 bytes at a byte a picosecond, over all ranks.
    expect(schedule.durationPs.reduce((sum, ps) => sum + ps, 0)).toBe(8 * 3 * 7168);
  });
});

describe('T2MIR', () => {
  const t2mir = (change: Partial<Extract<MoeRouting, { kind: 't2mir' }>>): MoeSpec => ({
    ...small,
    ranks: 4,
    experts: 14,
    topk: 4,
    routing: {
      ...{ kind: 't2mir', tokenExperts: 6, tokenK: 2, taskExperts: 8, taskK: 2, hard: true, sequenceLength: 16, tasksPerGpu: 2 },
      ...{ channels: 'separate', ...change },
    } as MoeRouting,
  });

  test('with a hard gate sends task-wise tokens in whole sequences', () => {
    for (const bytes of matrix({ ...t2mir({}), scheme: 'per-expert' }, /task-wise dispatch/).flat()) expect(bytes % (16 * 10)).toBe(0);
    expect(
      matrix(t2mir({ hard: false }), /task-wise dispatch/)
        .flat()
        .every((bytes) => bytes % 160 === 0),
    ).toBe(false);
  });

  test('returns half the features of each kind', () => {
    const spec = t2mir({});
    for (const half of ['token-wise', 'task-wise']) {
      const out = matrix(spec, new RegExp(`${half} dispatch`));
      const back = matrix(spec, new RegExp(`${half} combine`));
      out.forEach((row, s) => row.forEach((bytes, d) => expect(back[d]![s]).toBe(bytes)));
    }
  });

  test('on one channel sends a token once to a rank that holds experts of both kinds', () => {
    const [token, task, shared] = [
      matrix(t2mir({}), /token-wise dispatch/),
      matrix(t2mir({}), /task-wise dispatch/),
      matrix(t2mir({ channels: 'shared' }), /dispatch/),
    ];
    shared.forEach((row, s) =>
      row.forEach((bytes, d) => {
        expect(bytes).toBeGreaterThanOrEqual(Math.max(token[s]![d]!, task[s]![d]!));
        expect(bytes).toBeLessThanOrEqual(token[s]![d]! + task[s]![d]!);
      }),
    );
    expect(total(shared.flat())).toBeLessThan(total(token.flat()) + total(task.flat()));
  });

  test('posts both exchanges at once', () => {
    const { schedule } = buildWorkload(t2mir({}), 1);
    const first = sendsOf(schedule).filter((op) => schedule.depOffset[op] === schedule.depOffset[op + 1]);
    expect(new Set(first.map((op) => schedule.phaseNames[schedule.phase[op]!]))).toEqual(
      new Set(['moe layer 0 token-wise dispatch', 'moe layer 0 task-wise dispatch']),
    );
  });
});

describe('every system', () => {
  const routings: readonly MoeRouting[] = [
    { kind: 'thor', level: 'sentence', sequenceLength: 8, sharedDraw: false, move: 'tokens' },
    { kind: 'thor', level: 'token', sequenceLength: 8, sharedDraw: false, move: 'parameters' },
    {
      kind: 'read-me',
      base: { kind: 'uniform' },
      maxExpertsPerBatch: 5,
      window: 64,
      maxWait: 1,
      lookahead: 2,
      cache: 1,
      migrate: 'per-layer',
    },
    { kind: 'expertflow', base: { kind: 'uniform' }, accuracy: 0.5, groups: 3, window: 20, onMiss: 'second-dispatch' },
    { kind: 'expertflow', base: { kind: 'uniform' }, accuracy: 0.5, groups: 3, window: 20, onMiss: 'fetch-expert' },
    { kind: 'premoe', base: { kind: 'uniform' }, keep: 9, repack: true, taskSwitchEvery: 1 },
    {
      kind: 't2mir',
      tokenExperts: 6,
      tokenK: 2,
      taskExperts: 26,
      taskK: 2,
      hard: true,
      sequenceLength: 8,
      tasksPerGpu: 1,
      channels: 'separate',
    },
    { kind: 'hot-rank', ratio: 2, rank: 1 },
    { kind: 'sticky', rho: 0.5, sequenceLength: 8, base: { kind: 'uniform' } },
  ];
  test.each(routings.map((routing) => [routing.kind, routing] as const))(
    'trains to its end, chunked and with counts, in any order of messages: %s',
    (kind, routing) => {
      const topk = kind === 'thor' || kind === 'read-me' ? 1 : kind === 't2mir' ? 4 : 2;
      const isOwnBatches = kind === 'expertflow';
      const spec: MoeSpec = {
        ...small,
        topk,
        routing,
        layers: 2,
        phase: 'training',
        counts: true,
        chunks: 3,
        microbatches: isOwnBatches ? 1 : 2,
        compute,
      };
      const { schedule } = buildWorkload(spec, 5);
      expect(execute(schedule, 3).stuck).toEqual([]);
      expect(bytesSent(schedule).every(Number.isInteger)).toBe(true);
      expect(schedule.kind.some((each) => each === SEND)).toBe(true);
    },
  );

  test('a hot rank receives the ratio times the mean of the others, within 6 %', () => {
    for (const ratio of [1, 2, 4]) {
      const bytes = columns(
        matrix(
          { ...base, experts: 64, topk: 4, ranks: 16, scheme: 'per-expert', routing: { kind: 'hot-rank', ratio, rank: 3 } },
          /dispatch/,
        ),
      );
      const others = mean(bytes.filter((_, d) => d !== 3));
      expect(Math.abs(bytes[3]! / others / ratio - 1)).toBeLessThan(0.06);
    }
  });

  test('sticky tokens repeat the experts of the one before with probability rho', () => {
    const spec: MoeSpec = {
      ...small,
      experts: 256,
      tokens: 2000,
      ranks: 2,
      topk: 1,
      routing: { kind: 'sticky', rho: 1, sequenceLength: 100, base: { kind: 'uniform' } },
    };
    for (const bytes of matrix(spec, /dispatch/).flat()) expect(bytes % 1000).toBe(0);
  });
});
