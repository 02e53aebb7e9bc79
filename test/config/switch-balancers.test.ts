import { describe, expect, test } from 'vitest';
import type { BalancerSpec } from '../../sim/base/balancer-spec.ts';
import { runSingle } from '../../sweep/cells.ts';
import { resolvedConfig } from '../../sweep/config/resolved-config.ts';
import { loadText } from './load-text.ts';

const FABRIC = 'topology: { kind: leaf-spine, leaves: 2, spines: 4, hostsPerLeaf: 8, hostLink: { rate: 400Gbps, delay: 500ns } }\n';

const scenarioOf = async (balancer: string, device = 'droptail') =>
  (await runSingle(await loadText(`${FABRIC}workload: { kind: all-reduce, size: 1MiB }\nbalancer: ${balancer}\nswitch: ${device}\n`)))
    .scenario;

const us = 1e6;
const cases: readonly [string, BalancerSpec][] = [
  ['wcmp', { kind: 'wcmp' }],
  ['rr-flow', { kind: 'rr-flow' }],
  ['hpn-least-outstanding', { kind: 'hpn-least-outstanding', connections: 4 }],
  ['{ kind: hpn-least-outstanding, connections: 9 }', { kind: 'hpn-least-outstanding', connections: 9 }],
  ['nccl-qp', { kind: 'nccl-qp', queuePairs: 1, split: false }],
  ['{ kind: nccl-qp, queuePairs: 16, split: true }', { kind: 'nccl-qp', queuePairs: 16, split: true }],
  ['spray-tor-rr', { kind: 'spray-tor-rr' }],
  ['ofan', { kind: 'ofan' }],
  ['ar', { kind: 'ar', key: 'q' }],
  ['{ kind: ar, key: pause-q-b }', { kind: 'ar', key: 'pause-q-b' }],
  ['ar-p2c', { kind: 'ar-p2c' }],
  ['{ kind: ecmp-adaptive, key: b }', { kind: 'ecmp-adaptive', key: 'b' }],
  ['jsq', { kind: 'jsq' }],
  ['drill', { kind: 'drill' }],
  ['letflow', { kind: 'letflow', gapPs: 100 * us }],
  ['flowlet-ar', { kind: 'flowlet-ar', gapPs: 10 * us, key: 'q' }],
  ['{ kind: flowlet-ar, gap: 0s, key: flows }', { kind: 'flowlet-ar', gapPs: 0, key: 'flows' }],
  ['conga', { kind: 'conga', gapPs: 100 * us, dreIntervalPs: 50 * us, alpha: 0.2, ageingPs: 500 * us, bits: 3 }],
  [
    '{ kind: conga, gap: 1us, dreInterval: 2us, alpha: 0.5, ageing: 3us, bits: 8 }',
    { kind: 'conga', gapPs: us, dreIntervalPs: 2 * us, alpha: 0.5, ageingPs: 3 * us, bits: 8 },
  ],
  [
    'conweave',
    {
      ...{ kind: 'conweave', replySlackPs: 4 * us, pathPausePs: 8 * us, expiryPs: 1000 * us },
      ...{ flushSlackPs: 32 * us, flushDefaultPs: 500 * us },
    },
  ],
  [
    '{ kind: conweave, replySlack: 0s, pathPause: 1us, expiry: 2us, flushSlack: 3us, flushDefault: 4us }',
    { kind: 'conweave', replySlackPs: 0, pathPausePs: us, expiryPs: 2 * us, flushSlackPs: 3 * us, flushDefaultPs: 4 * us },
  ],
];

describe('balancers of switches and messages', () => {
  test.each(cases)('%s has its keys and defaults, and written out again is the same', async (text, spec) => {
    const scenario = await scenarioOf(text);
    expect(scenario.balancer).toEqual(spec);
    expect((await scenarioOf(JSON.stringify(resolvedConfig(scenario)['balancer']))).balancer).toEqual(spec);
  });

  test('the hash and its salt are those of the switch', async () => {
    const scenario = await scenarioOf('ecmp', '{ hash: murmur3, sameSalt: true }');
    expect(scenario.switch).toMatchObject({ hash: 'murmur3', sameSalt: true });
    expect(resolvedConfig(scenario)['switch']).toMatchObject({ hash: 'murmur3', sameSalt: true });
  });
});
