import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import type { CapacitySpec, MoeSpec } from '../../../sim/base/moe-spec.ts';
import { setupStream } from '../../../sim/base/random.ts';
import { buildWorkload } from '../../../workloads/build-workload.ts';
import { applyCapacity } from '../../../workloads/moe/capacity.ts';
import { type Choices, expertLoads, NO_EXPERT } from '../../../workloads/moe/choices.ts';
import { expertGroups, groupOf } from '../../../workloads/moe/groups.ts';
import { limitedByKeys, limitedByRejection, limitedGate } from '../../../workloads/moe/limited-gate.ts';
import { coActivation } from '../../../workloads/moe/placement.ts';
import { countCopies } from '../../../workloads/moe/token-copies.ts';
import { execute, sendsOf, waitsOf } from '../execute.ts';
import { base, drawLayer, total } from './layers.ts';

/** Random choices of distinct experts. */
const anyChoices = fc
  .record({
    servers: fc.integer({ min: 1, max: 4 }),
    perServer: fc.integer({ min: 1, max: 3 }),
    tokens: fc.integer({ min: 1, max: 12 }),
    k: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
  })
  .map(({ servers, perServer, tokens, k, seed }) => {
    const sources = servers * perServer;
    const experts = 4 * sources;
    const stream = setupStream(seed, 'test', 0);
    const order = Int32Array.from({ length: experts }, (_, e) => e);
    const expert = Int32Array.from({ length: sources * tokens }, () => 0);
    const choices: Choices = { sources, tokens, k, expert: new Int32Array(expert.length * k) };
    expert.forEach((_, token) => choices.expert.set(stream.shuffle(order).subarray(0, k), token * k));
    const group = groupOf(
      Int32Array.from({ length: sources }, (_, rank) => rank),
      perServer,
    );
    return { choices, experts, group, destination: choices.expert.map((e) => Math.floor(e / 4)) };
  });

describe('token copies', () => {
  test.prop([anyChoices])(
    'per-node sends no more between servers than per-gpu, and that no more than per-expert',
    ({ choices, group, destination }) => {
      const between = (scheme: MoeSpec['scheme']): number => {
        const { copies, toServer } = countCopies(choices, destination, { from: 0, to: choices.tokens }, group, scheme);
        if (scheme === 'per-node')
          return total(toServer.filter((_, i) => group.serverOf[Math.floor(i / group.servers)] !== i % group.servers));
        return total(copies.filter((_, i) => group.serverOf[Math.floor(i / group.size)] !== group.serverOf[i % group.size]));
      };
      expect(between('per-node')).toBeLessThanOrEqual(between('per-gpu'));
      expect(between('per-gpu')).toBeLessThanOrEqual(between('per-expert'));
    },
  );

  test.prop([anyChoices, fc.nat()])('another numbering of the GPUs permutes X', ({ choices, group, destination }, seed) => {
    const { sources, tokens, k } = choices;
    const number = setupStream(seed, 'test', 1).shuffle(Int32Array.from({ length: sources }, (_, i) => i));
    const renamed = { ...choices, expert: choices.expert.slice() };
    const target = destination.slice();
    for (let s = 0; s < sources; s++) {
      const row = destination.subarray(s * tokens * k, (s + 1) * tokens * k);
      target.set(
        row.map((d) => number[d]!),
        number[s]! * tokens * k,
      );
    }
    const range = { from: 0, to: tokens };
    const before = countCopies(choices, destination, range, group, 'per-gpu').copies;
    const after = countCopies(renamed, target, range, group, 'per-gpu').copies;
    for (let s = 0; s < sources; s++)
      for (let d = 0; d < sources; d++) expect(after[number[s]! * sources + number[d]!]).toBe(before[s * sources + d]);
  });
});

describe('node-limited routing', () => {
  const spec: MoeSpec = { ...base, ranks: 16, ranksPerServer: 4, experts: 64, tokens: 200 };

  test.each(['max', 'top2'] as const)('never touches more servers than it keeps: %s', (score) => {
    for (const keep of [1, 2, 3]) {
      const { choices, group } = drawLayer({ ...spec, topk: 6, limit: { groups: 4, keep, score } }, 2);
      for (let at = 0; at < choices.expert.length; at += 6) {
        const experts = choices.expert.subarray(at, at + 6);
        expect(new Set(experts).size).toBe(6);
        expect(new Set(experts.map((e) => group.serverOf[Math.floor(e / 4)]!)).size).toBeLessThanOrEqual(keep);
      }
    }
  });

  test('has one distribution whether it draws experts one by one or the keys of all (chi-square, p = 0.001)', () => {
    const weights = [4, 1, 2, 2, 1, 3];
    const limit = { groups: 3, keep: 2, score: 'max' } as const;
    const draws = 30_000;
    const gates = [limitedByRejection(Float64Array.from(weights), 13, limit), limitedByKeys(Float64Array.from(weights, Math.log), limit)];
    const counts = gates.map((gate, i) => {
      const stream = setupStream(5, 'test', i);
      const chosen = new Int32Array(3);
      const seen = new Map<string, number>();
      for (let n = 0; n < draws; n++) {
        gate(stream, chosen);
        seen.set(chosen.join(), (seen.get(chosen.join()) ?? 0) + 1);
      }
      return seen;
    });
    const outcomes = new Set(counts.flatMap((seen) => [...seen.keys()]));
    let chiSquare = 0;
    for (const outcome of outcomes) {
      const [a, b] = counts.map((seen) => seen.get(outcome) ?? 0);
      chiSquare += (a! - b!) ** 2 / (a! + b!);
    }
    // Three of four experts in two of three groups of two, in order: 72 outcomes; 71 degrees of freedom.
    expect(outcomes.size).toBe(72);
    expect(chiSquare).toBeLessThan(112.3);
  });

  test('keeps the pair of groups whose two best are best, not that of the single best', () => {
    const weights = Float64Array.of(0, -30, -0.5, -0.5);
    const gate = limitedGate(weights, { groups: 2, keep: 1, score: 'top2' }, 1);
    const stream = setupStream(1, 'test', 0);
    const chosen = new Int32Array(1);
    let second = 0;
    for (let n = 0; n < 4000; n++) {
      gate(stream, chosen);
      if (chosen[0]! >= 2) second++;
    }
    // By the single best, group 1 would be kept with probability 2 e^-0.5 / (1 + 2 e^-0.5) = 0.55.
    expect(second / 4000).toBeGreaterThan(0.6);
  });
});

describe('capacity', () => {
  test.prop([anyChoices, fc.constantFrom(0.25, 0.5, 1, 1.25, 2)])(
    'gshard: no expert has more than C tokens, and those above are dropped',
    ({ choices, experts }, factor) => {
      const capacity: CapacitySpec = { rule: 'gshard', factor, mode: 'drop', alignment: 1 };
      const { choices: capped, dropped } = applyCapacity(choices, experts, capacity);
      const C = Math.ceil((factor * choices.k * choices.sources * choices.tokens) / experts);
      const loads = expertLoads(choices, experts);
      expectLoads(expertLoads(capped, experts), loads, C);
      expect(dropped).toBe(total(loads.map((load) => Math.max(0, load - C))));
    },
  );

  const expectLoads = (after: Float64Array, before: Float64Array, C: number): void =>
    after.forEach((load, e) => expect(load).toBe(Math.min(C, before[e]!)));

  const one: Choices = { sources: 1, tokens: 4, k: 2, expert: Int32Array.of(0, 1, 1, 0, 0, 1, 1, 2) };

  test('tutel: second choices queue behind all first choices', () => {
    // C = 2 floor(0.5 ceil(4 / 4)) = 0 and 2 floor(1 * 1) = 2: expert 0 keeps the first choices of tokens 0 and 2, expert 1 those of 1 and 3.
    const { choices, dropped, slots } = applyCapacity(one, 4, { rule: 'tutel', factor: 1, mode: 'drop', alignment: 1 });
    expect(slots).toBe(2);
    expect([...choices.expert]).toEqual([0, NO_EXPERT, 1, NO_EXPERT, 0, NO_EXPERT, 1, 2]);
    expect(dropped).toBe(3);
  });

  test('tutel: factor 0 is the largest load, a negative one limits it, alignment rounds up', () => {
    const slots = (factor: number, alignment = 1): number =>
      applyCapacity(one, 4, { rule: 'tutel', factor, mode: 'drop', alignment }).slots;
    expect([slots(0), slots(-1), slots(-2), slots(0, 8)]).toEqual([4, 2, 4, 8]);
  });

  test('padded slots are sent full whatever the routing: e_G C to each other rank', () => {
    const spec: MoeSpec = {
      ...base,
      ranks: 4,
      experts: 8,
      topk: 2,
      tokens: 10,
      scheme: 'per-expert',
      dispatchBytesPerToken: 1,
      ranksPerServer: 1,
    };
    const { schedule } = buildWorkload({ ...spec, capacity: { rule: 'tutel', factor: 1.5, mode: 'pad', alignment: 1 } }, 1);
    // C = 2 floor(1.5 ceil(10 / 8)) = 6 for each of 2 experts a rank.
    for (const op of sendsOf(schedule)) if (schedule.phase[op] === 0) expect(schedule.bytes[op]).toBe(12);
    expect(sendsOf(schedule).length).toBe(2 * 4 * 3);
  });
});

describe('expert-parallel groups', () => {
  test('are consecutive ranks, or ranks as far apart as there are groups', () => {
    const ranks = (layout: MoeSpec['layout']) =>
      expertGroups({ ranks: 6, groupSize: 3, layout, ranksPerServer: 2 }).map((group) => [...group.ranks]);
    expect(ranks('contiguous')).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(ranks('strided')).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
  });

  test('keep their exchanges to themselves', () => {
    for (const layout of ['contiguous', 'strided'] as const) {
      const spec: MoeSpec = { ...base, ranks: 16, groupSize: 4, layout, experts: 8, topk: 2, tokens: 20 };
      const { schedule } = buildWorkload(spec, 1);
      const groups = expertGroups(spec).map((group) => [...group.ranks]);
      for (const op of sendsOf(schedule)) {
        const own = groups.find((group) => group.includes(schedule.rank[op]!))!;
        expect(own).toContain(schedule.peer[op]);
      }
    }
  });
});

describe('schemes of two hops', () => {
  const spec: MoeSpec = {
    ...base,
    ranks: 6,
    ranksPerServer: 3,
    experts: 12,
    topk: 3,
    tokens: 30,
    dispatchBytesPerToken: 1,
    combineBytesPerToken: 1,
  };

  test('per-node: every send between servers joins the same local index, and forwards wait for what they forward', () => {
    const { schedule } = buildWorkload({ ...spec, scheme: 'per-node' }, 1);
    for (const op of sendsOf(schedule)) {
      const [src, dst] = [schedule.rank[op]!, schedule.peer[op]!];
      if (Math.floor(src / 3) !== Math.floor(dst / 3)) expect(src % 3).toBe(dst % 3);
      if (schedule.phaseNames[schedule.phase[op]!] !== 'moe layer 0 dispatch step 1') continue;
      const brought = waitsOf(schedule, op).map((wait) => Number(wait.split(' ')[1]));
      expect(brought.map((receive) => [schedule.rank[receive], schedule.peer[receive]! % 3])).toEqual([[src, src % 3]]);
    }
  });

  test.each(['per-expert', 'per-gpu', 'per-node', 'two-step', 'all-gather'] as const)(
    '%s brings every rank what X says, in any order of messages',
    (scheme) => {
      const { schedule } = buildWorkload({ ...spec, scheme, layers: 2, phase: 'training' }, 4);
      expect(execute(schedule, 9).stuck).toEqual([]);
      // Bytes into a server from outside are those that its GPUs hold in the end, and come back by the way they came.
      const crossing = (phase: string): number =>
        total(
          sendsOf(schedule)
            .filter((op) => schedule.phaseNames[schedule.phase[op]!]!.startsWith(`moe layer 1 ${phase}`))
            .filter((op) => Math.floor(schedule.rank[op]! / 3) !== Math.floor(schedule.peer[op]! / 3))
            .map((op) => schedule.bytes[op]!),
        );
      expect(crossing('dispatch')).toBe(crossing('combine'));
    },
  );
});

describe('co-activation', () => {
  test('puts experts that tokens use together on one GPU', () => {
    // Tokens use 0 and 3, or 1 and 2.
    const choices: Choices = { sources: 1, tokens: 5, k: 2, expert: Int32Array.of(0, 3, 1, 2, 3, 0, 2, 1, 0, 3) };
    expect([...coActivation(choices, 4, 2)]).toEqual([0, 1, 1, 0]);
  });
});
