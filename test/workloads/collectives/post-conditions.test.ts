import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { COLLECTIVE_ALGORITHMS, type CollectiveSpec } from '../../../sim/base/collective-spec.ts';
import { blockStart } from '../../../workloads/collectives/blocks.ts';
import { collectiveSchedule } from '../../../workloads/collectives/collective.ts';
import { execute } from '../execute.ts';

interface Message {
  readonly step: number;
  readonly src: number;
  readonly dst: number;
  readonly firstBlock: number;
  readonly blockCount: number;
  readonly action: 'reduce' | 'copy';
}

const powerOfTwo = (n: number): boolean => (n & (n - 1)) === 0;
const pow2Below = (n: number): number => 2 ** Math.floor(Math.log2(n));

/** How many blocks the vector of an algorithm has; all-to-all: the blocks of one sender. */
const partsOf = (spec: CollectiveSpec): number => (spec.algorithm === 'halving-doubling' ? pow2Below(spec.ranks) : spec.ranks);

const isEmptyBlock = (spec: CollectiveSpec, block: number): boolean =>
  blockStart(block + 1, spec.sizeBytes, partsOf(spec)) === blockStart(block, spec.sizeBytes, partsOf(spec));

/**
 * Contributions held after a run: held[rank][block] counts, for each source, how often its contribution is in that copy. For
 * all-to-all a copy is (source, block): held[rank][source * p + block].
 */
function track(spec: CollectiveSpec, seed: number): { readonly held: readonly Int32Array[][]; readonly stuck: readonly number[] } {
  const messages = new Map<number, Message>();
  const schedule = collectiveSchedule(spec, (step, src, dst, firstBlock, blockCount, action, send) => {
    messages.set(send, { step, src, dst, firstBlock, blockCount, action });
  });
  const p = spec.ranks;
  const parts = partsOf(spec);
  const isAllToAll = spec.kind === 'all-to-all';
  const copies = isAllToAll ? p * p : parts;
  const held = Array.from({ length: p }, (_, rank) =>
    Array.from({ length: copies }, (_, copy) => {
      const contributions = new Int32Array(p);
      const starts = isAllToAll ? Math.floor(copy / p) === rank : spec.kind === 'all-gather' ? copy === rank : true;
      if (starts) contributions[rank] = 1;
      return contributions;
    }),
  );
  const inFlight = new Map<number, readonly Int32Array[]>();
  const copyOf = (message: Message, i: number): number => (isAllToAll ? message.src * p : 0) + message.firstBlock + i;
  const { stuck } = execute(schedule, seed, {
    sendStarts: (op) => {
      const message = messages.get(op)!;
      const data = Array.from({ length: message.blockCount }, (_, i) => held[message.src]![copyOf(message, i)]!.slice());
      const lacks = data.some(
        (contributions, i) => !isEmptyBlock(spec, message.firstBlock + i) && contributions.every((count) => count === 0),
      );
      if (lacks) throw new Error(`send ${op} carries a block its rank has not got`);
      inFlight.set(op, data);
    },
    receiveEnds: (op) => {
      const message = messages.get(op - 1)!;
      inFlight.get(op - 1)!.forEach((contributions, i) => {
        const copy = held[message.dst]![copyOf(message, i)]!;
        if (message.action === 'reduce') contributions.forEach((count, source) => (copy[source]! += count));
        else copy.set(contributions);
      });
    },
  });
  return { held, stuck };
}

/** Every non-empty block that rank r must end with holds each contribution exactly once. */
function expectPostCondition(spec: CollectiveSpec, seed: number): void {
  const { held, stuck } = track(spec, seed);
  expect(stuck).toEqual([]);
  const p = spec.ranks;
  const parts = partsOf(spec);
  const everyone = Array.from({ length: p }, () => 1);
  const only = (source: number): number[] => Array.from({ length: p }, (_, i) => (i === source ? 1 : 0));
  for (let rank = 0; rank < p; rank++) {
    if (spec.kind === 'all-to-all') {
      for (let source = 0; source < p; source++) {
        if (!isEmptyBlock(spec, rank)) expect([...held[rank]![source * p + rank]!]).toEqual(only(source));
      }
      continue;
    }
    for (let block = 0; block < parts; block++) {
      if (isEmptyBlock(spec, block)) continue;
      const copy = [...held[rank]![block]!];
      if (spec.kind === 'all-reduce') expect(copy).toEqual(everyone);
      else if (spec.kind === 'all-gather') expect(copy).toEqual(only(block));
      else if (block === rank) expect(copy).toEqual(everyone);
    }
  }
}

const kinds = Object.keys(COLLECTIVE_ALGORITHMS) as CollectiveSpec['kind'][];
const pairs = kinds.flatMap((kind) => COLLECTIVE_ALGORITHMS[kind].map((algorithm) => ({ kind, algorithm })));

describe.each(pairs)('$kind by $algorithm', ({ kind, algorithm }) => {
  const fits = (ranks: number): boolean => algorithm !== 'recursive-doubling' || powerOfTwo(ranks);

  test('leaves every contribution exactly once where it belongs, for 2..33 ranks, whatever order messages take', () => {
    for (let ranks = 2; ranks <= 33; ranks++) {
      if (fits(ranks)) expectPostCondition({ kind, algorithm, sizeBytes: 1000 * ranks + 7, ranks }, ranks);
    }
  });

  test.prop([fc.integer({ min: 2, max: 20 }), fc.integer({ min: 1, max: 300 }), fc.integer()])(
    'keeps its post-condition for any size, empty blocks included',
    (ranks, sizeBytes, seed) => {
      fc.pre(fits(ranks));
      expectPostCondition({ kind, algorithm, sizeBytes, ranks }, seed);
    },
  );

  test('sends nothing on one rank', () => {
    expect(collectiveSchedule({ kind, algorithm, sizeBytes: 64, ranks: 1 }).ops).toBe(0);
  });
});
