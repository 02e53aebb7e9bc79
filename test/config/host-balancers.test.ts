import { describe, expect, test } from 'vitest';
import type { HostBalancerSpec } from '../../sim/base/balancer-spec.ts';
import { runSingle } from '../../sweep/cells.ts';
import { resolvedConfig } from '../../sweep/config/resolved-config.ts';
import { HOST_BALANCERS } from '../balancing/host-balancer-specs.ts';
import { loadText } from './load-text.ts';

const FABRIC = 'topology: { kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns } }\n';

const scenarioOf = async (balancer: string) =>
  (await runSingle(await loadText(`${FABRIC}workload: { kind: all-reduce, size: 1MiB }\nbalancer: ${balancer}\n`))).scenario;

describe('balancers of hosts', () => {
  test.each(Object.values(HOST_BALANCERS))('$kind as a bare word has its defaults', async (spec) => {
    expect((await scenarioOf(spec.kind)).balancer).toEqual(spec);
  });

  test.each<[string, HostBalancerSpec]>([
    [
      '{ kind: plb, threshold: 0.25, idleRounds: 1, rounds: 2, suspend: 60s }',
      { kind: 'plb', threshold: 0.25, idleRounds: 1, rounds: 2, suspendPs: 60e12 },
    ],
    ['{ kind: plb-delay, targetDelay: 12us }', { kind: 'plb-delay', targetDelayPs: 12e6 }],
    ['{ kind: flowbender, threshold: 0 }', { kind: 'flowbender', threshold: 0 }],
    [
      '{ kind: hopper, probeThreshold: 2, probes: 3, switchFactor: 0.5, probeTimeout: 9us }',
      { kind: 'hopper', probeThreshold: 2, probes: 3, switchFactor: 0.5, probeTimeoutPs: 9e6 },
    ],
    ['{ kind: reps, entropies: 32, freeze: 1ms }', { kind: 'reps', entropies: 32, freezePs: 1e9 }],
    ['{ kind: uec-bitmap-1bit, entropies: 1, maxMarked: 1 }', { kind: 'uec-bitmap-1bit', entropies: 1, maxMarked: 1 }],
    [
      '{ kind: mrc, entropies: 3, backup: 1, skipTime: 1us, probeInterval: 2us, deny: [0, 2] }',
      { kind: 'mrc', entropies: 3, backup: 1, skipPs: 1e6, probeIntervalPs: 2e6, deny: [0, 2] },
    ],
    ['{ kind: mp-rdma, delta: 8, bitmap: 16, probe: 0 }', { kind: 'mp-rdma', delta: 8, bitmap: 16, probe: 0 }],
  ])('%s has its keys, and written out again is the same', async (text, spec) => {
    const scenario = await scenarioOf(text);
    expect(scenario.balancer).toEqual(spec);
    expect((await scenarioOf(JSON.stringify(resolvedConfig(scenario)['balancer']))).balancer).toEqual(spec);
  });
});
