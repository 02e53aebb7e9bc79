import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { fc, test } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { exchangeMemory } from '../../sim/engine/exchange.ts';
import { layoutOf } from '../../sim/fabric/layout-of.ts';
import { buildTopology } from '../../topologies/build-topology.ts';
import { partitionNodes } from '../../sim/partition.ts';
import { startThread } from '../../sweep/start-thread.ts';
import { fatTreeSpec, leafSpineSpec } from '../sim/scenarios.ts';
import { scenarioRuns } from '../property-runs.ts';
import { BALANCER_CASES } from './balancer-scenarios.ts';
import { comparableEngine, differences } from './compare.ts';
import { deepQueueCases, longHaulCases, stormCases } from './corner-cases.ts';
import { engineRun, runEngine, type PartOfRun } from './engine-run.ts';
import type { PartitionCase } from './partition-thread.ts';
import { explain } from './reproduce.ts';
import { describeScenario, inputOf, type ScenarioCase } from './scenario-case.ts';
import { scenarioCases } from './scenarios.ts';
import { serverBalancerCases } from './server-scenarios.ts';
import { switchCases } from './switch-scenarios.ts';
import { TRANSPORT_CASES } from './transport-scenarios.ts';
import { WIRELESS_CASES } from './wireless-scenarios.ts';

const MOST = 3;
let threads: Worker[] = [];

beforeAll(() => {
  const file = new URL('./partition-thread.ts', import.meta.url);
  threads = Array.from({ length: MOST }, () => startThread(file));
});

afterAll(async () => {
  await Promise.all(threads.map((thread) => thread.terminate()));
});

/** Runs a case on `partitions` threads; an outbox of `outboxWords` that is too small takes more than one round a window. */
async function runPartitioned(scenarioCase: ScenarioCase, partitions: number, outboxWords: number): Promise<readonly PartOfRun[]> {
  const memory = exchangeMemory(partitions, outboxWords, layoutOf(scenarioCase.scenario).words);
  const text = describeScenario(scenarioCase);
  const used = threads.slice(0, partitions);
  const parts = used.map(async (thread) => ((await once(thread, 'message')) as [PartOfRun])[0]);
  used.forEach((thread, index) => {
    const task: PartitionCase = { text, partitions, index, memory };
    thread.postMessage(task, []);
  });
  return Promise.all(parts);
}

const partitions = fc.integer({ min: 2, max: MOST });
const outboxWords = fc.constantFrom(1, 200, 10_000);

async function expectEqual(scenarioCase: ScenarioCase, count: number, words: number): Promise<void> {
  const input = inputOf(scenarioCase);
  fc.pre(input.topology.tors >= count);
  const parts = await runPartitioned(scenarioCase, count, words);
  const lines = differences(comparableEngine(runEngine(input)), comparableEngine(engineRun(input, parts)));
  if (lines.length > 0) expect.fail(`on ${count} threads: ${lines.join('\n')}\n\n${explain(scenarioCase)}`);
}

describe('a run on several threads is the run on one, packet for packet', () => {
  test.prop([scenarioCases, partitions, outboxWords], { numRuns: scenarioRuns(60) })('of random scenarios', expectEqual);
  test.prop([stormCases, partitions, outboxWords], { numRuns: scenarioRuns(20) })('where queues overflow and timers fire', expectEqual);
  test.prop([longHaulCases, partitions, outboxWords], { numRuns: scenarioRuns(20) })(
    'over links longer than the ring of windows',
    expectEqual,
  );
  test.prop([fc.oneof(...Object.values(BALANCER_CASES)), partitions, outboxWords], { numRuns: scenarioRuns(40) })(
    'with any balancer',
    expectEqual,
  );
  test.prop([fc.oneof(...Object.values(TRANSPORT_CASES)), partitions, outboxWords], { numRuns: scenarioRuns(40) })(
    'with any loss recovery, control and credit',
    expectEqual,
  );
  test.prop([serverBalancerCases, partitions, outboxWords], { numRuns: scenarioRuns(40) })('on servers with several GPUs', expectEqual);
  test.prop([switchCases, partitions, outboxWords], { numRuns: scenarioRuns(15) })('whose switches add and replicate', expectEqual);
  test.prop([deepQueueCases, partitions, outboxWords], { numRuns: scenarioRuns(20) })('with queues longer than the ring', expectEqual);
  test.prop([fc.oneof(...Object.values(WIRELESS_CASES)), partitions, outboxWords], { numRuns: scenarioRuns(20) })(
    'with wireless leaves',
    expectEqual,
  );
});

test.prop([scenarioCases, fc.integer({ min: 1, max: 6 })], { numRuns: 50 })(
  'a host is in the partition of its ToR, and every partition has a ToR',
  (scenarioCase, count) => {
    const { topology } = inputOf(scenarioCase);
    fc.pre(topology.tors >= count);
    const owner = partitionNodes(topology, count);
    expect(owner).toHaveLength(topology.hosts + topology.switches);
    for (let host = 0; host < topology.hosts; host++) expect(owner[host]).toBe(owner[topology.hosts + topology.torOfHost[host]!]);
    expect([...new Set(owner.subarray(topology.hosts, topology.hosts + topology.tors))].sort()).toEqual(
      Array.from({ length: count }, (_, index) => index),
    );
    for (const index of owner) expect(index).toBeLessThan(count);
  },
);

test.each([
  [leafSpineSpec(33, 32, 32), 2],
  [leafSpineSpec(15, 16, 16), 2],
  [leafSpineSpec(32, 32, 32), 3],
  [leafSpineSpec(32, 32, 32), 5],
  [fatTreeSpec(16), 3],
])('the ports of a fabric are shared out evenly, also where the ToRs are not: %#', (spec, count) => {
  const topology = buildTopology(spec, [], 4, 1);
  const owner = partitionNodes(topology, count);
  const ports = new Float64Array(count);
  for (let node = 0; node < owner.length; node++) ports[owner[node]!]! += topology.portOffset[node + 1]! - topology.portOffset[node]!;
  const mean = topology.links / count;
  for (const share of ports) expect(Math.abs(share - mean) / mean).toBeLessThan(0.1);
});
