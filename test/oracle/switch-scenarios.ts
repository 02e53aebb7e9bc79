import fc from 'fast-check';
import type { CollectiveSpec } from '../../sim/base/collective-spec.ts';
import { fabricRanks } from '../../topologies/build-topology.ts';
import type { ScenarioCase } from './scenario-case.ts';
import { serverCases } from './server-scenarios.ts';

interface Choice {
  readonly kind: 'all-reduce' | 'all-gather' | 'reduce-scatter';
  readonly isTree: boolean;
  readonly chunks: number;
  readonly sizeBytes: number;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.constantFrom('all-reduce', 'all-gather', 'reduce-scatter'),
  isTree: fc.boolean(),
  chunks: fc.integer({ min: 1, max: 3 }),
  sizeBytes: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 60_000 })),
});

/** NVLS in each server, or between all of them. */
function workloadOf(ranks: number, gpus: number, { kind, isTree, chunks, sizeBytes }: Choice): CollectiveSpec {
  const common = { sizeBytes, ranks, ranksPerServer: gpus };
  if (isTree && ranks > gpus) return { kind: 'all-reduce', algorithm: 'nvls-tree', chunks, ...common };
  const inChunks = kind === 'all-reduce' ? { chunks } : {};
  return { kind, algorithm: 'nvls', groups: { size: gpus, stride: 1 }, ...inChunks, ...common };
}

/** Random scenarios on servers whose switches add and replicate. */
export const switchCases: fc.Arbitrary<ScenarioCase> = fc.tuple(serverCases, choice).map(([{ scenario }, chosen]) => {
  const { topology } = scenario;
  const workload = workloadOf(fabricRanks(topology), topology.server!.gpus, chosen);
  return { scenario: { ...scenario, workload }, traffic: null };
});
