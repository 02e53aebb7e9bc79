import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import {
  COLLECTIVE_ALGORITHMS,
  type CollectiveAlgorithm,
  type CollectiveKind,
  type CollectiveSpec,
} from '../../../sim/base/collective-spec.ts';
import type { Schedule } from '../../../sim/base/schedule.ts';
import type { RailSpec } from '../../../sim/base/topology-spec.ts';
import { simulate } from '../../../sim/simulate.ts';
import { type CarriedMessage, scheduleFaults } from '../../../workloads/collectives/check.ts';
import { collectiveSchedule } from '../../../workloads/collectives/collective.ts';
import { meaningOf } from '../../../workloads/collectives/meaning.ts';
import { shapeProblem } from '../../../workloads/collectives/shape-problem.ts';
import { scenarioRuns } from '../../property-runs.ts';
import { ideal, scenarioOf } from '../../sim/scenarios.ts';
import { sendsOf } from '../execute.ts';

const ALL = (Object.keys(COLLECTIVE_ALGORITHMS) as CollectiveKind[]).flatMap((kind) =>
  COLLECTIVE_ALGORITHMS[kind].map((algorithm) => ({ kind, algorithm })),
);

function specOf(kind: CollectiveKind, algorithm: CollectiveAlgorithm, servers: number, gpus: number, packets = 1): CollectiveSpec {
  const ranks = servers * gpus;
  return {
    kind,
    algorithm,
    ranks,
    ranksPerServer: gpus,
    sizeBytes: kind === 'barrier' ? 0 : ranks * packets * 4096,
    pxn: true,
    ...(algorithm === 'windowed' ? { window: 3 } : {}),
    ...(algorithm === 'torus' ? { dims: [servers, gpus] } : {}),
    ...(kind === 'all-to-all-v' ? { sizes: Array.from({ length: ranks }, (_, r) => new Array<number>(ranks).fill(1 + r)) } : {}),
  };
}

const fits = (spec: CollectiveSpec): boolean => shapeProblem(spec.kind, spec.algorithm, spec.ranks, spec) === null;
const TAKERS = ALL.filter(({ kind, algorithm }) => fits(specOf(kind, algorithm, 4, 4)));

const messagesOf = (schedule: Schedule) =>
  sendsOf(schedule).map((op) => ({ src: schedule.rank[op]!, dst: schedule.peer[op]!, size: schedule.bytes[op]! }));

/** Messages between servers that change rails. */
const betweenRails = (schedule: Schedule, gpus: number) =>
  messagesOf(schedule).filter(({ src, dst }) => Math.floor(src / gpus) !== Math.floor(dst / gpus) && src % gpus !== dst % gpus);

const without = (spec: CollectiveSpec): CollectiveSpec => ({ ...spec, pxn: false });

test('all algorithms take it but those whose messages between servers stay on their rails anyway', () => {
  const others = ALL.filter((each) => !TAKERS.includes(each));
  expect(others.map(({ kind, algorithm }) => `${kind} ${algorithm}`)).toEqual([
    'all-reduce tree',
    'all-reduce double-binary-tree',
    'all-reduce hierarchical',
    'all-reduce nvls',
    'all-reduce nvls-tree',
    'all-gather hierarchical',
    'all-gather nvls',
    'reduce-scatter nvls',
    'all-to-all two-step',
  ]);
  for (const { kind, algorithm } of others.filter((each) => each.algorithm !== 'nvls')) {
    for (const [servers, gpus] of [
      [3, 4],
      [5, 2],
    ] as const) {
      // prettier-ignore
      expect(betweenRails(collectiveSchedule(without(specOf(kind, algorithm, servers, gpus))), gpus)).toEqual([]);
    }
  }
});

describe.each(TAKERS)('$kind by $algorithm', ({ kind, algorithm }) => {
  test.prop([fc.integer({ min: 1, max: 6 }), fc.integer({ min: 2, max: 6 })], { numRuns: scenarioRuns(15) })(
    'sends between servers on rails alone, what it sent between rails without pxn being two messages',
    (servers, gpus) => {
      const spec = specOf(kind, algorithm, servers, gpus);
      if (!fits(spec)) return;
      const [straight, over] = [collectiveSchedule(without(spec)), collectiveSchedule(spec)];
      expect(betweenRails(over, gpus)).toEqual([]);
      expect(sendsOf(over).length - sendsOf(straight).length).toBe(betweenRails(straight, gpus).length);
    },
  );
});

test.each([
  [2, 4],
  [3, 4],
  [5, 3],
])(
  // prettier-ignore
  'a ring of as many channels as rails: in each of %i servers of %i, channel c enters and leaves on rail c, and all rails carry the same',
  (servers, gpus) => {
    const spec = { ...specOf('all-reduce', 'ring', servers, gpus, gpus), channels: gpus };
    const bytes = new Map<string, number>();
    for (const { src, dst, size } of messagesOf(collectiveSchedule(spec))) {
      const [from, to] = [Math.floor(src / gpus), Math.floor(dst / gpus)];
      if (from === to) continue;
      expect([to, dst % gpus]).toEqual([(from + 1) % servers, src % gpus]);
      bytes.set(`${from}.${src % gpus}`, (bytes.get(`${from}.${src % gpus}`) ?? 0) + size);
    }
    const p = spec.ranks;
    expect(new Set(bytes.values())).toEqual(new Set([(2 * (p - 1) * spec.sizeBytes) / p / gpus]));
    expect(bytes.size).toBe(p);
  },
);

describe('the proof', () => {
  const spec: CollectiveSpec = specOf('all-reduce', 'ring', 2, 2);

  function proved(change: (schedule: Schedule, relays: readonly number[]) => void): string[] {
    const messages: CarriedMessage[] = [];
    const relays: number[] = [];
    const schedule = collectiveSchedule(spec, (_step, _src, _dst, data, _bytes, action, send, done, relay) => {
      if (relay !== -1) relays.push(relay);
      messages.push({ send, done, data, action, ...(relay === -1 ? {} : { relay }) });
    });
    change(schedule, relays);
    return scheduleFaults(schedule, messages, meaningOf(spec));
  }

  test('holds, with two messages passed on in each step', () => {
    expect(proved((_, relays) => expect(relays.length).toBe(6 * 2))).toEqual([]);
  });

  test('fails where a message is passed on that may not be there yet', () => {
    const faults = proved(({ depOffset, depOp }, relays) => (depOp[depOffset[relays[0]!]!] = relays[0]! - 4));
    expect(faults).toEqual([expect.stringMatching(/^send \d+ passes on what may not be there$/)]);
  });

  test('fails where another rank than the one that has it passes it on', () => {
    expect(proved(({ rank }, relays) => (rank[relays[0]!] = 3))).toContainEqual(expect.stringMatching(/passes on what may not be there/));
  });
});

describe('on a rail fabric', () => {
  const railOf = (spines: number): RailSpec => ({
    kind: 'rail',
    servers: 3,
    serversPerSegment: 3,
    spines,
    hostLink: { rateBps: 400e9, delayPs: 500_000 },
    fabricLink: { rateBps: 400e9, delayPs: 500_000, perSpineRateBps: null, linksPerPair: 1 },
    placement: 'packed',
    server: { gpus: 4, nics: 4, nvlink: { rateBps: 3.6e12, delayPs: 250_000 } },
  });
  const run = (workload: CollectiveSpec, spines: number) => simulate(scenarioOf({ ...ideal, topology: railOf(spines), workload }));
  const runnable = TAKERS.filter(({ kind, algorithm }) => fits(specOf(kind, algorithm, 3, 4)));

  test.each(runnable)('$kind by $algorithm loads no link above the leaves, and needs none', ({ kind, algorithm }) => {
    const spec = specOf(kind, algorithm, 3, 4);
    const [joined, apart] = [run(spec, 2), run(spec, 0)];
    expect(joined.maxLinkLoadBytes).toBe(0);
    expect([apart.finished, apart.completionPs]).toEqual([true, joined.completionPs]);
  });

  test('without it the same ring goes over the spines', () => {
    expect(run(without(specOf('all-reduce', 'ring', 3, 4)), 2).maxLinkLoadBytes).toBeGreaterThan(0);
  });

  test('a message of 9 packets takes its time over NVLink, then that over the rail', () => {
    const spec = specOf('send-recv', 'ring', 3, 4);
    // Rank 3 to rank 4 goes over rank 0; both of its parts take the whole message, and nothing else uses these ports.
    const bytes = spec.sizeBytes;
    const [near, far] = [250_000 + (bytes * 8) / 3.6, (bytes / 4096 + 1) * 83_200 + 2 * 500_000];
    expect(run(spec, 0).completionPs).toBe(Math.round(near) + far + 2 * 500_000);
  });
});
