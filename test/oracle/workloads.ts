import fc from 'fast-check';
import { COLLECTIVE_ALGORITHMS, type CollectiveAlgorithm, type CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { PLAIN_MOE } from '../../sim/base/moe-spec.ts';
import type { WorkloadSpec } from '../../sim/base/workload-spec.ts';
import { algorithmProblem } from '../../workloads/collectives/collective.ts';
import type { Traffic } from './traffic.ts';

/** Message sizes for packets of `mtuBytes`: whole packets, any, and some that fill windows and queues. */
const messageBytes = (mtuBytes: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 8 }).map((packets) => packets * mtuBytes) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 * mtuBytes }) },
    { weight: 3, arbitrary: fc.integer({ min: 12 * mtuBytes, max: 40 * mtuBytes }) },
  );

/** Instants that meet others, beginnings, any, and late ones that lie beyond the engine's ring of windows. */
const time = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(0, 500_000, 1_000_000) },
  { weight: 3, arbitrary: fc.nat(20_000_000) },
  { weight: 1, arbitrary: fc.integer({ min: 20_000_000, max: 150_000_000 }) },
);

const collectives = Object.entries(COLLECTIVE_ALGORITHMS).flatMap(([kind, algorithms]) =>
  algorithms.map((algorithm) => ({ kind: kind as CollectiveSpec['kind'], algorithm: algorithm as CollectiveAlgorithm })),
);

const multipliersOf = (ranks: number): { multiply: number; add: number }[] =>
  Array.from({ length: ranks * ranks }, (_, i) => ({ multiply: 1 + Math.floor(i / ranks), add: i % ranks })).filter(({ multiply, add }) => {
    const images = Array.from({ length: ranks }, (_, rank) => (multiply * rank + add) % ranks);
    return new Set(images).size === ranks && images.every((image, rank) => image !== rank);
  });

/** Every workload that a config file can ask for without another file, for at least two ranks. */
export function workloads(ranks: number, mtuBytes: number): fc.Arbitrary<WorkloadSpec> {
  const sizeBytes = messageBytes(mtuBytes);
  const rank = fc.nat(ranks - 1);
  /** Half of the flows meet at rank 0. */
  const flow = fc
    .record({ src: rank, distance: fc.integer({ min: 1, max: ranks - 1 }), meets: fc.boolean(), sizeBytes, startPs: time })
    .map(({ src, distance, meets, sizeBytes, startPs }) => ({
      src,
      dst: meets && src !== 0 ? 0 : (src + distance) % ranks,
      sizeBytes,
      startPs,
    }));
  const pattern = fc.oneof(
    fc.constant('random' as const),
    fc.integer({ min: 1, max: ranks - 1 }).map((shift) => ({ shift })),
    fc.constantFrom(...multipliersOf(ranks)),
  );
  const tokenBytes = fc.integer({ min: 1, max: 2 * mtuBytes });
  return fc
    .oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('flows' as const), flows: fc.array(flow, { minLength: 1, maxLength: 12 }) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('permutation' as const), pattern, sizeBytes }) },
      {
        weight: 2,
        arbitrary: fc.record({
          kind: fc.constant('incast' as const),
          senders: fc.integer({ min: 1, max: ranks - 1 }),
          receiver: rank,
          sizeBytes,
        }),
      },
      {
        weight: 3,
        arbitrary: fc
          .record({
            call: fc.constantFrom(...collectives.filter(({ kind, algorithm }) => algorithmProblem(kind, algorithm, ranks) === null)),
            sizeBytes: fc.oneof(sizeBytes, fc.integer({ min: 1, max: ranks })),
          })
          // A barrier carries nothing.
          .map(({ call, sizeBytes }) => ({ ...call, sizeBytes: call.kind === 'barrier' ? 0 : sizeBytes })),
      },
      {
        weight: 2,
        arbitrary: fc
          .record({
            layers: fc.integer({ min: 1, max: 2 }),
            tokens: fc.integer({ min: 1, max: 4 }),
            expertsPerRank: fc.integer({ min: 1, max: 3 }),
            topk: fc.integer({ min: 1, max: 4 }),
            phase: fc.constantFrom('forward' as const, 'training' as const),
            dispatchBytesPerToken: tokenBytes,
            combineBytesPerToken: tokenBytes,
            hidden: fc.integer({ min: 1, max: mtuBytes }),
            routing: fc.oneof(
              fc.constant({ kind: 'uniform' as const }),
              fc.record({ kind: fc.constant('zipf' as const), s: fc.constantFrom(0, 1, 2.5), permute: fc.boolean() }),
            ),
            placement: fc.constantFrom('linear' as const, 'round-robin' as const, 'random' as const),
            scheme: fc.constantFrom('per-expert' as const, 'per-gpu' as const),
          })
          .map(({ expertsPerRank, topk, hidden, ...rest }) => ({
            ...PLAIN_MOE,
            kind: 'moe' as const,
            experts: expertsPerRank * ranks,
            topk: Math.min(topk, expertsPerRank * ranks),
            hidden,
            backwardBytesPerToken: 2 * hidden,
            ...rest,
          })),
      },
    )
    .map((spec) => ({ ...spec, ranks }));
}

/** What no config file can ask for: empty messages, late receives, chains, computations, edges of both kinds. */
export function traffic(mtuBytes: number): fc.Arbitrary<Traffic> {
  const rank = fc.nat(15);
  const bytes = fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 8, arbitrary: messageBytes(mtuBytes) });
  const few = fc.integer({ min: 1, max: 4 });
  const predecessors = fc.array(fc.record({ back: fc.nat(5), waitFor: fc.constantFrom('end' as const, 'start' as const) }), {
    maxLength: 2,
  });
  const node = fc.record({
    rank,
    message: fc.option(fc.record({ dst: rank, bytes }), { freq: 3 }),
    durationPs: time,
    after: predecessors,
    receiveAfter: predecessors,
  });
  return fc.oneof(
    fc.record({ kind: fc.constant('flow' as const), src: rank, dst: rank, bytes, startPs: time, receivePs: time }),
    fc.record({ kind: fc.constant('permutation' as const), shift: rank, bytes }),
    fc.record({ kind: fc.constant('incast' as const), senders: fc.integer({ min: 1, max: 15 }), receiver: rank, bytes }),
    fc.record({ kind: fc.constant('incast' as const), senders: fc.constant(15), receiver: fc.constant(0), bytes }),
    fc.record({ kind: fc.constant('burst' as const), src: rank, fan: rank, bytes }),
    fc.record({ kind: fc.constant('chain' as const), first: rank, hops: few, bytes }),
    fc.record({ kind: fc.constant('stream' as const), src: rank, dst: rank, messages: few, bytes }),
    fc.record({ kind: fc.constant('computations' as const), rank, count: few, durationPs: time, bytes }),
    fc.record({ kind: fc.constant('ring' as const), steps: few, bytes }),
    fc.record({ kind: fc.constant('graph' as const), nodes: fc.array(node, { minLength: 1, maxLength: 10 }) }),
  );
}
