import { type ConfigObject, scenarioOf } from '../sweep/library.ts';
import type { BenchScenario } from './scenarios.ts';

/** permutation-N-spray-dctcp of scenarios.ts, as a config. */
const BASE = {
  balancer: 'spray',
  transport: 'dctcp',
  switch: { queue: '1GiB' },
} as const;

/** What a feature changes in it: whole blocks. */
const FEATURES: Readonly<Record<string, ConfigObject>> = {
  'ack-priority': { nic: { ackPriority: 'high' } },
  'ecn-at-dequeue': { switch: { queue: '1GiB', ecn: { low: '45760B', high: '178880B', at: 'dequeue-after' } } },
  trimming: { switch: { kind: 'composite' } },
  'shared-pfc': { switch: { kind: 'shared', buffer: '64MiB', shift: 0 } },
  'acks-every-4': { nic: { acks: { every: 4 } } },
  'rtt-samples': { transport: 'swift' },
  telemetry: { transport: 'hpcc', balancer: 'ecmp' },
  pacing: { transport: 'dcqcn' },
  reps: { balancer: 'reps' },
  'uec-bitmap': { balancer: 'uec-bitmap' },
  ofan: { balancer: 'ofan' },
  ar: { balancer: 'ar' },
  'failures-in-time': { failures: [{ link: 'leaf0-spine0', at: '1s' }] },
  probes: { probes: { every: '1us' } },
  uec: { profile: 'uec', balancer: 'spray', transport: 'nscc', switch: { kind: 'composite' } },
  'uec-reps': { profile: 'uec', balancer: 'reps-htsim', transport: 'nscc', switch: { kind: 'composite' } },
};

const FABRICS = { 128: { leaves: 16, hostsPerLeaf: 8, spines: 8 }, 1024: { leaves: 32, hostsPerLeaf: 32, spines: 32 } } as const;

async function featureScenario(hosts: keyof typeof FABRICS, name: string, changes: ConfigObject): Promise<BenchScenario> {
  const link = { rate: '400Gbps', delay: '500ns' };
  const scenario = await scenarioOf({
    topology: { kind: 'leaf-spine', ...FABRICS[hosts], hostLink: link, fabricLink: link },
    workload: { kind: 'permutation', pattern: { multiply: 37, add: 11 }, size: '8MiB' },
    ...BASE,
    ...changes,
  });
  const { topology } = scenario;
  if (topology.kind !== 'leaf-spine') throw new Error('the features are measured on leaf-spines');
  return { name: `feature-${hosts}-${name}`, scenario: { ...scenario, topology }, hasYardstick: false };
}

/** One feature of the fabric at a time, beside permutation-N-spray-dctcp; UEC as a whole at both sizes. */
export const featureScenarios = (): Promise<readonly BenchScenario[]> =>
  Promise.all([
    ...Object.entries(FEATURES).map(([name, changes]) => featureScenario(128, name, changes)),
    featureScenario(1024, 'uec', FEATURES['uec']!),
    featureScenario(1024, 'uec-reps', FEATURES['uec-reps']!),
  ]);
